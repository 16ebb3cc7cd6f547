"""The decision as a file, in Chromium: it is followed until it is decided."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Request, Route, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import in_shape
from tests.journeys.files import HEALED_MS, check_files, pdf
from tests.journeys.test_measure_form import new_draft

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

DECISION = "[data-order-document]"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ServedHub]:
    """It checks no file by itself: a test says when."""
    with in_shape(tmp_path, FILE_WORKERS="0") as served:
        yield served


async def test_the_decision_is_followed_through_a_server_that_is_away(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await new_draft(browser, hub)
    answers: list[int] = []

    async def answer(route: Route) -> None:
        if route.request.method == "POST" or answers:
            await route.continue_()
        else:
            answers.append(503)
            await route.fulfill(status=503)

    await page.route("**/completer/piece", answer)
    await page.set_input_files("#order_document", pdf(tmp_path))
    file = page.locator(f"{DECISION} [data-file]")
    await expect(file).to_have_attribute("data-state", "pending")
    check_files(hub)
    await expect(file).to_have_attribute("data-state", "clean", timeout=HEALED_MS)
    assert answers == [503]


async def test_a_refused_transmission_is_shown_again_and_not_sent_again(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await new_draft(browser, hub)
    await page.set_input_files("#order_document", pdf(tmp_path))
    await expect(page.locator(f"{DECISION} [data-file]")).to_have_count(1)
    await page.goto(page.url.replace("/completer/decision", "/relire"))
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.is_navigation_request():
            asked.append(request.method)

    page.on("request", note)
    await page.locator("form[action$=relire]").evaluate("form => form.submit()")
    await expect(page.locator("[data-undecided]")).to_have_count(1)
    check_files(hub)
    await expect(page.locator("[data-undecided]")).to_have_count(0, timeout=HEALED_MS)
    assert asked == ["POST", "GET"]
