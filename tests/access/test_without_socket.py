"""Both sides where no socket opens: they talk, see and acknowledge by asking."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.access.records import acknowledged_by, record, thread_of
from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, SAMIRA, open_thread
from tests.journeys.test_two_browsers import NUMBERED, WAITING, say

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.access]
ASKED_MS = 30_000  # messages every 5 s, receipts every 15 s, on a busy machine


async def arrives(page: Page, text: str) -> None:
    await expect(page.locator(NUMBERED).last).to_have_text(text, timeout=ASKED_MS)


async def test_both_sides_talk_and_every_receipt_arrives(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE, socket=False)
    samira = await open_thread(browser, hub, SAMIRA, socket=False)
    thread = thread_of(camille)
    before = await record(camille, hub, thread)
    for page in (camille, samira):
        await expect(page.locator("body")).to_have_attribute(
            "data-connection", "polling"
        )
    await say(camille, "Confirmez-vous le 12 ?")
    await arrives(samira, "Confirmez-vous le 12 ?")
    for number in range(3):
        await say(samira, f"Oui {number}")
    await arrives(camille, "Oui 2")
    await camille.check("[name=needs_ack]")
    await say(camille, "Accusez réception, s’il vous plaît")
    await arrives(samira, "Accusez réception, s’il vous plaît")
    asks = samira.locator("[data-slot=ask]:visible")
    await asks.last.get_by_role("button").click()
    await expect(samira.locator("[data-acknowledged]")).to_have_count(
        1, timeout=ASKED_MS
    )
    assert await samira.evaluate("document.activeElement !== document.body")
    await expect(camille.locator(".msg[data-seq]").last).to_contain_text(
        "Samira Benali", timeout=ASKED_MS
    )
    seen = camille.locator(".msg", has_text="Confirmez-vous").locator("[data-reader]")
    await expect(seen.first).to_contain_text("Samira Benali", timeout=ASKED_MS)
    for page in (camille, samira):
        await expect(page.locator(WAITING)).to_have_count(0)

    said = (await record(camille, hub, thread))[len(before) :]
    assert [(one.author, one.body) for one in said] == [
        ("Camille Moreau", "Confirmez-vous le 12 ?"),
        *(("Samira Benali", f"Oui {number}") for number in range(3)),
        ("Camille Moreau", "Accusez réception, s’il vous plaît"),
    ]
    assert await acknowledged_by(camille, hub, thread, said[-1].seq)
