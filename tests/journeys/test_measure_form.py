"""A measure's form in a browser: it saves itself, and works without a script too."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route

from tests.clients.server import ServedHub
from tests.journeys.conftest import sign_in
from tests.journeys.test_pages_in_chromium import serious

pytestmark = [pytest.mark.browser, pytest.mark.embedded]
PAUL = "paul.petit@justice.demo.invalid"
SAVED = "[data-said]:has-text('Brouillon enregistré')"


async def new_draft(
    browser: Browser, hub: ServedHub, *, javascript: bool = True
) -> Page:
    """A fresh draft's first step, in Paul Petit's browser."""
    page = await sign_in(browser, hub, PAUL, javascript=javascript)
    await page.goto(f"{hub.url}/mesures/nouvelle")
    await page.select_option("#judge", label="Camille Moreau")
    await page.click("main .button--primary")
    await page.wait_for_url("**/completer/decision")
    return page


async def test_a_step_saves_itself_and_the_next_begins_with_its_revision(
    hub: ServedHub, browser: Browser
) -> None:
    page = await new_draft(browser, hub)
    needed = page.locator("[data-needs=decided_on]")
    assert await needed.is_visible()
    await page.fill("#decided_on", "19/11/2026")
    await page.wait_for_selector(SAVED)
    await needed.wait_for(state="hidden")
    assert await page.input_value("input[name=revision]") == "1"
    await page.fill("#rg_number", "26/01234")
    await page.click("button[value=next]")  # before the pause is over
    await page.wait_for_url("**/completer/famille")
    await page.click("text=Étape précédente")
    assert await page.input_value("#rg_number") == "26/01234"


async def test_rows_appear_at_once_and_every_step_passes_axe(
    hub: ServedHub, browser: Browser
) -> None:
    page = await new_draft(browser, hub)
    complaints = serious(await Axe().run(page))
    await page.click("button[value=next]")
    await page.wait_for_url("**/completer/famille")
    await page.click("[data-add=child]")
    await page.fill("#child-2-birth", "2019-03")
    await page.click("[data-add=third]")
    complaints += serious(await Axe().run(page))
    await page.locator("[data-row=child] [data-take]").first.click()
    assert await page.input_value("#child-1-birth") == "2019-03"
    await page.click("button[value=next]")
    await page.wait_for_url("**/completer/modalites")
    complaints += serious(await Axe().run(page))
    assert complaints == []


async def test_a_failed_save_says_so_and_is_tried_again(
    hub: ServedHub, browser: Browser
) -> None:
    page = await new_draft(browser, hub)
    lost = True

    async def answer(route: Route) -> None:
        await (route.abort() if lost else route.continue_())

    await page.route("**/completer/decision", answer)
    await page.fill("#rg_number", "26/01234")
    await page.wait_for_selector("[data-said]:has-text('Non enregistré')")
    assert await page.input_value("#rg_number") == "26/01234"
    lost = False
    await page.fill("#rg_number", "26/01235")
    await page.wait_for_selector(SAVED)


async def test_without_a_script_a_child_is_added_and_nothing_is_lost(
    hub: ServedHub, browser: Browser
) -> None:
    page = await new_draft(browser, hub, javascript=False)
    await page.click("button[value=next]")
    await page.fill("#child-1-given", "Zoé")
    await page.click("[data-add=child]")
    assert await page.input_value("#child-1-given") == "Zoé"
    await page.fill("#child-1-birth", "2019-03")
    await page.fill("#child-2-birth", "2021-05")
    await page.click("button[value=next]")
    await page.wait_for_url("**/completer/modalites")
    await page.click("text=Étape précédente")
    assert await page.input_value("#child-2-birth") == "2021-05"
