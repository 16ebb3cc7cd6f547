"""What people see when PostgreSQL dies while they write, and when it comes back."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import CAMILLE, in_shape, open_thread
from tests.servers import Postgres

pytestmark = [pytest.mark.browser, pytest.mark.machine]

PENDING = "[data-outbox] [data-pending]"
LAST = "[data-log] .msg[data-seq] [data-slot=body] >> nth=-1"
PATIENCE_MS = 30_000


async def test_an_unsent_message_stays_above_the_composer_until_it_can_be_sent(
    tmp_path: Path, browser: Browser
) -> None:
    with (
        Postgres(own=True) as database,
        in_shape(tmp_path, database) as hub,
    ):
        page = await open_thread(browser, hub, CAMILLE)
        await asyncio.to_thread(database.kill)
        await page.fill("#body", "Ne pas perdre ceci")
        await page.press("#body", "Enter")
        waiting = page.locator(PENDING)
        await expect(waiting).to_contain_text("Non envoyé", timeout=PATIENCE_MS)
        await expect(waiting).to_contain_text("Ne pas perdre ceci")
        await asyncio.to_thread(database.start)
        while await waiting.count():
            retry = waiting.get_by_role("button", name="Réessayer")
            if await retry.is_visible():
                await retry.click()
            await page.wait_for_timeout(200)
        await expect(page.locator(LAST)).to_have_text("Ne pas perdre ceci")


async def test_without_javascript_the_503_page_gives_the_text_back(
    tmp_path: Path, browser: Browser
) -> None:
    with (
        Postgres(own=True) as database,
        in_shape(tmp_path, database) as hub,
    ):
        page = await open_thread(browser, hub, CAMILLE, javascript=False)
        await page.fill("#body", "Ne pas perdre cela")
        await asyncio.to_thread(database.kill)
        await page.get_by_role("button", name="Envoyer").click()
        await expect(page.locator("textarea")).to_have_value("Ne pas perdre cela")
        await asyncio.to_thread(database.start)
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while not await page.locator(LAST).count():
                await page.get_by_role("button", name="Réessayer").click()
        await expect(page.locator(LAST)).to_have_text("Ne pas perdre cela")
