"""A scanner with a real browser: opens the link, runs scripts, presses every button."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Request

from tests.clients.server import ServedHub
from tests.journeys.conftest import SAMIRA, in_shape
from tests.journeys.mailed_links import mail_with_link, mailed_code

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

MOST_PRESSES = 8
# How many rows each table holds; not the trail, and what passes by itself.
COUNT = """
from django.apps import apps
from hub.models import Participant
from notifications.models import KnownBrowser, LinkSession
left = {"LinkEvent", "LinkSession", "ScheduledRun", "FigureSnapshot"}
counts = {m._meta.label: m._default_manager.count() for m in apps.get_models()
    if m.__name__ not in left}
reads = list(Participant.objects.order_by("pk").values_list("read_seq", flat=True))
confirmed = LinkSession.objects.exclude(confirmed_at=None).count()
print("COUNT", sorted(counts.items()), reads, confirmed)
"""
OWN = "main button[type=submit]"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ServedHub]:
    """It says everything it can say."""
    with in_shape(tmp_path, LOG_LEVEL="DEBUG") as served:
        yield served


def state(hub: ServedHub) -> str:
    return hub.manage("shell", "-c", COUNT).partition("COUNT ")[2]


async def press_everything(browser: Browser, address: str) -> tuple[list[str], int]:
    """Every button of every page that a press leads to, in a fresh browser.

    Returns the referrers that left with requests, and how often it pressed.
    """
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    referrers: list[str] = []

    async def note(request: Request) -> None:
        referrers.append((await request.all_headers()).get("referer", ""))

    page.on("requestfinished", note)
    await page.goto(address, wait_until="networkidle")
    pressed = 0
    for _ in range(MOST_PRESSES):
        buttons = page.locator(OWN)
        if not await buttons.count():
            break
        await buttons.nth(pressed % await buttons.count()).click()
        await page.wait_for_load_state("networkidle")
        assert "Camille" not in await page.inner_text("main")
        pressed += 1
    await context.close()
    return referrers, pressed


async def test_a_scanner_in_a_browser_reads_nothing_and_the_person_answers(
    hub: ServedHub, browser: Browser
) -> None:
    address = mail_with_link(hub, SAMIRA)
    token = address.rpartition("/")[2]
    before = state(hub)
    visits = [press_everything(browser, address) for _ in range(3)]
    for referrers, pressed in await asyncio.gather(*visits):
        assert pressed == MOST_PRESSES
        assert not any(token in referrer for referrer in referrers)
    assert state(hub) == before

    context = await browser.new_context(locale="fr-FR")
    samira = await context.new_page()
    await samira.goto(address)
    await samira.click(OWN)
    await samira.fill("#code", await mailed_code(hub, browser))
    await samira.press("#code", "Enter")
    await samira.fill("#body", "Oui, le 12.")
    await samira.click("#repondre button[type=submit]")
    await samira.wait_for_url("**/reponse/enregistree*")
    assert state(hub) != before
    said = "\n".join(hub.output)
    assert token not in said
    assert "ready" in said
