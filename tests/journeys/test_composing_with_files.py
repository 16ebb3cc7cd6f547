"""What becomes of a message, in Chromium, while its files travel or go wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, in_shape, open_thread
from tests.journeys.files import (
    WRITING,
    arrived,
    begin_check,
    check_files,
    choose,
    held_upload,
    is_in_state,
    pdf,
    send,
    spoiled,
)

pytestmark = [pytest.mark.browser, pytest.mark.embedded]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ServedHub]:
    """It checks no file by itself: a test says when."""
    with in_shape(tmp_path, FILE_WORKERS="0") as served:
        yield served


async def test_a_file_that_is_refused_meanwhile_keeps_the_message_back(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await open_thread(browser, hub, CAMILLE)
    before = await page.locator("[data-log] .msg").count()
    await choose(page, spoiled(tmp_path))
    await arrived(page, 1)
    async with held_upload(page):
        await choose(page, pdf(tmp_path))
        await send(page, "Voici les deux pièces.")
        check_files(hub)
        await is_in_state(page, "archive.zip", "refused", WRITING)
        waits = page.locator("[data-send][aria-busy]")
        await expect(waits).to_have_count(0)
    await arrived(page, 2)
    assert await page.locator("[data-log] .msg").count() == before
    await expect(page.locator("#body")).to_have_value("Voici les deux pièces.")
    await expect(page.locator("[data-files-alert]")).to_contain_text("archive.zip")


async def test_a_file_that_is_removed_goes_from_every_page_whatever_its_state(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    first = await open_thread(browser, hub, CAMILLE)
    await choose(first, pdf(tmp_path))
    await arrived(first, 1)
    check_files(hub)
    await choose(first, spoiled(tmp_path))
    await arrived(first, 2)
    begin_check(hub)
    second = await open_thread(browser, hub, CAMILLE)
    await expect(second.locator(WRITING)).to_have_count(2)
    await is_in_state(first, "ordonnance.pdf", "clean", WRITING)
    for left in (1, 0):
        await first.locator(WRITING).last.get_by_role("button").last.click()
        await expect(second.locator(WRITING)).to_have_count(left)


async def test_a_file_that_is_cancelled_as_it_arrives_is_in_no_later_message(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await open_thread(browser, hub, CAMILLE)
    async with (
        page.expect_response(lambda one: one.request.method == "DELETE"),
        held_upload(page),
    ):
        await choose(page, pdf(tmp_path))
        await page.locator(WRITING).get_by_role("button").last.click()
        await expect(page.locator(WRITING)).to_have_count(0)
    await page.reload()
    await expect(page.locator("#body")).to_be_visible()
    assert await page.locator(WRITING).count() == 0


async def test_a_file_sent_after_the_session_ended_waits_for_a_new_one(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await open_thread(browser, hub, CAMILLE)
    await page.context.clear_cookies()
    await choose(page, pdf(tmp_path))
    alert = page.locator("[data-files-alert]")
    await expect(alert).to_contain_text("session est terminée")
    other = await page.context.new_page()
    await other.goto(hub.login_link(CAMILLE))
    await other.click("main button[type=submit]")
    await other.wait_for_url(f"{hub.url}/")
    await page.locator("[data-slot=retry]:visible").click()
    await arrived(page, 1)
    await is_in_state(page, "ordonnance.pdf", "pending", WRITING)
    await expect(alert).to_be_empty()
