"""The ledger: groups, order, one bad draft, a database that is lost or silent."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db import DataError, OperationalError, connection, connections, transaction

from hub import events
from hub.actions.messages import post_messages
from hub.chain import first_break
from hub.demo import Demo
from hub.errors import Unavailable
from hub.models import Message, Thread
from hub.posting import Draft, Outcome, Posted, Refused
from realtime import ledger as module
from realtime.ledger import Ledger

Post = Callable[[Sequence[Draft]], list[Outcome]]


@pytest.fixture
async def ledger(transactional_db: None) -> AsyncIterator[Ledger]:
    one = Ledger()
    yield one
    await one.stop()
    await sync_to_async(connections.close_all)()


def drafts(world: Demo, count: int, body: str = "Bonjour") -> list[Draft]:
    author, thread = world.people["camille"].pk, world.threads[1].pk
    return [Draft(thread, author, uuid4(), f"{body} {n}") for n in range(count)]


class Gate:
    """Holds a transaction of the ledger just before its commit; notes every group."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.reached, self.open = threading.Event(), threading.Event()

    def __call__(self, messages: list[Message], **_: Any) -> None:
        self.groups.append([message.body for message in messages])
        self.reached.set()
        assert self.open.wait(20)

    async def __aenter__(self) -> "Gate":
        events.messages_posted.connect(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.open.set()
        events.messages_posted.disconnect(self)

    async def is_reached(self) -> None:
        await asyncio.to_thread(self.reached.wait, 20)


async def stored(thread: Thread) -> list[str]:
    """As another connection sees it."""

    def read() -> list[str]:
        rows = list(Message.objects.filter(thread=thread).order_by("seq"))
        assert first_break(rows) is None
        connection.close()
        return [row.body for row in rows]

    return await asyncio.to_thread(read)


async def test_what_arrives_during_a_commit_is_the_next_group(
    ledger: Ledger, world: Demo
) -> None:
    first, *others = drafts(world, 21)
    async with Gate() as gate:
        futures = [ledger.submit(first)]
        await gate.is_reached()
        futures += [ledger.submit(draft) for draft in others]
        gate.open.set()
        outcomes = await asyncio.gather(*futures)
    assert [len(group) for group in gate.groups] == [1, 20]
    assert [o.message.seq for o in outcomes] == list(range(3, 24))


async def test_order_is_kept_over_many_small_groups(
    ledger: Ledger, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_IN_GROUP", 3)
    given = drafts(world, 20)
    answered: list[str] = []
    async with Gate() as gate:
        gate.open.set()
        futures = [ledger.submit(draft) for draft in given]
        for future in futures:
            future.add_done_callback(lambda f: answered.append(f.result().message.body))
        await asyncio.gather(*futures)
    assert max(map(len, gate.groups)) == 3
    assert answered == [draft.body for draft in given]
    assert (await stored(world.threads[1]))[2:] == answered


async def nothing_is_answered_before_its_commit(ledger: Ledger, world: Demo) -> None:
    [draft] = drafts(world, 1)
    async with Gate() as gate:
        future = ledger.submit(draft)
        await gate.is_reached()
        assert draft.body not in await stored(world.threads[1])
        assert not future.done()
        gate.open.set()
        await future
        assert draft.body in await stored(world.threads[1])


async def test_nothing_is_answered_before_its_commit(
    ledger: Ledger, world: Demo
) -> None:
    await nothing_is_answered_before_its_commit(ledger, world)


async def test_the_mutant_that_answers_before_the_commit_is_found(
    ledger: Ledger, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[Message] = []
    known, answered = threading.Event(), threading.Event()

    def note(messages: list[Message], **_: Any) -> None:
        planned.extend(messages)
        known.set()
        assert answered.wait(20)  # so that a slow machine answers early too

    def submit(draft: Draft) -> asyncio.Future[Outcome]:
        future = Ledger.submit(ledger, draft)
        future.add_done_callback(lambda _: answered.set())
        return future

    def post_later(group: Sequence[Draft]) -> None:
        post_messages(group)
        connection.close()

    def early(group: Sequence[Draft]) -> list[Outcome]:
        """What was planned, as soon as it is; the commit comes when it comes."""
        pool.submit(post_later, group)
        known.wait()
        return [Posted(message) for message in planned]

    monkeypatch.setattr(module, "post_messages", early)
    monkeypatch.setattr(ledger, "submit", submit)
    events.messages_posted.connect(note)  # before the gate: it hears of it first
    with ThreadPoolExecutor(1) as pool, pytest.raises(AssertionError, match="done"):
        await nothing_is_answered_before_its_commit(ledger, world)


@pytest.mark.parametrize("error", [DataError, RuntimeError])
async def test_one_bad_draft_among_fifty_is_refused_alone(
    ledger: Ledger, world: Demo, error: type[Exception]
) -> None:
    """By its values (final), or by a fault of ours (which promises nothing)."""
    given = drafts(world, 50)
    bad = given[20].body

    def spoil(messages: list[Message], **_: Any) -> None:
        if any(message.body == bad for message in messages):
            raise error("poison")

    events.messages_posted.connect(spoil)
    try:
        futures = [ledger.submit(draft) for draft in given]
        outcomes = await asyncio.gather(*futures, return_exceptions=True)
    finally:
        events.messages_posted.disconnect(spoil)
    refused = outcomes.pop(20)
    if error is DataError:
        assert isinstance(refused, Refused)
        assert (refused.id, refused.code) == (given[20].id, "invalid")
    else:
        assert isinstance(refused, Unavailable)
    assert [o.message.seq for o in outcomes] == list(range(3, 52))
    bodies = await stored(world.threads[1])
    assert bodies[2:] == [draft.body for draft in given if draft.body != bad]


async def test_a_lost_database_refuses_and_comes_back_by_itself(
    ledger: Ledger, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(group: Sequence[Draft]) -> list[Outcome]:
        raise OperationalError("gone")

    given = drafts(world, 3)
    with monkeypatch.context() as patched:
        patched.setattr(module, "post_messages", lost)
        for draft in given:
            with pytest.raises(Unavailable):
                await ledger.submit(draft)
    outcomes = [await ledger.submit(draft) for draft in given]
    assert [o.message.seq for o in outcomes] == [3, 4, 5]


@pytest.mark.machine
async def test_a_connection_that_was_cut_while_idle_costs_nobody_a_refusal(
    ledger: Ledger, world: Demo
) -> None:
    first, second = drafts(world, 2)
    await ledger.submit(first)

    def cut_all_others() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                "where pid <> pg_backend_pid() and datname = current_database()"
            )
            assert cursor.fetchone()[0] >= 1

    await sync_to_async(cut_all_others)()
    outcome = await ledger.submit(second)
    assert isinstance(outcome, Posted)
    assert outcome.message.seq == 4


async def test_a_silent_database_keeps_nobody_waiting_and_comes_back(
    ledger: Ledger, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = drafts(world, 3)
    await ledger.submit(first)
    assert ledger._alarm
    ledger._alarm.cancel()  # set by the patience of before
    ledger._alarm = None
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Thread.objects.select_for_update().get(pk=world.threads[1].pk)
            held.set()
            assert go.wait(20)
        connection.close()

    holder = asyncio.create_task(asyncio.to_thread(hold))
    await asyncio.to_thread(held.wait)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.2)
    with pytest.raises(Unavailable):
        await ledger.submit(second)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 20.0)
    if connection.vendor == "postgresql":  # it hung up, and writes in other threads
        other = replace(third, thread=world.threads[0].pk, id=uuid4())
        assert isinstance(await ledger.submit(other), Posted)
    go.set()
    await holder
    outcomes = [await ledger.submit(draft) for draft in (third, second)]
    # SQLite cannot be hung up on: what waited for its lock may be stored after all.
    assert {o.message.body for o in outcomes} == {second.body, third.body}
    assert len(await stored(world.threads[1])) == 5


async def test_stopping_answers_what_is_in_hand_first(
    ledger: Ledger, world: Demo
) -> None:
    given = drafts(world, 10)
    async with Gate() as gate:
        futures = [ledger.submit(draft) for draft in given]
        await gate.is_reached()
        gate.open.set()
        await ledger.settle()
        assert all(future.done() for future in futures)
    futures = [ledger.submit(draft) for draft in drafts(world, 10, "Encore")]
    await ledger.stop()
    assert [f.result().message.seq for f in futures] == list(range(13, 23))


async def test_a_sender_who_left_is_stored_and_holds_nobody_up(
    ledger: Ledger, world: Demo
) -> None:
    first, second = drafts(world, 2)
    async with Gate() as gate:
        left, stays = ledger.submit(first), ledger.submit(second)
        left.cancel()
        gate.open.set()
        assert (await stays).message.seq == 4
    assert first.body in await stored(world.threads[1])


async def test_a_fault_that_nobody_expects_ends_one_group_and_not_the_ledger(
    ledger: Ledger, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = drafts(world, 2)
    with monkeypatch.context() as patched:

        def no_more_files(_: Ledger) -> None:
            raise OSError(24, "Too many open files")

        patched.setattr(Ledger, "_connect", no_more_files)
        with pytest.raises(Unavailable):
            await ledger.submit(first)
    assert isinstance(await ledger.submit(second), Posted)
