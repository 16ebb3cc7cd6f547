"""Every page as a browser sees it: no CSP report, no serious axe finding, no overflow,
and what a first view may cost.

All states at all widths: `make looks`.
"""

import itertools
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from django.utils.translation import override
from playwright.async_api import Browser, ConsoleMessage, Page

from hub import days, jinja, zones
from hub.days import LONG, WITH_WEEKDAY
from hub.models import User
from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, in_shape, sign_in
from tests.looks.budget import (
    MOST_BYTES,
    MOST_REQUESTS,
    MOST_SHIFT,
    FirstView,
    first_view,
)

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
# A draft with its terms, so that espaces de rencontre can be ranked for it.
DRAFT = """
from tests.looks.world import small_demo
from tests.hub.lifecycle import draft
print("DRAFT", draft(small_demo()).reference)
"""
ZONES = ("Europe/Paris", "Indian/Reunion", "Pacific/Noumea")
# In UTC: an afternoon, midnight of a first of the month in Paris, and in Nouméa.
MOMENTS = ["2026-11-23T13:05:00Z", "2026-11-30T23:00:00Z", "2026-07-31T13:00:00Z"]
ASK_A_CLOCK = """async ([module, language, zone, moments]) => {
  document.documentElement.lang = language;
  document.querySelector("[data-zone]").dataset.zone = zone;
  const { clock, dayKey, longDay, date } = await import(module);
  return moments.map((at) => [clock(at), dayKey(at), longDay(at), date(at)]);
}"""
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


@pytest.mark.parametrize(
    "scheme",
    # What only the dark colours could break is computed: tests/hub/test_contrast.py.
    ["light", pytest.param("dark", marks=pytest.mark.long_journeys)],
)
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


async def test_scripts_write_times_as_the_server_does(
    hub: ServedHub, browser: Browser
) -> None:
    """In both languages, overseas, at midnight and on the first of a month."""
    page = await sign_in(browser, hub, CAMILLE)
    await go(
        page, hub.url + next(a for a in await addresses(page, hub) if "/fils" in a)
    )
    script = await page.locator("script[src$='thread.js']").get_attribute("src") or ""
    module = script.replace("realtime/js/thread.js", "hub/js/moments.js")
    for number, (language, zone) in enumerate(itertools.product(("fr", "en"), ZONES)):
        told = await page.evaluate(
            ASK_A_CLOCK, [f"{module}?{number}", language, zone, MOMENTS]
        )
        with override(language), zones.shown_to(User(zone=zone)):
            assert told == [written(datetime.fromisoformat(at)) for at in MOMENTS]


def written(at: datetime) -> list[str]:
    words = [days.in_words(zones.local(at).date(), f) for f in (WITH_WEEKDAY, LONG)]
    return [jinja.clock(at), jinja.day_key(at), *words]


async def test_scripts_run_as_they_are_written_where_nothing_is_compressed(
    hub: ServedHub, browser: Browser
) -> None:
    """Each module by itself, as its sources say (hub/script_packs.py)."""
    page = await sign_in(browser, hub, CAMILLE)
    await page.set_extra_http_headers({"Accept-Encoding": "identity"})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    talked = "main a[href^='/fils/']"
    thread = await page.locator(talked).first.get_attribute("href") or ""
    await go(page, hub.url + thread)
    assert [one for one in asked if one.endswith("/timeline.js")]


async def test_axe_can_find_something(hub: ServedHub, browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content("<html lang=fr><title>x</title><main><h1>x</h1><input>")
    assert serious(await Axe().run(page))


async def test_a_first_view_is_light_still_and_asks_nobody_else(
    hub: ServedHub, browser: Browser
) -> None:
    draft = hub.manage("shell", "-c", DRAFT).partition("DRAFT ")[2].split()[0]
    page = await sign_in(browser, hub, CAMILLE)
    thread = (
        await page.locator("main a[href^='/fils/']").first.get_attribute("href") or ""
    )
    stranger = await browser.new_page()
    views = {"sign-in": await first_view(stranger, f"{hub.url}/connexion")}
    for name, path in {
        "home": "/", "thread": thread.partition("#")[0], "desk": "/bureau",
        "choose": f"/mesures/{draft}/espace",
    }.items():  # fmt: skip
        then = LIVE if name == "thread" else "main"
        views[name] = await first_view(page, hub.url + path, then)
    for name, view in views.items():
        print(
            f"{name}: {view.bytes} bytes ({view.wire} on HTTP/1.1), {len(view.requests)} requests, {view.shift}"
        )
    assert {name: wrong for name, view in views.items() if (wrong := over(view))} == {}
    assert views["thread"].bytes > views["sign-in"].bytes > 5_000  # they were counted


def over(view: FirstView) -> list[str]:
    return [
        *(["bytes"] if view.bytes > MOST_BYTES else []),
        *(["requests"] if len(view.requests) > MOST_REQUESTS else []),
        *(view.moved if view.shift > MOST_SHIFT else []),
        *view.foreign,
    ]
