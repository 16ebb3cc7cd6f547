"""Presence, signs of writing and receipts between two processes, one of which dies."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from tests.clients.server import ServedHub
from tests.clients.session import sign_in
from tests.clients.socket_client import Client, Frame
from tests.faults.checker import record_of
from tests.faults.writers import PEOPLE, listening
from tests.servers import Postgres, Valkey

pytestmark = pytest.mark.machine

WAIT_SECONDS = 30.0  # an event that has not come by then does not come


class Witness(Client):
    """Keeps every frame about people, besides what every client keeps."""

    def __init__(self, hub: ServedHub, cookie: str, threads: list[str]) -> None:
        super().__init__(hub, cookie, threads)
        self.frames: list[Frame] = []

    def take(self, frame: Frame) -> None:
        if frame["type"] in ("presence", "typing", "receipt"):
            self.frames.append(frame)
            self.changed.set()
        super().take(frame)

    def of(self, type_: str, thread: str) -> list[Frame]:
        kept = (f for f in self.frames if f["type"] == type_)
        return [frame for frame in kept if frame["thread"] == thread]

    async def online(self, thread: str, count: int) -> set[str]:
        """Waits until so many people are online there; who."""

        def now() -> set[str]:
            told = self.of("presence", thread)
            return set(told[-1]["online"]) if told else set()

        await self.sees(lambda: len(now()) == count)
        return now()

    async def sees(self, known: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            await self.until(known)


@contextlib.asynccontextmanager
async def two_hubs(tmp_path: Path) -> AsyncIterator[tuple[ServedHub, ServedHub]]:
    with Postgres(own=True) as database, Valkey(own=True) as hints:
        shared = {"DATABASE_URL": database.url, "REDIS_URL": hints.url}
        shared["DJANGO_SETTINGS_MODULE"] = "tests.faults.short_lives"
        with ServedHub(tmp_path, **shared) as one, ServedHub(tmp_path, **shared) as two:
            yield one, two


async def test_people_of_two_processes_see_each_other_and_nobody_stays_for_ever(
    tmp_path: Path,
) -> None:
    async with two_hubs(tmp_path) as (one, two):
        thread, *others = sorted(await asyncio.to_thread(record_of, one))
        known = [await asyncio.to_thread(sign_in, one, PEOPLE[n]) for n in (0, 2, 3)]
        places = zip((one, two, one, two), [*known, known[0]], strict=True)
        clients = [Witness(hub, cookie, [thread, *others]) for hub, cookie in places]
        camille, samira, luc, second = clients  # Camille has two tabs
        await asyncio.gather(*(client.open() for client in clients))
        async with listening(clients):
            everyone = await samira.online(thread, 3)
            assert await luc.online(thread, 3) == everyone
            await one_sign_crosses(camille, second, (samira, luc), thread)
            await the_highest_mark_wins(camille, second, (samira, luc), thread)

            head = camille.contiguous(thread)
            await luc.send("read", thread=thread, seq=1)
            await samira.sees(lambda: len(marks_of(samira, thread)) == 2)
            await luc.send("read", thread=thread, seq=head)
            assert await asyncio.to_thread(one.stop) == 0
            await samira.sees(lambda: {head} == set(marks_of(samira, thread).values()))
            left = await samira.online(thread, 2)  # Camille is here with her other tab
            assert len(everyone - left) == 1

            await asyncio.to_thread(one.start)
            assert await samira.online(thread, 3) == everyone  # the pages came back
            one.kill()
            assert await samira.online(thread, 2) == left


async def one_sign_crosses(
    writer: Witness, second: Witness, others: tuple[Witness, ...], thread: str
) -> None:
    """Whatever the number of tabs and processes they come from."""
    for tab in (writer, second, writer, second):
        await tab.send("typing", thread=thread)
    message_id, place = str(uuid4()), (thread, "Fini")
    writer.sent[message_id] = place
    await writer.send("post", id=message_id, thread=thread, body="Fini")
    for other in (*others, writer):
        await other.sees(lambda other=other: last_id(other, thread) == message_id)
    for other in others:
        assert len(other.of("typing", thread)) == 1
    assert second.of("typing", thread) == writer.of("typing", thread) == []


async def the_highest_mark_wins(
    writer: Witness, second: Witness, others: tuple[Witness, ...], thread: str
) -> None:
    """Two tabs at two processes read at once: each process writes twice at most."""
    head = writer.contiguous(thread)
    for seq in range(1, head + 1):
        await writer.send("read", thread=thread, seq=seq)
        await second.send("read", thread=thread, seq=head + 1 - seq)
    for other in others:
        await other.sees(lambda other=other: head in marks_of(other, thread).values())
        assert len(other.of("receipt", thread)) <= 4


def marks_of(witness: Witness, thread: str) -> dict[str, int]:
    """Who has read how far, as this page was told."""
    marks: dict[str, int] = {}
    for frame in witness.of("receipt", thread):
        marks[frame["user"]] = max(frame["seq"], marks.get(frame["user"], 0))
    return marks


def last_id(client: Client, thread: str) -> str:
    return client.held[thread][client.contiguous(thread)].id
