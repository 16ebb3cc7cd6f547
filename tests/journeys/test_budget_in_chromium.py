"""What the first view of the pages people live in may cost. No time is asserted:
`make looks ARGS=--budget` prints it, with a slowed processor."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, in_shape, sign_in
from tests.looks.budget import MOST_BYTES, MOST_SHIFT, FirstView, first_view

pytestmark = [pytest.mark.browser, pytest.mark.embedded]
# A draft with its terms, so that espaces de rencontre can be ranked for it.
DRAFT = """
from tests.looks.world import small_demo
from tests.hub.lifecycle import draft
print("DRAFT", draft(small_demo()).reference)
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    with in_shape(tmp_path_factory.mktemp("hub")) as served:
        yield served


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
            f"{name}: {view.bytes} bytes, {len(view.requests)} requests, {view.shift}"
        )
    assert {name: wrong for name, view in views.items() if (wrong := over(view))} == {}
    assert views["thread"].bytes > views["sign-in"].bytes > 5_000  # they were counted


def over(view: FirstView) -> list[str]:
    return [
        *(["bytes"] if view.bytes > MOST_BYTES else []),
        *(view.moved if view.shift > MOST_SHIFT else []),
        *view.foreign,
    ]
