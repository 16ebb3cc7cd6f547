"""Promise P6: a socket that stalls, trickles, floods or lies harms only itself."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.clients.doors import Person
from tests.clients.socket_client import Client
from tests.faults.schedule import LONG
from tests.faults.world import World, one_process
from tests.faults.writers import PROMISED_SECONDS, listening

STALLED, TRICKLING, FLOODING = (50, 50, 20) if LONG else (6, 6, 3)
FRAMES = 10_000  # of one who floods
GUESTS = (STALLED + TRICKLING + FLOODING) // 8 + 2  # at most 10 sockets each
ROOM_BYTES = 100 * 2**20
FULL_THREAD = 40  # messages of 10 000 characters
ASKED = 39  # times three of these: 5 MB, and one frame less than a burst
STALL_SECONDS = 75  # 60 are promised, and the hub looks now and then
CLOSED_STATES = {7, 8}  # of tcp_info: CLOSE and CLOSE_WAIT
HOSTILE = (
    '{"type":"ping","x":NaN}', "[" * 30_000, '{"a":' * 5_000, '"\\ud800"', "\0", "9" * 5_000,
    '{"type":"post","id":1,"thread":[],"body":{}}', '{"type":"__init__"}', "é" * 20_000,
)  # fmt: skip

pytestmark = pytest.mark.embedded


async def strange(world: World, guest: Person) -> ClientConnection:
    """A socket whose reader takes nothing by itself."""
    hub = world.hubs[0]
    line = socket.create_connection(("127.0.0.1", hub.port))
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened = await connect(
        hub.url.replace("http", "ws") + "/ws/",
        sock=line,
        additional_headers={"Cookie": guest.cookie},
        origin=hub.url,  # type: ignore[arg-type]
        subprotocols=["hub.v1"],  # type: ignore[list-item]
        max_queue=1,
        max_size=None,
        ping_interval=None,
        close_timeout=1,
    )
    await opened.send(json.dumps({"type": "hello", "threads": {}}))
    return opened


async def ask_for_much(line: ClientConnection, thread: str) -> None:
    """More than the kernel and the window hold; as much as may be asked at once."""
    for _ in range(ASKED):
        ask = {"type": "history", "thread": thread, "after": 0, "limit": 200}
        await line.send(json.dumps(ask))


async def trickle(line: ClientConnection) -> None:
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            await line.recv()
            await asyncio.sleep(0.5)


async def flood(line: ClientConnection) -> int | None:
    """The code with which it was closed."""
    with contextlib.suppress(websockets.ConnectionClosed):
        for _ in range(FRAMES):
            await line.send('{"type":"ping"}')
    return await code_of(line)


async def code_of(line: ClientConnection) -> int | None:
    """How the hub ends it, after all that it says before."""
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            await line.recv()
    return line.close_code


def is_over(line: ClientConnection) -> bool:
    """Whether the hub ended it, as the kernel knows, without reading anything."""
    raw = line.transport.get_extra_info("socket")
    if raw is None or raw.fileno() < 0:
        return True
    state = raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return state in CLOSED_STATES


def memory_of(world: World) -> int:
    process = world.hubs[0].process
    assert process
    pages = Path(f"/proc/{process.pid}/statm").read_text().split()[1]
    return int(pages) * 4096


@contextlib.asynccontextmanager
async def polite(world: World) -> AsyncIterator[tuple[Client, Client]]:
    pair = [Client(world.hubs[0], p.cookie, world.threads) for p in world.people[:2]]
    await asyncio.gather(*(client.open() for client in pair))
    yield pair[0], pair[1]
    for client in pair:
        client.drop()


async def test_hostile_sockets_are_closed_and_others_go_on(tmp_path: Path) -> None:
    limits = {"RATE_LIMITS": "on"}
    async with one_process(tmp_path, guests=GUESTS, **limits) as world:
        full, thread = world.threads[:2]
        await fill(world, full)
        guests = iter(world.guests * 8)
        async with polite(world) as (writer, reader), listening([reader]):
            calm = await timed_posts(writer, thread)
            before = memory_of(world)
            stalled = [await strange(world, next(guests)) for _ in range(STALLED)]
            slow = [await strange(world, next(guests)) for _ in range(TRICKLING)]
            floods = [await strange(world, next(guests)) for _ in range(FLOODING)]
            for line in stalled + slow:
                await ask_for_much(line, full)
            trickling = [asyncio.create_task(trickle(line)) for line in slow]
            flooding = [asyncio.create_task(flood(line)) for line in floods]
            stormy = await timed_posts(writer, thread)
            # 1006: it still sent when the line had ended, and lost what was said last.
            assert set(await asyncio.gather(*flooding)) <= {4429, 1006}
            assert memory_of(world) - before < ROOM_BYTES
            head = max(
                seq for where, seq in writer.acknowledged.values() if where == thread
            )
            async with asyncio.timeout(PROMISED_SECONDS):
                await reader.complete(thread, head)
            if LONG:
                print(f"slowest of 20 posts: {calm:.3f} s calm, {stormy:.3f} s stormy")
                await until_over(stalled)
            for task in trickling:
                task.cancel()
            for line in stalled + slow:
                line.transport.abort()
        assert not world.tracebacks, "\n".join(world.said)


async def test_hostile_frames_are_refused_and_close_their_socket(
    tmp_path: Path,
) -> None:
    async with one_process(tmp_path, guests=2) as world:
        async with polite(world) as (writer, _):
            for text in HOSTILE:
                line = await strange(world, world.guests[0])
                with contextlib.suppress(websockets.ConnectionClosed):
                    for _ in range(10):
                        await line.send(text)
                assert await code_of(line) == 4400, text[:20]
            line = await strange(world, world.guests[1])
            with contextlib.suppress(websockets.ConnectionClosed):
                await line.send("a" * 20 * 2**20)
            assert await code_of(line) in (1009, 1006)
            posted = await writer.post(world.threads[0], "Toujours là")
            assert posted in writer.acknowledged
        assert not world.tracebacks, "\n".join(world.said)


async def fill(world: World, thread: str) -> None:
    """By as many people as may say so much in a minute."""
    for number in range(FULL_THREAD):
        said = (str(uuid4()), thread, "é" * 10_000)
        answer = await world.people[number % 4].api(world.hubs[0], said)
        assert not answer.code


async def timed_posts(writer: Client, thread: str) -> float:
    """Seconds of the slowest of 20."""
    slowest = 0.0
    for number in range(20):
        began = time.perf_counter()
        await writer.post(thread, f"Comme d’habitude {number}")
        slowest = max(slowest, time.perf_counter() - began)
    return slowest


async def until_over(lines: list[ClientConnection]) -> None:
    async with asyncio.timeout(STALL_SECONDS):
        while not all(is_over(line) for line in lines):
            await asyncio.sleep(1)
