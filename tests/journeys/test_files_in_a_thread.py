"""Files in a thread, in Chromium: sent on one side, seen on the other when ready."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, SAMIRA, in_shape, open_thread
from tests.journeys.files import (
    HEALED_MS,
    SENT,
    WRITING,
    arrived,
    bring,
    check_files,
    choose,
    is_in_state,
    large,
    pdf,
    photo,
    send,
    slow_upload,
    spoiled,
)
from tests.journeys.test_pages_in_chromium import serious

pytestmark = [pytest.mark.browser, pytest.mark.embedded]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ServedHub]:
    """It checks no file by itself: a test says when."""
    with in_shape(tmp_path, FILE_WORKERS="0") as served:
        yield served


async def test_the_other_side_sees_each_file_only_when_it_is_ready(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    samira = await open_thread(browser, hub, SAMIRA)
    await choose(camille, pdf(tmp_path), photo(tmp_path), spoiled(tmp_path))
    await arrived(camille, 3)
    await send(camille)
    await expect(camille.locator(WRITING)).to_have_count(0)
    await expect(camille.locator(SENT)).to_have_count(3)
    await expect(samira.locator("[data-log] .msg").last).to_contain_text("Voici.")
    await camille.reload()
    await is_in_state(camille, "ordonnance.pdf", "pending")
    assert await samira.locator(SENT).count() == 0
    check_files(hub)
    await is_in_state(camille, "archive.zip", "refused")
    for page in (camille, samira):
        await is_in_state(page, "ordonnance.pdf", "clean")
        await is_in_state(page, "photo.jpg", "clean")
    await samira.reload()
    names = await samira.locator(SENT).locator("[data-slot=link]").all_inner_texts()
    assert names == ["ordonnance.pdf", "photo.jpg"]
    async with samira.expect_download() as download:
        await samira.get_by_role("link", name="ordonnance.pdf", exact=True).click()
    assert (await download.value).suggested_filename == "ordonnance.pdf"


async def test_files_are_dragged_pasted_and_never_replace_the_page(
    hub: ServedHub, browser: Browser
) -> None:
    page = await open_thread(browser, hub, CAMILLE)
    await bring(page, "[data-composer]", "drop", "glissé.txt", "aussi.txt")
    await bring(page, "#body", "paste", "collé.txt")
    await bring(page, "[data-log]", "drop", "à côté.txt")
    await arrived(page, 3)
    await bring(page, "#body", "paste", *(f"{number}.txt" for number in range(8)))
    await expect(page.locator("[data-files-alert]")).to_contain_text("10")
    await arrived(page, 10)
    await page.reload()  # what is not sent yet is still there
    await expect(page.locator(WRITING)).to_have_count(10)
    await page.locator(WRITING, has_text="collé.txt").get_by_role("button").click()
    await expect(page.locator(WRITING)).to_have_count(9)
    check_files(hub)
    await is_in_state(page, "glissé.txt", "clean", WRITING)
    await page.click("[data-send]")  # without a word
    await expect(page.locator(SENT)).to_have_count(9)


async def test_a_message_waits_for_its_files_and_leaves_by_itself(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await open_thread(browser, hub, CAMILLE)
    before = await page.locator("[data-log] .msg").count()
    await slow_upload(page, 500_000)
    await choose(page, large(tmp_path))
    bar = page.get_by_role("progressbar")
    await expect(bar).to_be_visible()
    await expect(bar).not_to_have_attribute("value", "0")
    await send(page, "Le texte part avec")
    await expect(page.locator("[data-send]")).to_have_attribute("aria-busy", "true")
    await expect(page.locator("#body")).to_have_value("Le texte part avec")
    messages = page.locator("[data-log] .msg")
    await expect(messages).to_have_count(before + 1, timeout=HEALED_MS)
    await expect(page.locator(SENT)).to_have_count(1)
    await expect(page.locator("#body")).to_have_value("")


async def test_a_file_that_is_cancelled_on_its_way_stops_the_message_too(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await open_thread(browser, hub, CAMILLE)
    before = await page.locator("[data-log] .msg").count()
    await slow_upload(page, 500_000)
    await choose(page, large(tmp_path), pdf(tmp_path))
    await send(page)
    await page.locator(WRITING, has_text="long.txt").get_by_role("button").click()
    await expect(page.locator("[data-send]")).not_to_have_attribute("aria-busy", "true")
    await slow_upload(page, 0)
    await arrived(page, 1)
    assert await page.locator("[data-log] .msg").count() == before
    await expect(page.locator("#body")).to_have_value("Voici.")
    await page.reload()
    await expect(page.locator(WRITING)).to_have_count(1)


async def test_a_file_that_the_network_lost_is_sent_again(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await open_thread(browser, hub, CAMILLE)
    await page.route("**/attachments", lambda route: route.abort())
    await choose(page, pdf(tmp_path))
    again = page.locator("[data-slot=retry]:visible")
    await expect(again).to_have_count(1)
    await page.unroute("**/attachments")
    await again.click()
    await arrived(page, 1)
    await is_in_state(page, "ordonnance.pdf", "pending", WRITING)


async def test_what_the_server_would_refuse_does_not_even_travel(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await open_thread(browser, hub, CAMILLE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    too_large = large(tmp_path, "film.pdf", 26 * 1024 * 1024 + 15)
    (tmp_path / "vide.pdf").touch()
    await choose(page, too_large, tmp_path / "vide.pdf")
    for name in ("film.pdf", "vide.pdf"):
        await is_in_state(page, name, "refused", WRITING)
    assert "POST" not in asked


async def test_a_refused_message_keeps_its_files(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await open_thread(browser, hub, CAMILLE)
    await choose(page, pdf(tmp_path))
    await arrived(page, 1)
    await send(page, "mot " * 3000)
    waiting = page.locator("[data-outbox] [data-pending]")
    await expect(waiting).to_contain_text("ordonnance.pdf")
    await waiting.get_by_role("button", name="Modifier").click()
    await expect(page.locator(WRITING)).to_contain_text("ordonnance.pdf")
    await send(page)
    await expect(page.locator(SENT)).to_have_count(1)


async def test_without_a_socket_files_become_ready_all_the_same(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    camille = await open_thread(browser, hub, CAMILLE, socket=False)
    samira = await open_thread(browser, hub, SAMIRA, socket=False)
    for page in (camille, samira):
        await expect(page.locator("body")).to_have_attribute(
            "data-connection", "polling"
        )
    await choose(camille, pdf(tmp_path))
    await arrived(camille, 1)
    await send(camille)
    await is_in_state(camille, "ordonnance.pdf", "pending")
    await expect(samira.locator("[data-log] .msg").last).to_contain_text(
        "Voici.", timeout=HEALED_MS
    )
    assert await samira.locator(SENT).count() == 0
    check_files(hub)
    for page in (camille, samira):
        await is_in_state(page, "ordonnance.pdf", "clean")


async def test_every_page_of_a_sender_follows_and_a_page_that_was_away_catches_up(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    first = await open_thread(browser, hub, CAMILLE)
    samira = await open_thread(browser, hub, SAMIRA)
    await choose(first, pdf(tmp_path), photo(tmp_path))
    await arrived(first, 2)
    second = await open_thread(browser, hub, CAMILLE)
    await expect(second.locator(WRITING)).to_have_count(2)
    await samira.context.set_offline(True)
    await samira.evaluate("dispatchEvent(new Event('offline'))")
    await send(first)
    await is_in_state(second, "ordonnance.pdf", "pending")
    await expect(second.locator(WRITING)).to_have_count(0)
    check_files(hub)
    for page in (first, second):
        await is_in_state(page, "photo.jpg", "clean")
    await samira.context.set_offline(False)
    await expect(samira.locator(SENT)).to_have_count(2, timeout=2 * HEALED_MS)


async def test_without_javascript_files_are_sent_kept_and_removed(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await open_thread(browser, hub, CAMILLE, javascript=False)
    await page.set_input_files("[name=files]", [pdf(tmp_path), photo(tmp_path)])
    await page.fill("#body", "mot " * 3000)
    await page.click("[data-send]")
    await expect(page.locator("#refused")).to_contain_text("Raccourcissez")
    await expect(page.locator(WRITING)).to_have_count(2)
    await page.fill("#body", "Plus court")
    await page.locator(WRITING, has_text="photo.jpg").get_by_role("button").last.click()
    await expect(page.locator(WRITING)).to_have_count(1)
    await expect(page.locator("#body")).to_have_value("Plus court")
    await page.click("[data-send]")
    await expect(page.locator(WRITING)).to_have_count(0)
    await is_in_state(page, "ordonnance.pdf", "pending")
    check_files(hub)
    await page.reload()
    await is_in_state(page, "ordonnance.pdf", "clean")


async def test_on_a_telephone_with_the_keyboard_and_for_axe(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await open_thread(browser, hub, CAMILLE)
    await page.set_viewport_size({"width": 360, "height": 740})
    long_name = "une-ordonnance-dont-le-nom-ne-finit-pas-de-sitôt-" * 2 + ".pdf"
    await choose(page, pdf(tmp_path, long_name), photo(tmp_path), spoiled(tmp_path))
    await arrived(page, 3)
    await page.focus("#body")
    check_files(hub)
    await is_in_state(page, "archive.zip", "refused", WRITING)
    await expect(page.locator("#body")).to_be_focused()  # nothing took it away
    assert serious(await Axe().run(page)) == []
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width == 360
    await page.locator(WRITING).last.get_by_role("button").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(WRITING)).to_have_count(2)
    focused = page.locator(f"{WRITING} [data-slot=remove]").last
    await expect(focused).to_be_focused()
    await page.focus("#body")
    await page.keyboard.type("Au clavier")
    await page.keyboard.press("Enter")
    await expect(page.locator(SENT)).to_have_count(2)
    assert serious(await Axe().run(page)) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
