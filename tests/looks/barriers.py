"""What would stop somebody on a page as it stands: no mouse, no sight, larger text.

Belongs here: what neither axe (looking.py) nor the page's markup alone
(tests/access/structure.py) can tell. Each sentence begins with the criterion of RGAA
4.1.2 that it is about.
"""

from collections.abc import Iterator
from typing import Any

from playwright.async_api import Page

from tests.access.keyboard import FLAW
from tests.access.structure import complaints

FARTHEST = 400  # presses of Tab
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
LYING = {"width": 740, "height": 256}  # a telephone on its side (10.11, 13.9)
CONTROLS = {
    "button", "checkbox", "combobox", "link", "listbox", "menuitem", "option", "radio",
    "searchbox", "slider", "spinbutton", "switch", "tab", "textbox",
}  # fmt: skip
NAMED = CONTROLS - {"option"} | {
    "dialog",
    "img",
    "image",
    "navigation",
    "log",
    "region",
}
# Where the focus is, whether it shows, and whether it went back in the page.
STOP = f"""(before) => {{
  const at = document.activeElement, flaw = ({FLAW})();
  const last = window.__stop;
  window.__stop = at;
  if (at === document.body) return {{ what: "", flaw: "", back: false }};
  const back = before && last?.isConnected && last !== at &&
    Boolean(last.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_PRECEDING);
  return {{ what: at.outerHTML.slice(0, 90).replace(/\\s+/g, " "), flaw, back }};
}}"""
# A control in a sentence may be as low as its line (2.5.8 of WCAG 2.2 says so too).
SMALL = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((one) => one.checkVisibility() && !one.closest("label, p, li > a, dd, td, figure svg, .sr, .legend"))
  .filter((one) => getComputedStyle(one).display !== "inline")
  .map((one) => [one.getBoundingClientRect(), one])
  .filter(([{ width, height }]) => width > 1 && (width < 24 || height < 24))
  .map(([{ width, height }, one]) => `${Math.round(width)} x ${Math.round(height)} px: ${one.outerHTML.slice(0, 90)}`)"""
# The values of 1.4.12 of WCAG; a page's policy allows no style, but a reader's tool may.
SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }"
DOUBLED = "html { font-size: 200% !important }"
WEAR = """(css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = css ? [sheet] : [];
}"""
LOST = """() => {
  const cut = [...document.body.querySelectorAll("*")].filter((one) => {
    const { overflowX, overflowY, clipPath } = getComputedStyle(one);
    const hides = [overflowX, overflowY].some((how) => how === "hidden" || how === "clip");
    const { width, height } = one.getBoundingClientRect();
    if (!hides || width <= 2 || height <= 2 || clipPath !== "none" || !one.checkVisibility()) return false;
    if (one.closest("svg, select, input, textarea, .sr") || !one.textContent.trim()) return false;
    return one.scrollWidth > one.clientWidth + 2 || one.scrollHeight > one.clientHeight + 2;
  }).map((one) => `cut off: ${one.outerHTML.slice(0, 90)}`);
  const wide = document.documentElement.scrollWidth - innerWidth;
  return wide > 1 ? [...cut, `scrolls sideways by ${wide} px`] : cut;
}"""


async def barriers(page: Page) -> list[str]:
    """Sentences, none where nothing stands in the way. The page is left as it was."""
    found = complaints(await page.content())
    found += [f"7.1: {one}" for one in unnamed(await tree(page))]
    found += await _by_keyboard(page)
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    found += [f"2.5.8 of WCAG 2.2: {one}" for one in await page.evaluate(SMALL)]
    for number, css, size in (
        ("10.12", SPACED, NARROW), ("10.4", DOUBLED, WIDE), ("13.9", "", LYING),
    ):  # fmt: skip
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        await page.evaluate(WEAR, css)
        found += [f"{number}: {one}" for one in await page.evaluate(LOST)]
        await page.evaluate(WEAR, "")
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    return found


async def tree(page: Page) -> list[dict[str, Any]]:
    """The accessibility tree, as a screen reader is given it: nodes with role, name."""
    devtools = await page.context.new_cdp_session(page)
    answer = await devtools.send("Accessibility.getFullAXTree")
    await devtools.detach()
    return [
        {
            "role": node["role"]["value"],
            "name": node.get("name", {}).get("value", "").strip(),
            **{one["name"]: one["value"].get("value") for one in node["properties"]},
        }
        for node in answer["nodes"]
        if not node["ignored"] and "role" in node
    ]


def unnamed(nodes: list[dict[str, Any]]) -> Iterator[str]:
    for node in nodes:
        if node["role"] in NAMED and not node["name"]:
            yield f"a {node['role']} without a name in the accessibility tree"


async def _by_keyboard(page: Page) -> list[str]:
    """From the top with Tab until the page is left: each stop shows, in its order."""
    await page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0) }")
    await page.evaluate("() => getSelection().collapse(document.body, 0)")
    found: list[str] = []
    for stop in range(FARTHEST):
        await page.keyboard.press("Tab")
        at = await page.evaluate(STOP, stop > 0)
        if not at["what"] or (at["back"] and 'class="skip"' in at["what"]):
            return found
        if at["flaw"]:
            found.append(f"10.7: {at['flaw']}: {at['what']}")
        if at["back"]:
            found.append(f"12.8: the order goes back to {at['what']}")
    return [*found, "12.9: the keyboard does not come out"]
