"""A page that is open changes into no other by itself (RGAA 7.4): it says what happened,
and the person goes on from there."""

import json
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from tests.access.records import thread_of
from tests.clients.server import ServedHub
from tests.journeys.conftest import LIVE, SAMIRA, in_shape, open_thread
from tests.journeys.test_losing_the_line import sign_out_elsewhere

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.access]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    with in_shape(tmp_path_factory.mktemp("hub")) as served:
        yield served


async def began(page: Page) -> float:
    """When this page was loaded."""
    return float(await page.evaluate("performance.timeOrigin"))


async def test_a_thread_whose_rights_changed_offers_to_be_opened_again(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    lines: list[WebSocketRoute] = []

    def listen(route: WebSocketRoute) -> None:
        route.connect_to_server()
        lines.append(route)

    await samira.route_web_socket("**/ws/", listen)
    await samira.reload()
    await samira.wait_for_selector(LIVE)
    before = await began(samira)
    said = samira.get_by_role("alert").filter(has_text="n’est plus à jour")
    await expect(said).to_have_count(0)
    lines[-1].send(json.dumps({"type": "reload", "thread": thread_of(samira)}))
    await expect(said).to_be_visible()
    assert await began(samira) == before
    await said.get_by_role("link").click()
    await samira.wait_for_selector(LIVE)
    await expect(said).to_have_count(0)
    assert await began(samira) != before


async def test_a_session_that_was_ended_elsewhere_is_said_on_every_open_page(
    hub: ServedHub, browser: Browser
) -> None:
    thread = await open_thread(browser, hub, SAMIRA)
    home = await thread.context.new_page()
    await home.goto(hub.url)
    await home.wait_for_selector(LIVE)
    before = [await began(thread), await began(home)]
    await sign_out_elsewhere(thread)
    for page, alert, hidden in (
        (thread, "[role=alert][data-over=signed-out]", "[role=log]"),
        (home, "[role=alert] [data-session-over]", "[data-home]"),
    ):
        said = page.locator(alert)
        await expect(said).to_contain_text("Votre session est terminée.")
        await expect(said).to_be_visible()
        await expect(said.get_by_role("link", name="Se reconnecter")).to_be_visible()
        # Nothing is left to be read by whoever comes to this desk next.
        await expect(page.locator(hidden)).to_be_hidden()
    assert [await began(thread), await began(home)] == before
