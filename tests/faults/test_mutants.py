"""The fault tests can fail: six deliberate faults, each found by the checker.

The other side of each, the same without the fault, is in the tests beside this one.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from tests.clients.doors import Person
from tests.clients.server import ServedHub
from tests.clients.socket_client import Client
from tests.clients.teller import Teller
from tests.faults.checker import Verdict, compare, judge, record_of
from tests.faults.mutants import with_fault
from tests.faults.world import World, one_process, two_processes
from tests.faults.writers import PROMISED_SECONDS, listening

TWINS = 60  # pairs at most; two transactions overlap in most of them


@contextlib.asynccontextmanager
async def opened(*clients: Client) -> AsyncIterator[None]:
    await asyncio.gather(*(client.open() for client in clients))
    try:
        yield
    finally:
        for client in clients:
            client.drop()


def client_at(world: World, hub: ServedHub) -> Client:
    return Client(hub, world.people[0].cookie, world.threads)


@pytest.mark.embedded
async def test_acknowledging_before_the_commit_is_found(tmp_path: Path) -> None:
    fault = with_fault("acknowledge_before_commit")
    async with one_process(tmp_path, **fault) as world:
        [hub] = world.hubs
        writer = client_at(world, hub)
        async with opened(writer):
            await writer.post(world.threads[0], "Tout juste acquitté")
            hub.kill()
        verdict = await asyncio.to_thread(judge, hub, [writer])
        assert verdict.lost == 1, verdict


@pytest.mark.embedded
async def test_a_resume_that_is_off_by_one_is_found(tmp_path: Path) -> None:
    async with one_process(tmp_path, **with_fault("resume_off_by_one")) as world:
        [hub], thread = world.hubs, world.threads[0]
        writer, reader = client_at(world, hub), client_at(world, hub)
        async with opened(writer, reader):
            reader.drop()
            for number in range(3):
                last = await writer.post(thread, f"Pendant l’absence {number}")
            await reader.open()
            async with listening([reader]):
                head = writer.acknowledged[last][1]
                await reader.until(lambda: head in reader.held[thread])
        record = await asyncio.to_thread(record_of, hub)
        record = {thread: record[thread]}
        reader.held = {thread: reader.held[thread]}
        verdict = compare(record, [writer], [reader])
        assert verdict.behind > 0, verdict


@pytest_asyncio.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A sound process beside two that each have a fault of their own."""
    folder = tmp_path_factory.mktemp("mutants")
    faults = ({}, with_fault("no_head_check"), with_fault("no_resync"))
    async with two_processes(folder, environments=faults) as made:
        yield made


@pytest.mark.machine
async def test_without_the_unique_constraint_two_processes_store_one_id_twice(
    world: World,
) -> None:
    assert (await twins(world)).duplicates == 0
    assert world.database
    with psycopg.connect(world.database.url) as line:
        line.execute("ALTER TABLE hub_message DROP CONSTRAINT client_id_once_for_ever")
    assert (await twins(world)).duplicates > 0


async def twins(world: World) -> Verdict:
    """One id with two contents, at two processes at once, until it is stored twice."""
    person = world.people[0]
    tellers = [Teller(world.threads[:1]), Teller(world.threads[1:2])]
    for _ in range(TWINS):
        same = str(uuid4())
        both = zip(tellers, world.hubs[:2], strict=True)
        sends = (send_twin(person, t, hub, same) for t, hub in both)
        answers = await asyncio.gather(*sends)
        if answers == ["", ""]:
            break
        assert sorted(answers) == ["", "conflict"]
    record = await asyncio.to_thread(record_of, world.hubs[0])
    return compare(record, tellers, readers=[])


async def send_twin(
    person: Person, teller: Teller, hub: ServedHub, message_id: str
) -> str:
    [thread] = teller.held
    teller.sent[message_id] = (thread, f"Dans {thread}")
    answer = await person.api(hub, (message_id, *teller.sent[message_id]))
    if answer.code:
        teller.refuse(message_id, answer.code)
    else:
        teller.posted(message_id, thread, answer.seq)
    return answer.code


@pytest.mark.machine
async def test_a_commit_that_does_not_wait_for_the_disk_is_found(world: World) -> None:
    assert world.database
    world.database.settings(synchronous_commit="off", wal_writer_delay="10s")
    world.database.stop()
    world.database.start()
    writer = client_at(world, world.hubs[0])
    async with opened(writer):
        for number in range(20):
            await writer.post(world.threads[0], f"Peut-être {number}")
        await asyncio.to_thread(world.database.kill)
        world.database.settings(synchronous_commit="on")
        await asyncio.to_thread(world.database.start)
    record = await asyncio.to_thread(record_of, world.hubs[0])
    verdict = compare(record, [writer], readers=[])
    assert verdict.lost > 0, verdict


@pytest.mark.machine
async def test_losing_the_layer_without_check_or_resync_is_found(world: World) -> None:
    assert world.hints
    sound, unchecked, unsynced = world.hubs
    writer = client_at(world, sound)
    readers = [client_at(world, hub) for hub in (unchecked, unsynced)]
    later, silent = world.threads[2:]
    async with opened(writer, *readers), listening(readers):
        heads = {t: await one_more(writer, t) for t in (later, silent)}
        for reader in readers:
            await reader.until(lambda r=reader: holds(r, heads))
        await asyncio.to_thread(world.hints.kill)
        heads = {t: await one_more(writer, t) for t in (later, silent)}
        await asyncio.to_thread(world.hints.start)
        await until_hints_arrive(writer, readers[0], later)
        heads[later] = await one_more(writer, later)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PROMISED_SECONDS):
                waits = (r.until(lambda r=r: holds(r, heads)) for r in readers)
                await asyncio.gather(*waits)
    behind = [
        {thread for thread in heads if reader.contiguous(thread) < heads[thread]}
        for reader in readers
    ]
    assert behind == [{silent}, {later, silent}]


async def one_more(writer: Client, thread: str) -> int:
    message = await writer.post(thread, "Encore un")
    return writer.acknowledged[message][1]


def holds(reader: Client, heads: dict[str, int]) -> bool:
    return all(reader.contiguous(thread) >= heads[thread] for thread in heads)


async def until_hints_arrive(writer: Client, reader: Client, thread: str) -> None:
    """A hint after a hole makes that reader's process fill it: then they flow again."""
    async with asyncio.timeout(2 * PROMISED_SECONDS):
        while True:
            head = await one_more(writer, thread)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await reader.until(lambda head=head: holds(reader, {thread: head}))
                    return
