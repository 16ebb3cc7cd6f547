"""A served hub, and browsers in which the cast is signed in.

HUB_SHAPE=cluster runs the same journeys on several processes behind a proxy.
"""

import atexit
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.clients.server import ServedHub
from tests.cluster.cluster import Prepared
from tests.conftest import CLUSTER, SERVERS, chromium
from tests.servers import Postgres, Valkey

CAMILLE = "camille.moreau@justice.demo.invalid"
SAMIRA = "samira.benali@centre.demo.invalid"
LIVE = "body[data-connection=live]"
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-sync")
# What some workstations do: every WebSocket fails at once.
NO_SOCKET = """
WebSocket = class {
  static OPEN = 1;
  readyState = 3;
  constructor() { setTimeout(() => this.onclose({ code: 1006 })); }
  close() {}
}
"""


def in_shape(
    folder: Path, database: Postgres | None = None, **environment: str
) -> ServedHub:
    """A hub in this folder, in the shape under test; not started yet.

    One process keeps its data in SQLite, or in `database`. A cluster uses a copy of
    the prepared one.
    """
    if CLUSTER and database:
        return Prepared(database.url, servers()[1].url).cluster(folder, **environment)
    if CLUSTER:
        return prepared().cluster(folder, **environment)
    if database:
        environment["DATABASE_URL"] = database.url
    return ServedHub(folder, **environment)


@cache
def servers() -> tuple[Postgres, Valkey]:
    """Those of the machine shape, or two of our own for the whole run."""
    if SERVERS:
        return SERVERS[0], SERVERS[1]  # type: ignore[return-value] # as conftest fills it
    own = Postgres(own=True), Valkey(own=True)
    for server in own:
        server.start()
        atexit.register(server.close)
    return own


@cache
def prepared() -> Prepared:
    """Made once; each cluster gets a copy of its database and folder."""
    postgres, valkey = servers()
    made = Prepared(postgres.url, valkey.url)
    atexit.register(made.close)
    return made


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ServedHub]:
    """As a newcomer gets it: one process on SQLite, unless the shape is a cluster."""
    with in_shape(tmp_path) as served:
        yield served


@pytest.fixture(scope="module")
async def chromium_of_all() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=list(FLAGS)
        )
        yield browser
        await browser.close()


@pytest.fixture
async def browser(chromium_of_all: Browser) -> AsyncIterator[Browser]:
    """One for a file, for it is slow to start; what a test opened ends with it."""
    yield chromium_of_all
    for context in chromium_of_all.contexts:
        await context.close()


async def sign_in(
    browser: Browser,
    hub: ServedHub,
    email: str,
    *,
    javascript: bool = True,
    width: int = 1280,
    scheme: str = "light",
) -> Page:
    """A fresh browser profile, signed in through the one-time link's button."""
    context = await browser.new_context(
        locale="fr-FR",
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
        java_script_enabled=javascript,
    )
    page = await context.new_page()
    await page.goto(hub.login_link(email))
    await page.click("main button[type=submit]")
    await page.wait_for_url(f"{hub.url}/")
    return page


async def open_thread(
    browser: Browser,
    hub: ServedHub,
    email: str,
    *,
    javascript: bool = True,
    socket: bool = True,
) -> Page:
    """The page of the thread in which the demonstration's people have talked."""
    page = await sign_in(browser, hub, email, javascript=javascript)
    if not socket:
        await page.add_init_script(NO_SOCKET)
    answer = await page.request.get(f"{hub.url}/api/v1/threads")
    talked = max(await answer.json(), key=lambda one: one["head"])
    await page.goto(f"{hub.url}/fils/{talked['thread']}")
    if javascript and socket:
        await page.wait_for_selector(LIVE)
    return page
