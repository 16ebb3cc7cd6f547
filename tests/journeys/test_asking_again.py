"""A page that missed a message and is refused what it asks for asks once more."""

import json

import pytest
from playwright.async_api import Browser, WebSocketRoute, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, SAMIRA, open_thread
from tests.journeys.test_two_browsers import NUMBERED, say

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

REFUSED = '{"type":"refused","code":"unavailable","detail":"Plus tard."}'


class BadLine:
    """Between page and hub: loses one message, and refuses the first question."""

    def __init__(self) -> None:
        self.lost = self.questions = 0

    def lead(self, page: WebSocketRoute) -> None:
        hub = page.connect_to_server()

        def to_hub(frame: str | bytes) -> None:
            if json.loads(frame)["type"] == "history":
                self.questions += 1
                if self.questions == 1:
                    page.send(REFUSED)
                    return
            hub.send(frame)

        def to_page(frame: str | bytes) -> None:
            if json.loads(frame).get("body") == "Perdu":
                self.lost += 1
            else:
                page.send(frame)

        page.on_message(to_hub)
        hub.on_message(to_page)


async def test_a_refused_question_is_asked_again(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    samira = await open_thread(browser, hub, SAMIRA)
    line = BadLine()
    await samira.route_web_socket("**/ws/", line.lead)
    await samira.reload()
    await samira.wait_for_selector(LIVE)
    before = await samira.locator(NUMBERED).count()
    for text in ("Perdu", "Deux", "Trois"):
        await say(camille, text)
        await expect(camille.locator(NUMBERED).last).to_have_text(text)
    await expect(samira.locator(NUMBERED)).to_have_count(before + 3)
    assert (line.lost, line.questions) == (1, 2)
