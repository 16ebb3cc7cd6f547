"""Sixteen who write and eight who read, through whatever goes wrong meanwhile.

Belongs here: how people behave. What goes wrong is in schedule.py, what must hold
afterwards in checker.py.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import httpx

from tests.clients.doors import Answer, Person
from tests.clients.server import ServedHub
from tests.clients.socket_client import PAUSE_SECONDS, Client, Lost
from tests.clients.teller import TRANSIENT, Teller
from tests.faults.checker import Record, Verdict, compare, record_of
from tests.faults.world import World

PROMISED_SECONDS = 30  # RELIABILITY section 3: after the last fault, for every reader
BURST = 3  # messages that a socket sends without waiting, now and then
MOST_REPEATS = 4  # of one id, through any door
FLAP_AFTER = (5, 60)  # changes that a restless reader sees before it goes away

Door = Callable[[ServedHub, tuple[str, str, str]], Awaitable[Answer]]


class Progress:
    """How many messages were acknowledged, for whoever waits for a number of them."""

    def __init__(self) -> None:
        self.done = 0
        self.is_over = False
        self._counted = asyncio.Condition()

    async def count(self, more: int) -> None:
        async with self._counted:
            self.done += more
            self._counted.notify_all()

    async def reaches(self, number: int) -> None:
        async with self._counted:
            await self._counted.wait_for(lambda: self.done >= number)


class Writer:
    """Writes through one door; repeats what it wrote through any of its person's."""

    def __init__(self, world: World, person: Person, number: int) -> None:
        self.world, self.person, self.number = world, person, number
        self.chance = random.Random(f"writer {number}")
        self.teller = Teller(world.threads)
        self.doors: list[Door] = [person.api, person.form, person.link]
        self.door = self.doors[number % 3]

    async def write(self, progress: Progress) -> None:
        turn = 0
        while not progress.is_over:
            turn += 1
            ids = await self.say(turn)
            await progress.count(len(ids))
            for _ in range(self.chance.choice((0, 0, 0, *range(MOST_REPEATS)))):
                await self._once(self.chance.choice(self.doors), ids[-1])

    async def say(self, turn: int) -> list[str]:
        """One message, until it is answered."""
        message_id = str(uuid4())
        self.teller.sent[message_id] = (self._thread(), self._body(turn))
        while not self.teller.is_answered(message_id):
            if await self._once(self.door, message_id):
                await asyncio.sleep(PAUSE_SECONDS)
        return [message_id]

    async def _once(self, door: Door, message_id: str) -> str:
        """Sends it once and remembers the answer; why it was not taken, if it was not."""
        thread, body = self.teller.sent[message_id]
        hub = self.chance.choice(self.world.hubs)
        try:
            answer = await door(hub, (message_id, thread, body))
        except (httpx.TransportError, *Lost):
            return "unavailable"
        if answer.code:
            self.teller.refuse(message_id, answer.code)
        elif answer.seq:
            self.teller.posted(message_id, thread, answer.seq)
        else:
            self.teller.accepted.add(message_id)
        return answer.code if answer.code in TRANSIENT else ""

    def _thread(self) -> str:
        return self.chance.choice(self.world.threads)

    def _body(self, turn: int) -> str:
        return f"{self.number}/{turn}" + "é" * self.chance.choice((0, 10, 900))


class SocketWriter(Writer):
    """The same with a socket as its first door, on which it sometimes does not wait."""

    def __init__(self, world: World, person: Person, number: int) -> None:
        super().__init__(world, person, number)
        hubs = world.hubs[number % len(world.hubs) :] + world.hubs
        first, *others = dict.fromkeys(hubs)
        self.client = Client(first, person.cookie, world.threads, *others)
        self.teller = self.client

    async def say(self, turn: int) -> list[str]:
        count = self.chance.choice((1, 1, BURST))
        texts = [(self._thread(), self._body(turn)) for _ in range(count)]
        ids = await self.client.post_all(texts)
        if self.chance.random() < 0.2:
            await self.client.again(ids[0])
        return ids


