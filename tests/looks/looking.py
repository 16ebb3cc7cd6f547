"""Looks at one page as it stands: at each width, in each theme, for axe and for people.

What is wrong is a sentence in the list that is handed back; nothing here fails.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

WIDTHS = (1280, 768, 360)
NARROWEST = 320  # CSS pixels; what 400 % zoom leaves of 1280 (RGAA 10.11)
THEMES = ("light", "dark")
HEIGHT = 800
# Other ways in which one page is shown; for people to look at.
MEDIA: dict[str, dict[str, Any]] = {
    "print": {"media": "print"},
    "forced": {"forced_colors": "active"},
    "contrast": {"contrast": "more"},
}
AXE = Axe()


@dataclass
class Seen:
    """One page: its pictures, and what is wrong with it."""

    name: str
    pictures: dict[str, Path] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


async def look(page: Page, name: str, folder: Path, media: Sequence[str]) -> Seen:
    """All widths in both themes, then the wanted ones of MEDIA at the widest."""
    seen = Seen(name)
    await page.evaluate(AXE.axe_script)
    for theme in THEMES:
        # Colours that are still changing would be judged half-way.
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for width in (*WIDTHS, NARROWEST):
            await page.set_viewport_size({"width": width, "height": HEIGHT})
            await _judge(page, f"{theme} {width}", width, seen)
            if width != NARROWEST:
                await _picture(page, f"{width}-{theme}", folder, seen)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    for one in media:
        await page.emulate_media(**MEDIA[one])
        await _picture(page, one, folder, seen)
        await page.emulate_media(
            media="null", forced_colors="null", contrast="null"
        )  # None would leave them as they are
    return seen


async def _judge(page: Page, where: str, width: int, seen: Seen) -> None:
    found = await page.evaluate(
        """async () => {
          await new Promise((ready) => requestAnimationFrame(ready));
          const { violations } = await axe.run({ resultTypes: ["violations"], preload: false });
          return {
            width: document.documentElement.scrollWidth,
            widest: [...document.body.querySelectorAll("*")]
              .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
              .slice(-1).map((one) => one.outerHTML.slice(0, 100)),
            violations: violations.map(({ id, impact, nodes }) =>
              `${id} (${impact}): ${nodes[0].html.slice(0, 150)}`),
          };
        }"""
    )
    seen.wrong += [f"{where}: {one}" for one in found["violations"]]
    if found["width"] > width:
        widest = " ".join(found["widest"])
        seen.wrong.append(f"{where}: scrolls sideways, {found['width']} px: {widest}")


async def _picture(page: Page, label: str, folder: Path, seen: Seen) -> None:
    path = folder / f"{seen.name}-{label}.png"
    await page.screenshot(path=path, full_page=True, animations="disabled")
    seen.pictures[label] = path
