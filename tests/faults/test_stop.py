"""How sockets begin and end at a real server: origins, sizes, SIGTERM."""

import asyncio
from pathlib import Path

import pytest
import websockets
from websockets.asyncio.client import connect

from tests.clients.server import ServedHub
from tests.faults.writers import open_writers

pytestmark = pytest.mark.embedded

FRAME_BYTES = 64 * 1024


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


async def test_a_frame_over_64_kib_is_closed_with_1009_and_others_go_on(
    tmp_path: Path,
) -> None:
    with ServedHub(tmp_path) as hub:
        async with open_writers(hub) as (big, small, *_):
            assert big.socket
            await big.socket.send('{"type":"ping","x":"' + "a" * FRAME_BYTES + '"}')
            await big.socket.wait_closed()
            assert big.socket.close_code == 1009
            assert await small.post(next(iter(small.held)), "Toujours là")


async def test_only_our_own_origin_opens_a_socket(tmp_path: Path) -> None:
    with ServedHub(tmp_path) as hub:
        async with open_writers(hub) as (client, *_):
            assert await opens(hub, client.cookie, hub.url)
            for origin in strangers(hub.port):
                assert not await opens(hub, client.cookie, origin), origin


def strangers(port: int) -> list[str | None]:
    return [
        None,
        "null",
        f"https://127.0.0.1:{port}",
        f"http://127.0.0.1:{port + 1}",
        "http://127.0.0.1",
        f"http://127.0.0.1.example.org:{port}",
        f"http://example.org127.0.0.1:{port}",
        f"http://user@127.0.0.1:{port}@example.org",
        f"http://127.0.0.2:{port}",
        f"http://sub.localhost:{port}",
        f"http://xn--lcalhost-54a:{port}",
        f"http://[::1]:{port}",
        "file://",
    ]


async def opens(hub: ServedHub, cookie: str, origin: str | None) -> bool:
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
        # Autobahn itself refuses the word "null" before we are asked.
        assert refused.response.status_code == (400 if origin == "null" else 403)
        return False
