"""What is typed first is on record first, whatever the line does meanwhile."""

import asyncio
import json

import pytest
from playwright.async_api import Browser, Route, WebSocketRoute, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import LIVE, SAMIRA, open_thread
from tests.journeys.test_two_browsers import NUMBERED, WAITING, say, texts

pytestmark = [pytest.mark.browser, pytest.mark.embedded]


async def test_a_message_typed_before_the_welcome_waits_for_the_older_ones(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    greeted, release = asyncio.Event(), asyncio.Event()

    async def hold_welcome(page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        async def pass_on(frame: str | bytes) -> None:
            if json.loads(frame)["type"] == "welcome":
                greeted.set()
                await release.wait()
            page.send(frame)

        server.on_message(lambda frame: asyncio.ensure_future(pass_on(frame)))

    await samira.route_web_socket("**/ws/", hold_welcome)
    await samira.reload()
    await greeted.wait()
    release.set()
    await samira.wait_for_selector(LIVE)
    before = await texts(samira)
    hub.kill()
    await expect(samira.locator("body")).not_to_have_attribute(
        "data-connection", "live"
    )
    await say(samira, "Premier")
    greeted.clear()
    release.clear()
    hub.start()
    await greeted.wait()
    await say(samira, "Second")
    release.set()
    await expect(samira.locator(WAITING)).to_have_count(0)
    await expect(samira.locator(NUMBERED)).to_have_count(len(before) + 2)
    await samira.reload()
    assert (await texts(samira))[-2:] == ["Premier", "Second"]


async def test_without_a_socket_messages_leave_one_after_the_other(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA, socket=False)
    await expect(samira.locator("body")).to_have_attribute("data-connection", "polling")
    typed = asyncio.Event()

    async def hold_first(route: Route) -> None:
        if route.request.method == "POST" and "numéro 0" in (
            route.request.post_data or ""
        ):
            await typed.wait()
        await route.continue_()

    await samira.route("**/messages*", hold_first)
    lines = [f"numéro {number}" for number in range(5)]
    for line in lines:
        await say(samira, line)
    typed.set()
    await expect(samira.locator(WAITING)).to_have_count(0, timeout=20_000)
    await samira.reload()
    assert (await texts(samira))[-5:] == lines
