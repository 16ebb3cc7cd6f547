"""What a screen reader is given to say when something arrives, and where the focus is.

Read from what changes in live regions; what a screen reader makes of it was not heard.
"""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.async_api import Browser, Page, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, SAMIRA, in_shape, open_thread
from tests.journeys.test_two_browsers import NUMBERED, say

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.access]
# Notes what is added to a live region that is not busy: [role, text, when].
LISTEN = """
window.told = [];
addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) {
    const at = target.nodeType === 1 ? target : target.parentElement;
    const region = at?.closest("[aria-live], [role=log], [role=status], [role=alert]");
    if (!region || region.ariaLive === "off" || at.closest("[aria-busy=true]")) continue;
    if (region.closest("[hidden], template")) continue;
    const text = [...addedNodes].map((node) => node.textContent).join(" ").replace(/\\s+/g, " ").trim();
    if (text) told.push([region.role, text, performance.now()]);
  }
}).observe(document, { childList: true, characterData: true, subtree: true }));
"""
STATUS_MS = 5_000


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    """One for all: each test counts from what it finds."""
    with in_shape(tmp_path_factory.mktemp("hub"), FILE_WORKERS="0") as served:
        yield served


async def listening(browser: Browser, hub: ServedHub, email: str) -> Page:
    page = await open_thread(browser, hub, email)
    await page.add_init_script(LISTEN)
    await page.reload()
    await page.wait_for_selector(LIVE)
    return page


async def told(page: Page, role: str) -> list[str]:
    return [text for by, text, _at in await page.evaluate("told") if by == role]


async def focus(page: Page) -> str:
    """What has it, as 'tag#id' or 'tag'."""
    found: str = await page.evaluate(
        "(({ localName, id }) => id ? `${localName}#${id}` : localName)"
        "(document.activeElement)"
    )
    return found


async def test_a_new_message_is_told_once_and_takes_no_focus(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await listening(browser, hub, SAMIRA)
    camille = await open_thread(browser, hub, CAMILLE)
    await samira.focus("[data-log] [data-slot=permalink]")
    was = await samira.evaluate_handle("document.activeElement")
    await camille.locator("#body").press_sequentially("Une seule fois")
    await camille.press("#body", "Enter")
    await expect(samira.locator(NUMBERED).last).to_have_text("Une seule fois")
    heard = [text for text in await told(samira, "log") if "Une seule fois" in text]
    assert len(heard) == 1
    assert await samira.evaluate("(was) => document.activeElement === was", was)
    assert await focus(camille) == "textarea#body"
    writing = [text for text in await told(samira, "status") if "écrit" in text]
    assert len(writing) <= 1


async def test_states_are_told_at_most_every_five_seconds(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await listening(browser, hub, SAMIRA)
    for text in ("Un", "Deux", "Trois", "Quatre"):
        await samira.fill("#body", text)
    await say(samira, "Fin")
    await expect(samira.locator(NUMBERED).last).to_have_text("Fin")
    times = [at for by, _text, at in await samira.evaluate("told") if by == "status"]
    pauses = [after - before for before, after in pairwise(times)]
    assert all(pause >= STATUS_MS for pause in pauses), times
