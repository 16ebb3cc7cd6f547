"""Read marks on their way to the record: gathered, forward only, none lost."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from hub.actions.reading import MOST, Mark
from hub.demo import Demo
from hub.models import Participant, ReadMark
from realtime.receipts import PERIOD_SECONDS, Receipts, receipts
from tests.realtime.conftest import Open

ANNE, LUC, FIRST, SECOND = (UUID(int=number) for number in range(1, 5))


class Record:
    """Keeps the groups it was given; fails as often as it is told to."""

    def __init__(self) -> None:
        self.groups: list[tuple[float, dict[tuple[UUID, UUID], int]]] = []
        self.failures = 0
        self.hold: asyncio.Event | None = None

    def write(self, marks: Iterable[Mark]) -> dict[Any, bool]:
        if self.failures:
            self.failures -= 1
            raise OperationalError("gone")
        group = {(mark.user, mark.thread): mark.seq for mark in marks}
        self.groups.append((time.monotonic(), group))
        return dict.fromkeys(group, True)

    async def until(self, count: int) -> list[dict[tuple[UUID, UUID], int]]:
        async with asyncio.timeout(10):
            while len(self.groups) < count:
                await asyncio.sleep(0.01)
        return [group for _at, group in self.groups]


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Record:
    made = Record()
    monkeypatch.setattr("realtime.receipts.mark_many", made.write)
    return made


@pytest.fixture
async def batcher(record: Record) -> AsyncIterator[Receipts]:
    made = Receipts()
    yield made
    await made.stop()


async def test_a_single_mark_is_written_at_once(
    record: Record, batcher: Receipts
) -> None:
    noted = time.monotonic()
    batcher.note(ANNE, FIRST, 3)
    assert await record.until(1) == [{(ANNE, FIRST): 3}]
    assert record.groups[0][0] - noted < PERIOD_SECONDS


async def test_marks_of_many_tabs_within_a_second_are_one_write_of_the_highest(
    record: Record, batcher: Receipts
) -> None:
    batcher.note(ANNE, FIRST, 1)
    await record.until(1)
    for seq in (2, 5, 4):
        batcher.note(ANNE, FIRST, seq)
    batcher.note(LUC, FIRST, 2)
    batcher.note(ANNE, SECOND, 9)
    groups = await record.until(2)
    assert groups[1] == {(ANNE, FIRST): 5, (LUC, FIRST): 2, (ANNE, SECOND): 9}
    (first, _), (second, _) = record.groups
    assert second - first >= PERIOD_SECONDS * 0.99


async def test_a_lost_record_keeps_the_marks_and_never_puts_one_back(
    record: Record, batcher: Receipts
) -> None:
    record.failures = 1
    batcher.note(ANNE, FIRST, 3)
    await asyncio.to_thread(lambda: None)  # the first try may be under way
    batcher.note(ANNE, FIRST, 7)
    batcher.note(ANNE, FIRST, 2)
    assert (await record.until(1))[-1] == {(ANNE, FIRST): 7}


async def test_what_waits_is_written_when_the_process_ends(
    record: Record, batcher: Receipts
) -> None:
    batcher.note(ANNE, FIRST, 1)
    await record.until(1)
    batcher.note(ANNE, FIRST, 2)
    await batcher.drain()
    assert record.groups[-1][1] == {(ANNE, FIRST): 2}
    assert record.groups[-1][0] - record.groups[0][0] < PERIOD_SECONDS


async def test_the_end_waits_for_the_write_in_hand_and_tries_it_again(
    record: Record, batcher: Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(marks: Iterable[Mark]) -> dict[Any, bool]:
        begun.set()
        may_end.wait(10)
        return record.write(marks)

    monkeypatch.setattr("realtime.receipts.mark_many", slow)
    record.failures = 1
    batcher.note(ANNE, FIRST, 4)
    await asyncio.to_thread(begun.wait, 10)
    end = asyncio.create_task(batcher.drain())
    await asyncio.sleep(0)
    assert not end.done()
    may_end.set()
    await end
    assert [group for _at, group in record.groups] == [{(ANNE, FIRST): 4}]


async def test_a_crowd_is_written_in_groups_of_bounded_size(
    record: Record, batcher: Receipts
) -> None:
    crowd = {uuid4(): seq for seq in range(1, 2 * MOST + 2)}
    for user, seq in crowd.items():
        batcher.note(user, FIRST, seq)
    groups = await record.until(3)
    assert [len(group) for group in groups] == [MOST, MOST, 1]
    written = {user: seq for group in groups for (user, _), seq in group.items()}
    assert written == crowd


async def test_two_tabs_that_read_at_once_leave_one_mark_forward_only(
    tab: Open, world: Demo
) -> None:
    thread = str(world.threads[0].pk)
    one, two = [await tab(world.people["camille"]) for _ in range(2)]
    samira = await tab(world.people["samira"])
    await one.send("read", thread=thread, seq=1)
    told = [(await samira.get("receipt"))["seq"]]
    for seq in (2, 4, 3):
        await one.send("read", thread=thread, seq=seq)
        await two.send("read", thread=thread, seq=seq - 1)
    told.append((await samira.get("receipt"))["seq"])
    await two.send("read", thread=thread, seq=99)
    told.append((await samira.get("receipt"))["seq"])
    assert told == [1, 4, 5]
    kept = ReadMark.objects.filter(participant__user=one.user).order_by("pk")
    assert await sync_to_async(list)(kept.values_list("seq", flat=True)) == told


async def test_the_last_mark_of_a_page_that_is_closed_is_kept(
    tab: Open, world: Demo
) -> None:
    thread = world.threads[0].pk
    camille, samira = [await tab(world.people[name]) for name in ("camille", "samira")]
    await camille.send("read", thread=str(thread), seq=1)
    assert (await samira.get("receipt"))["seq"] == 1
    await camille.send("read", thread=str(thread), seq=5)
    await camille.socket.disconnect()
    assert (await samira.get("receipt"))["seq"] == 5
    seat = await sync_to_async(Participant.objects.get)(
        thread=thread, user=camille.user
    )
    assert seat.read_seq == 5


async def test_a_right_lost_before_the_write_leaves_no_mark(
    tab: Open, world: Demo
) -> None:
    thread = world.threads[0].pk
    luc = world.people["luc"]
    seats = Participant.objects.filter(thread=thread, user=luc)
    await sync_to_async(seats.update)(until="2020-01-01T00:00Z")
    receipts.note(luc.pk, thread, 3)
    await receipts.drain()
    assert (await sync_to_async(seats.get)()).read_seq == 0
