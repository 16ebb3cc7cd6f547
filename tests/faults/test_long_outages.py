"""Promises P5 and P9 at full length: `make faults` only, as minutes cannot be cut.

Their short forms are among the faults of test_two_processes.py.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clients.socket_client import Client
from tests.faults.checker import Verdict, compare, record_of
from tests.faults.schedule import STOP_SECONDS
from tests.faults.world import World, two_processes
from tests.faults.writers import PROMISED_SECONDS, listening

AWAY_SECONDS = 300
STORM = 500  # sockets
BACK_SECONDS = 30
ROUNDS = 5

pytestmark = [pytest.mark.machine, pytest.mark.faults]


@contextlib.asynccontextmanager
async def many(world: World, count: int) -> AsyncIterator[list[Client]]:
    """Sockets of the cast, half of them at each process, who go where there is one."""
    clients = []
    for number in range(count):
        hub, other = world.hubs[number % 2], world.hubs[1 - number % 2]
        person = world.people[number % len(world.people)]
        clients.append(Client(hub, person.cookie, world.threads, other))
    await asyncio.gather(*(client.open() for client in clients))
    try:
        yield clients
    finally:
        for client in clients:
            client.drop()


async def post_until_all_hold_it(
    writer: Client, readers: list[Client], thread: str, seconds: float
) -> float:
    """How long it took; TimeoutError if it took longer than that."""
    began = time.monotonic()
    last = await writer.post(thread, "Encore là")
    head = writer.acknowledged[last][1]
    async with asyncio.timeout(seconds):
        await asyncio.gather(*(reader.complete(thread, head) for reader in readers))
    return time.monotonic() - began


async def judged(world: World, writer: Client, readers: list[Client]) -> Verdict:
    """Of one thread, which all of them were to hold to the end."""
    record = await asyncio.to_thread(record_of, world.hubs[0])
    thread = world.threads[0]
    for reader in readers:
        reader.held = {thread: reader.held[thread]}
    verdict = compare(record, [writer, *readers], readers)
    print(verdict)
    return verdict


async def test_five_minutes_without_the_layer_keep_every_page_current(
    tmp_path: Path,
) -> None:
    async with two_processes(tmp_path) as world, many(world, 9) as clients:
        assert world.hints
        writer, *readers = clients
        await asyncio.to_thread(world.hints.kill)
        ends, slowest = time.monotonic() + AWAY_SECONDS, 0.0
        async with listening(readers):
            while time.monotonic() < ends:
                took = await post_until_all_hold_it(
                    writer, readers, world.threads[0], PROMISED_SECONDS
                )
                slowest = max(slowest, took)
            await asyncio.to_thread(world.hints.start)
            await post_until_all_hold_it(
                writer, readers, world.threads[0], PROMISED_SECONDS
            )
        print(f"without the layer a page was {slowest:.1f} s behind at most")
        assert (await judged(world, writer, readers)).clean


async def test_a_storm_of_reconnections_loses_nothing(tmp_path: Path) -> None:
    async with two_processes(tmp_path) as world, many(world, STORM + 1) as clients:
        writer, *readers = clients
        async with listening(readers):
            for number in range(ROUNDS * 2):
                for hub in world.hubs[:1] if number % 2 else world.hubs:
                    if number % 2:
                        await asyncio.to_thread(hub.kill)
                    else:
                        await asyncio.to_thread(hub.stop, STOP_SECONDS)
                    await asyncio.to_thread(hub.start)
                took = await post_until_all_hold_it(
                    writer, readers, world.threads[0], BACK_SECONDS
                )
                print(f"{STORM} sockets back and complete in {took:.1f} s")
        assert (await judged(world, writer, readers)).clean
