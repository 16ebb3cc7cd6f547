"""Every page as a browser sees it: no CSP report, no serious axe finding, no overflow."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, in_shape, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

PUBLIC = (
    "/connexion",
    "/mentions-legales",
    "/confidentialite",
    "/cgu",
    "/accessibilite",
    "/sources-des-donnees",
    "/dev/components",
    "/dev/mail",
)
PRIVATE = (
    "/",
    "/espaces",
    "/espaces/DEMO-44-01",
    "/espaces/carte",
    "/disponibilites",
    "/disponibilites/nouvelle?espace=DEMO-44-01",
    "/sessions",
    # The desk.
    #
    # Figures.
    "/absences",
    "/preferences",
    "/notifications",
)
NARROW = 320  # what 400 % zoom leaves of 1280 px (RGAA 10.11)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    """One for all: these tests look and change nothing."""
    with in_shape(tmp_path_factory.mktemp("hub")) as served:
        yield served


async def addresses(page: Page, hub: ServedHub) -> list[str]:
    """Every kind of page, with one thread and its measure."""
    await page.goto(hub.url)
    thread = await page.locator("main h3 a").first.get_attribute("href") or ""
    await page.goto(hub.url + thread)
    measure = await page.locator("a[href^='/mesures/']").first.get_attribute("href")
    about = [measure or "", f"{measure}/espace"]
    return [*PRIVATE, thread, *about, "/nulle-part", *PUBLIC]


async def go(page: Page, address: str) -> None:
    await page.goto(address)
    if "/fils/" in address:
        await page.wait_for_selector(LIVE)


def serious(results: Any) -> list[str]:
    found = results.response["violations"]
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:120]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_and_the_policy_is_never_broken(
    hub: ServedHub, browser: Browser, scheme: str
) -> None:
    page = await sign_in(browser, hub, CAMILLE, scheme=scheme)
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "404" not in message.text:
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    for address in await addresses(page, hub):
        await go(page, hub.url + address)
        complaints += [f"{address}: {one}" for one in serious(await Axe().run(page))]
    assert complaints == []


async def test_no_page_scrolls_sideways_on_the_narrowest_screen(
    hub: ServedHub, browser: Browser
) -> None:
    page = await sign_in(browser, hub, CAMILLE, width=NARROW)
    wide: dict[str, int] = {}
    for address in await addresses(page, hub):
        await go(page, hub.url + address)
        width = await page.evaluate("document.documentElement.scrollWidth")
        wide[address] = width
    assert {a: w for a, w in wide.items() if w > NARROW} == {}


async def test_axe_can_find_something(hub: ServedHub, browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content("<html lang=fr><title>x</title><main><h1>x</h1><input>")
    assert serious(await Axe().run(page))
