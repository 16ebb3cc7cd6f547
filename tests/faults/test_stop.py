"""How sockets begin and end at a real server: origins, sizes, SIGTERM."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
import websockets
from websockets.asyncio.client import connect

from tests.clients.server import ServedHub
from tests.clients.session import sign_in
from tests.faults.world import one_process
from tests.faults.writers import PEOPLE, open_writers

pytestmark = pytest.mark.embedded

FRAME_BYTES = 64 * 1024  # PROTOCOL section 4
PORT, OTHER_PORT = "PORT", "OTHER"
# What Autobahn itself refuses, with 400, before we are asked.
NOT_AN_ORIGIN = {"null", "file://"}
STRANGERS = [
    None,
    "null",
    "file://",
    f"https://127.0.0.1:{PORT}",
    f"http://127.0.0.1:{OTHER_PORT}",
    "http://127.0.0.1",
    f"http://127.0.0.1.example.org:{PORT}",
    f"http://example.org127.0.0.1:{PORT}",
    f"http://user@127.0.0.1:{PORT}@example.org",
    f"http://localhost.:{PORT}",
    f"http://xn--lcalhost-54a:{PORT}",
    f"http://127.0.0.2:{PORT}",
    f"http://2130706433:{PORT}",
    f"http://[::1]:{PORT}",
    f"http://sub.localhost:{PORT}",
]
# The same place in a spelling that no browser sends.
MISSPELT = [
    f"http://user@127.0.0.1:{PORT}",
    f"http://LOCALHOST:{PORT}",
    f"http://127.0.0.1:{PORT}/",
]


def ping_of(size: int) -> str:
    """A frame of exactly so many bytes."""
    empty = json.dumps({"type": "ping", "x": ""})
    return json.dumps({"type": "ping", "x": "a" * (size - len(empty))})


async def test_sigterm_tells_sockets_to_come_back_and_ends_with_success(
    tmp_path: Path,
) -> None:
    with ServedHub(tmp_path) as hub:
        async with open_writers(hub) as clients:
            status = asyncio.create_task(asyncio.to_thread(hub.stop))
            for client in clients:
                assert client.socket
                await client.socket.wait_closed()
                assert client.socket.close_code == 1012
            assert await status == 0


async def test_a_request_that_waits_for_the_record_does_not_keep_the_process(
    tmp_path: Path,
) -> None:
    async with one_process(tmp_path) as world:
        [hub], camille = world.hubs, world.people[0]
        with closing(sqlite3.connect(tmp_path / "hub.sqlite3")) as record:
            record.execute("BEGIN IMMEDIATE")  # nobody else may write
            said = (str(uuid4()), world.threads[0], "En route")
            waiting = asyncio.create_task(camille.api(hub, said))
            async with httpx.AsyncClient(trust_env=False) as other:
                await other.get(f"{hub.url}/healthz")  # after it, it is being made
            assert await asyncio.to_thread(hub.stop) == 0
        with pytest.raises(httpx.TransportError):
            await waiting
        assert not world.tracebacks


async def test_a_frame_over_64_kib_is_closed_with_1009_and_others_go_on(
    tmp_path: Path,
) -> None:
    with ServedHub(tmp_path) as hub:
        async with open_writers(hub) as (big, small, *_):
            assert big.socket
            await big.socket.send(ping_of(FRAME_BYTES))
            assert await big.answer("pong")
            await big.socket.send(ping_of(FRAME_BYTES + 1))
            await big.socket.wait_closed()
            assert big.socket.close_code == 1009
            posted = await small.post(next(iter(small.held)), "Toujours là")
            assert posted in small.acknowledged


@pytest_asyncio.fixture(scope="module")
async def door(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[ServedHub, str]]:
    """A served hub and the session of somebody who may enter."""
    with ServedHub(tmp_path_factory.mktemp("origins")) as hub:
        yield hub, await asyncio.to_thread(sign_in, hub, PEOPLE[0])


@pytest.mark.parametrize("origin", STRANGERS)
async def test_a_strange_origin_opens_no_socket(
    door: tuple[ServedHub, str], origin: str | None
) -> None:
    assert await opens(*door, door[0].url), "our own does"
    assert not await opens(*door, origin)


@pytest.mark.parametrize("origin", MISSPELT)
async def test_our_own_origin_is_compared_to_the_letter(
    door: tuple[ServedHub, str], origin: str
) -> None:
    assert not await opens(*door, origin)


async def opens(hub: ServedHub, cookie: str, pattern: str | None) -> bool:
    """Whether a socket opens for that origin, here at our port."""
    origin = pattern and pattern.replace(PORT, str(hub.port)).replace(
        OTHER_PORT, str(hub.port + 1)
    )
    try:
        async with connect(
            hub.url.replace("http", "ws") + "/ws/",
            additional_headers={"Cookie": cookie},
            origin=origin,  # type: ignore[arg-type]
            subprotocols=["hub.v1"],  # type: ignore[list-item]
            proxy=None,
        ):
            return True
    except websockets.InvalidStatus as refused:
        expected = 400 if pattern in NOT_AN_ORIGIN else 403
        assert refused.response.status_code == expected
        return False
