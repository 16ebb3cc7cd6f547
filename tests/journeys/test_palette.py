"""The palette by keyboard alone, its answers late or absent, and the page without it."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import SAMIRA, in_shape, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.long_journeys]
REFERENCE = re.compile(r"M-\w{4}-\w{4}")
FIELD = "dialog [role=combobox]"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    """One for all: these tests look and change nothing."""
    with in_shape(tmp_path_factory.mktemp("hub")) as served:
        yield served


async def open_palette(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await expect(page.locator(FIELD)).to_be_focused()
    await page.wait_for_selector("[role=option][aria-selected=true]")


async def test_a_few_letters_and_enter_go_there_without_a_mouse(
    browser: Browser, hub: ServedHub
) -> None:
    page = await sign_in(browser, hub, SAMIRA)
    link = page.locator("main h3 a").first
    reference = REFERENCE.findall(await page.locator("main").inner_text())[0]
    await link.focus()
    await open_palette(page)
    found = await Axe().run(page)
    assert found.response["violations"] == []
    await page.keyboard.press("Escape")
    await expect(link).to_be_focused()

    await open_palette(page)
    await page.keyboard.type(reference[2:6].lower())
    await expect(page.get_by_role("group", name="Mesures")).to_be_visible()
    first = page.locator("[role=option]", has_text=f"Fil de {reference}")
    await expect(first).to_have_attribute("aria-selected", "true")
    await expect(page.locator("[data-said]")).to_contain_text("destinations")
    tree = await page.locator("dialog.palette").aria_snapshot()
    assert '- combobox "Mesure, espace de rencontre, page" [expanded]' in tree
    assert '- group "Fils"' in tree
    assert f'- option "Fil de {reference}' in tree
    assert "[selected]" in tree

    await page.keyboard.press("ArrowDown")
    second = page.locator("[role=option]", has_text=f"Mesure {reference}")
    await expect(second).to_have_attribute("aria-selected", "true")
    active = await page.locator(FIELD).get_attribute("aria-activedescendant")
    assert active == await second.get_attribute("id")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")  # around the end
    last = page.locator("[role=option]").last
    await expect(last).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/fils/*")
    await expect(page.locator("dialog.palette")).to_have_count(1)
    assert not await page.locator("dialog.palette").is_visible()


async def test_an_old_answer_is_never_shown_and_enter_waits_for_the_newest(
    browser: Browser, hub: ServedHub
) -> None:
    page = await sign_in(browser, hub, SAMIRA)
    asked: dict[str, asyncio.Event] = {"pré": asyncio.Event(), "préf": asyncio.Event()}
    go = {word: asyncio.Event() for word in asked}

    async def hold(route: Route) -> None:
        word = next((w for w in ("préf", "pré") if _asks(route, w)), "")
        if word:
            asked[word].set()
            await go[word].wait()
        await route.continue_()

    await page.route("**/recherche/palette?*", hold)
    await open_palette(page)
    await page.keyboard.type("pré")
    await asked["pré"].wait()
    await page.keyboard.type("f")
    await asked["préf"].wait()
    shown = await page.locator("[role=option]").all_inner_texts()
    go["pré"].set()
    await page.keyboard.press("Enter")  # nothing has been answered yet
    assert await page.locator("[role=option]").all_inner_texts() == shown
    assert page.url == f"{hub.url}/"  # Enter took nothing of the old answer either
    go["préf"].set()
    await page.wait_for_url("**/preferences")
    await expect(page.locator("h1")).to_have_count(1)
    assert page.url == f"{hub.url}/preferences"


def _asks(route: Route, word: str) -> bool:
    quoted = word.replace("é", "%C3%A9")
    return route.request.url.endswith(f"?q={quoted}")


async def test_without_an_answer_and_without_javascript_the_page_is_left(
    browser: Browser, hub: ServedHub
) -> None:
    page = await sign_in(browser, hub, SAMIRA, width=320)
    await page.route("**/recherche/palette?*", lambda route: route.abort())
    await page.get_by_role("button", name="Rechercher").click()
    await expect(page.locator("[data-said]")).to_contain_text("ne répond pas")
    await page.keyboard.type("attestation")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/recherche?q=attestation")
    await expect(page.locator("h1")).to_have_text("1 message")

    plain = await sign_in(browser, hub, SAMIRA, javascript=False, width=320)
    await plain.click("[data-finder] button")
    await plain.fill("main input[name=q]", "attestations")
    await plain.press("main input[name=q]", "Enter")
    assert await plain.locator("mark").all_inner_texts() == ["attestation"]
    await plain.click("main h3 a")
    address = plain.url.partition("#")[2]
    assert await plain.locator(f"#{address}").is_visible()
