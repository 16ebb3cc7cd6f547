"""What only minutes can show of sockets: `make sockets` (TEST_SHAPE=machine too)."""

import asyncio
from pathlib import Path

import pytest

from tests.clients.server import ServedHub
from tests.clients.session import sign_in
from tests.clients.socket_client import Client
from tests.faults.checker import record_of
from tests.faults.test_lost_hints import everyone_sees_receipts, two_processes
from tests.faults.writers import PEOPLE, PROMISED_SECONDS, listening
from tests.realtime.raw_socket import RawSocket
from tests.realtime.test_flow import ASKED, LONG_BODY, gone, greeted, memory

pytestmark = pytest.mark.long_sockets

IDLE_SECONDS = 100  # longer than every time-out of the Redis client, and than 60 s
STALL_SECONDS = 60  # PROTOCOL section 4
STALLED = 20
MOST_GROWTH = 60 * 1024 * 1024  # bytes


@pytest.mark.machine
async def test_sockets_that_were_idle_for_minutes_are_told_at_once(
    tmp_path: Path,
) -> None:
    async with two_processes(tmp_path) as (_hints, writer, readers):
        thread = next(iter(writer.held))
        async with listening(readers):
            await asyncio.sleep(IDLE_SECONDS)  # the one thing only time can show
            await everyone_sees_receipts(writer, readers, thread)


@pytest.mark.parametrize("fast", ["on", "off"])
@pytest.mark.embedded
async def test_a_socket_that_asks_nothing_for_minutes_stays_open(
    tmp_path: Path, fast: str
) -> None:
    with ServedHub(tmp_path, FAST_SOCKETS=fast) as hub:
        cookies = [await asyncio.to_thread(sign_in, hub, who) for who in PEOPLE[:2]]
        threads = sorted(await asyncio.to_thread(record_of, hub))
        reader, writer = [Client(hub, cookie, threads) for cookie in cookies]
        await reader.open()
        await asyncio.sleep(IDLE_SECONDS)
        await writer.open()
        posted = await writer.post(threads[0], "Après une longue pause")
        line = reader.socket
        async with listening([reader]), asyncio.timeout(PROMISED_SECONDS):
            await reader.complete(threads[0], writer.acknowledged[posted][1])
        assert reader.socket is line, "it never had to come back"
        await reader.close()
        await writer.close()


@pytest.mark.embedded
async def test_stalled_readers_are_gone_after_a_minute_and_cost_little(
    tmp_path: Path,
) -> None:
    with ServedHub(tmp_path) as hub:
        cookies = [await asyncio.to_thread(sign_in, hub, who) for who in PEOPLE[:2]]
        [thread, *_] = sorted(await asyncio.to_thread(record_of, hub))
        client = Client(hub, cookies[1], [thread])
        await client.open()
        for _ in range(30):
            await client.post(thread, LONG_BODY)
        stalled: list[RawSocket] = [
            await greeted(hub, cookies[0]) for _ in range(STALLED)
        ]
        before = memory(hub)
        for one in stalled:
            for _ in range(ASKED):
                one.send("history", thread=thread, limit=200)
        async with asyncio.timeout(STALL_SECONDS + PROMISED_SECONDS):
            await asyncio.gather(*(gone(one) for one in stalled))
        assert memory(hub) - before < MOST_GROWTH
        await client.post(thread, "Les autres ont continué")
        await client.close()
