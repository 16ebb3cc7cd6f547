"""A judge and a coordinator talk, live, through everything that goes wrong."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, SAMIRA, open_thread

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

NUMBERED = "[data-log] .msg[data-seq] [data-slot=body]"
WAITING = "[data-outbox] [data-pending]"


async def say(page: Page, text: str) -> None:
    await page.fill("#body", text)
    await page.press("#body", "Enter")


async def texts(page: Page) -> list[str]:
    return [text.strip() for text in await page.locator(NUMBERED).all_inner_texts()]


async def test_twenty_messages_survive_a_kill_in_between_and_agree(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    samira = await open_thread(browser, hub, SAMIRA)
    before = len(await texts(camille))
    shown_as_sent: set[str] = set()
    for number in range(10):
        await say(camille, f"Juge {number}")
        await say(samira, f"Centre {number}")
        if number == 4:
            shown_as_sent |= set(await texts(camille)) | set(await texts(samira))
            hub.kill()
        if number == 7:
            hub.start()
    for page in (camille, samira):
        await expect(page.locator(NUMBERED)).to_have_count(before + 20, timeout=30_000)
        await expect(page.locator(WAITING)).to_have_count(0)
    said = await texts(camille)
    assert said == await texts(samira)
    assert len(set(said[before:])) == 20
    assert shown_as_sent <= set(said)
    for author in ("Juge", "Centre"):
        own = [text for text in said[before:] if text.startswith(author)]
        assert own == [f"{author} {number}" for number in range(10)]
    await camille.reload()
    await camille.wait_for_selector(LIVE)
    assert await texts(camille) == said


async def test_a_page_that_was_offline_catches_up_and_sends_what_it_kept(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    samira = await open_thread(browser, hub, SAMIRA)
    before = len(await texts(camille))
    await samira.context.set_offline(True)
    await samira.evaluate("dispatchEvent(new Event('offline'))")
    for number in range(3):
        await say(camille, f"Pendant la nuit {number}")
    await say(samira, "Écrit sans réseau")
    await samira.context.set_offline(False)
    for page in (camille, samira):
        await expect(page.locator(NUMBERED)).to_have_count(before + 4, timeout=30_000)
    assert await texts(camille) == await texts(samira)


async def test_without_any_socket_the_page_polls_and_posts_all_the_same(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    samira = await open_thread(browser, hub, SAMIRA, socket=False)
    await expect(samira.locator("body")).to_have_attribute("data-connection", "polling")
    await say(samira, "Sans prise directe")
    await expect(camille.locator(NUMBERED).last).to_have_text("Sans prise directe")
    await say(camille, "Bien reçu")
    await expect(samira.locator(NUMBERED).last).to_have_text(
        "Bien reçu", timeout=15_000
    )


async def test_reading_and_acknowledging_show_on_the_other_side_at_once(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    camille = await open_thread(browser, hub, CAMILLE)
    asked = samira.locator(".msg[data-seq]").last
    # Only what was on the screen has been seen.
    await camille.locator(".msg[data-seq]").last.scroll_into_view_if_needed()
    # Paul is away and was alerted by e-mail; what Camille did is stronger than that.
    of_camille = asked.locator("[data-reader]", has_text="Camille Moreau")
    await expect(of_camille).to_have_count(1)
    await expect(of_camille).to_contain_text("Vu par")
    await camille.get_by_role("button", name="Accuser réception").click()
    await expect(asked.locator("[data-acknowledged]")).to_contain_text("Camille Moreau")
    await expect(camille.locator("[data-slot=ask]:visible")).to_have_count(0)


async def test_without_javascript_one_reads_writes_and_acknowledges(
    hub: ServedHub, browser: Browser
) -> None:
    page = await open_thread(browser, hub, CAMILLE, javascript=False)
    await page.fill("#body", "Sans script")
    await page.get_by_role("button", name="Envoyer").click()
    await expect(page.locator(NUMBERED).last).to_have_text("Sans script")
    await page.get_by_role("button", name="Accuser réception").click()
    await expect(page.locator(".msg [data-acknowledged]")).to_have_count(1)


async def test_what_is_typed_is_only_ever_text(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    samira = await open_thread(browser, hub, SAMIRA)
    hostile = (
        "<img src=x onerror=alert(1)> javascript:alert(1) {{7*7}} https://a.fr/?<b>"
    )
    await say(camille, hostile)
    for page in (camille, samira):
        await expect(page.locator(NUMBERED).last).to_have_text(hostile)
        assert await page.locator(f"{NUMBERED} img").count() == 0
        link = await page.locator(f"{NUMBERED} a").last.get_attribute("href")
        assert link
        assert link.startswith("https://a.fr/?")


async def test_what_is_done_while_the_server_is_away_happens_when_it_is_back(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    hub.kill()
    await expect(camille.locator("body")).not_to_have_attribute(
        "data-connection", "live"
    )
    await say(camille, "Écrit sans serveur")
    await camille.get_by_role("button", name="Accuser réception").click()
    await expect(camille.locator(WAITING)).to_have_count(1)
    hub.start()
    last = camille.locator(NUMBERED).last
    await expect(last).to_have_text("Écrit sans serveur", timeout=30_000)
    acknowledged = camille.locator(".msg [data-acknowledged]")
    await expect(acknowledged).to_have_count(1, timeout=30_000)


async def test_a_refused_message_can_be_changed_and_an_urgent_one_stands_on_the_list(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    await samira.check("[name=is_urgent]")
    await samira.fill("[name=urgent]", "Enfant malade")
    await say(samira, "mot " * 3000)
    waiting = samira.locator(WAITING)
    await expect(waiting).to_contain_text("Raccourcissez")
    await waiting.get_by_role("button", name="Modifier").click()
    await samira.fill("#body", "Rencontre annulée")
    await samira.get_by_role("button", name="Envoyer").click()
    await expect(samira.locator(NUMBERED).last).to_have_text("Rencontre annulée")
    camille = await open_thread(browser, hub, CAMILLE)
    await camille.goto(hub.url)
    await expect(camille.locator(".todo li").first).to_contain_text("Enfant malade")