class Reader:
    """Holds everything; a restless one goes away, comes back, and has forgotten some."""

    def __init__(self, world: World, number: int) -> None:
        cookie = world.people[number % len(world.people)].cookie
        hubs = dict.fromkeys(world.hubs[number % len(world.hubs) :] + world.hubs)
        first, *others = hubs
        self.client = Client(first, cookie, world.threads, *others)
        self.is_restless = number % 2 == 1
        self.chance = random.Random(f"reader {number}")
        self.flaps = 0

    async def read(self, progress: Progress) -> None:
        listening = asyncio.create_task(self.client.listen())
        try:
            while not progress.is_over and self.is_restless:
                await self._see(self.chance.randint(*FLAP_AFTER), listening)
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
                if not progress.is_over:  # nobody forgets while it is judged
                    await self._flap()
                listening = asyncio.create_task(self.client.listen())
            await listening
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _see(self, changes: int, listening: asyncio.Task[None]) -> None:
        for _ in range(changes):
            self.client.changed.clear()
            change = asyncio.ensure_future(self.client.changed.wait())
            await asyncio.wait((change, listening), return_when="FIRST_COMPLETED")
            if listening.done():
                change.cancel()
                await listening  # raises what ended it

    async def _flap(self) -> None:
        """Gone without a word, and back, perhaps elsewhere, from where it remembers."""
        self.flaps += 1
        client = self.client
        client.drop()
        client.others.append(client.hub)
        client.hub = client.others.pop(0)
        for thread in client.held:
            known = client.contiguous(thread)
            client.forget(thread, known - self.chance.randint(0, min(known, 40)))
        await client.open()


class Crowd:
    """All of them: 8 writers by socket, 4 by form or API, 4 by link; 8 readers."""

    def __init__(self, world: World) -> None:
        self.world, self.progress = world, Progress()
        people = world.people
        self.writers: list[Writer] = []
        for number in range(16):
            kind = SocketWriter if number < 8 else Writer
            writer = kind(world, people[number % 4], number)
            if 8 <= number < 12:
                writer.door = writer.doors[number % 2]
            elif number >= 12:
                writer.door = writer.doors[2]
            self.writers.append(writer)
        self.readers = [Reader(world, number) for number in range(8)]

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[Progress]:
        """Everybody writes and reads while the block runs."""
        clients = self._clients()
        await asyncio.gather(*(client.open() for client in clients))
        self._reading = [
            asyncio.create_task(r.read(self.progress)) for r in self.readers
        ]
        async with asyncio.TaskGroup() as group:  # one that fails ends the block
            for writer in self.writers:
                group.create_task(writer.write(self.progress))
            yield self.progress
            self.progress.is_over = True

    async def judged(self) -> Verdict:
        """The verdict once all readers, and one who comes only now, have read to the
        end; whoever cannot within the promised time is counted as behind."""
        record = await asyncio.to_thread(record_of, self.world.hubs[0])
        newcomer = Reader(self.world, 0)
        await newcomer.client.open()
        readers = [*self.readers, newcomer]
        self._reading.append(asyncio.create_task(newcomer.read(self.progress)))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PROMISED_SECONDS):
                await asyncio.gather(*(_to_the_end(r.client, record) for r in readers))
        for reader in readers:
            print(reader.client.hub.port, reader.flaps, reader.client.standing)
        for task in self._reading:
            if task.done():
                await task  # raises what ended it: nobody may stop reading
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        tellers = [w.teller for w in self.writers] + [r.client for r in readers]
        for client in (*self._clients(), newcomer.client):
            await client.close()
        return compare(record, tellers, [reader.client for reader in readers])

    def _clients(self) -> list[Client]:
        sockets = [w.client for w in self.writers if isinstance(w, SocketWriter)]
        return [*sockets, *(reader.client for reader in self.readers)]


async def _to_the_end(client: Client, record: Record) -> None:
    """Asks for the heads, as a page does every 15 s, and then for what is missing."""
    with contextlib.suppress(*Lost):  # whoever listens comes back and catches up
        await client.send("ping")
    for thread in client.held:
        await client.complete(thread, record[thread]["head"])
