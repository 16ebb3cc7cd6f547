"""Two people on one thread see each other: who is there, who writes, who has read."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, SAMIRA, open_thread

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

SHOWN = "thread-typing [data-shown]"
ANNOUNCED = "thread-typing [role=status]"
# Whether the page is hidden is what the test says; at first it is.
AWAY = "Object.defineProperty(document, 'hidden', { get: () => window.away ?? true })"
BACK = "window.away = false; document.dispatchEvent(new Event('visibilitychange'))"


def online_mark(page: Page, name: str) -> Locator:
    return page.locator(f"thread-presence [data-name='{name}']").get_by_text("en ligne")


async def height(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollHeight"))


async def test_presence_and_signs_of_writing_come_and_go_and_move_nothing(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    mark = online_mark(camille, "Samira Benali")
    await expect(mark).to_be_hidden()
    before = await height(camille)
    samira = await open_thread(browser, hub, SAMIRA)
    for page, other in ((camille, "Samira Benali"), (samira, "Camille Moreau")):
        await expect(online_mark(page, other)).to_be_visible()
    for absent in ("Camille Moreau", "Luc Roy"):  # oneself needs no mark
        await expect(online_mark(camille, absent)).to_be_hidden()

    await samira.locator("#body").press_sequentially("Bonj")
    for place in (SHOWN, ANNOUNCED):
        await expect(camille.locator(place)).to_have_text("Samira Benali écrit…")
    await expect(samira.locator(SHOWN)).to_have_text("")
    assert await height(camille) == before
    for place in (SHOWN, ANNOUNCED):
        await expect(camille.locator(place)).to_have_text("", timeout=10_000)

    await samira.locator("#body").press_sequentially("our")
    await expect(camille.locator(SHOWN)).to_have_text("Samira Benali écrit…")
    # The eye is told again, the ear is not.
    await expect(camille.locator(ANNOUNCED)).to_have_text("")
    await samira.press("#body", "Enter")
    await expect(camille.locator(".msg .said").last).to_have_text("Bonjour")
    await expect(camille.locator(SHOWN)).to_have_text("")

    hub.kill()  # without a connection nothing is known of the others
    await expect(mark).to_be_hidden()


async def test_a_receipt_comes_when_the_message_is_looked_at_and_moves_nothing(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    await camille.evaluate(AWAY)
    samira = await open_thread(browser, hub, SAMIRA)
    await samira.fill("#body", "Personne ne regarde")
    await samira.press("#body", "Enter")
    written = samira.locator(".msg[data-seq]", has_text="Personne ne regarde")
    await expect(camille.locator(".msg .said").last).to_have_text("Personne ne regarde")
    await camille.locator(".msg[data-seq]").last.scroll_into_view_if_needed()
    await camille.fill("#body", "Après")  # comes after any mark that was told
    await camille.press("#body", "Enter")
    await expect(samira.locator(".msg .said").last).to_have_text("Après")
    await expect(written.locator("[data-reader]")).to_have_count(0)
    before = await written.bounding_box()
    await camille.evaluate(BACK)
    seen = written.locator("[data-reader]")
    await expect(seen).to_contain_text("Vu par Camille Moreau")
    after = await written.bounding_box()
    assert before
    assert after
    assert after["height"] == before["height"]
