"""A person with a keyboard and nothing else; no test here.

Every stop on the way is looked at: the focus is shown, it is on the screen, nothing
covers it, and it is never lost to the page's body.
"""

import re
from pathlib import Path

from playwright.async_api import Page

FARTHEST = 160  # stops; a page that needs more is not usable by keyboard
# What is wrong with the way in which the focus shows, or nothing. A control may show it
# by a frame around it: the composer's box, the label of a file, an outline of the map.
FLAW = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "nothing has the focus";
  if (!at.matches(":focus")) return ""; // a part of a date field: the browser draws it
  const outlined = (one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  const drawn = at.closest("svg") && parseFloat(getComputedStyle(at.querySelector("path") ?? at).strokeWidth) >= 3;
  const around = [at, at.parentElement, at.parentElement?.parentElement].filter(Boolean);
  if (!around.some(outlined) && !drawn) return "the focus does not show";
  const shown = around.find(outlined) ?? at;
  // A link that wraps is two boxes: its first is looked at.
  const { left, right, top, bottom, width, height } = shown.getClientRects()[0] ?? shown.getBoundingClientRect();
  if (right <= 0 || bottom <= 0 || left >= innerWidth || top >= innerHeight) return "the focus is off the screen";
  const [x, y] = [Math.min(Math.max(left + width / 2, 1), innerWidth - 1), Math.min(Math.max(top + Math.min(height / 2, 10), 1), innerHeight - 1)];
  const there = document.elementFromPoint(x, y);
  const isThere = there && (shown.contains(there) || there.contains(shown) || there.closest("label")?.contains(at));
  return isThere || drawn ? "" : `the focus is covered by <${there?.localName} class="${there?.className}">`;
}"""


async def focus(page: Page) -> str:
    """What has it, as 'tag#id' or 'tag'."""
    found: str = await page.evaluate(
        "(({ localName, id }) => id ? `${localName}#${id}` : localName)"
        "(document.activeElement)"
    )
    return found


class Keyboard:
    """Tab, Enter, letters; `stops` counts the presses of Tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stops = 0
        self.flaws: list[str] = []

    async def here(self) -> str:
        """What has the focus, as 'role "name" address'."""
        focused = self.page.locator(":focus")
        if not await focused.count():
            return "nothing"
        lines = (await focused.first.aria_snapshot()).splitlines() or ["- unnamed"]
        where = await focused.first.get_attribute("href") or ""
        return f"{lines[0].removeprefix('- ').removesuffix(':')} {where}".strip()

    async def look(self) -> None:
        if flaw := await self.page.evaluate(FLAW):
            path = self.page.url.partition("//")[2].partition("/")[2]
            self.flaws.append(f"/{path}: {await self.here()}: {flaw}")

    async def to(self, what: str, *, back: bool = False) -> None:
        """Tab until what has the focus fits this pattern. Raises AssertionError with
        the stops that were met."""
        met = []
        for _stop in range(FARTHEST):
            await self.page.keyboard.press("Shift+Tab" if back else "Tab")
            self.stops += 1
            met.append(await self.here())
            if met[-1] != "nothing":  # between the end and the beginning of the page
                await self.look()
            if re.search(what, met[-1]):
                return
            if met.count(met[0]) > 1:
                break  # once around the page
        raise AssertionError(f"no {what} among {met}")

    async def press(self, key: str = "Enter") -> None:
        await self.page.keyboard.press(key)

    async def follow(self, what: str, pattern: str) -> None:
        """To a link or button, Enter, and the page that it leads to."""
        await self.to(what)
        await self.press()
        await self.page.wait_for_url(re.compile(pattern))
        await self.page.wait_for_load_state()

    async def write(self, what: str, text: str) -> None:
        """To a field, and type; in a list of choices this finds the one beginning so."""
        await self.to(what)
        await self.page.keyboard.type(text)

    async def give(self, what: str, path: Path) -> None:
        """To the choice of a file, and choose one."""
        await self.to(what)
        async with self.page.expect_file_chooser() as chooser:
            await self.press("Space")
        await (await chooser.value).set_files(path)
