"""How fast messages are offered: as soon as others are through, or at a fixed rate.

Belongs here: the loops and what they measured. What is sent to, and whether it told the
truth, is elsewhere.
"""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from statistics import quantiles
from typing import Protocol
from uuid import uuid4

from bench.realtime.flights import Books

WARM_UP_SECONDS = 1.0
DRAIN_SECONDS = 30.0  # for what is on its way when the time is over
SHORTEST, LONGEST = 200, 500  # bytes of a text, key included
WORDS = (
    "Bonjour, la rencontre de samedi est maintenue ; merci de prévenir les deux "
    "parents et de confirmer l'heure d'arrivée avant jeudi. L'enfant sera accompagné "
    "par sa grand-mère jusqu'à la porte, comme la dernière fois. "
) * 4


# CPU seconds of all server processes, and of those that hold the sockets.
Cpu = Callable[[], tuple[float, ...]]


class Crowd(Protocol):
    """Everybody of a run, connected to one system."""

    rooms: int
    members: int

    def send(self, room: int, member: int, key: str, body: str) -> None:
        """Hands a message over at once; what becomes of it is told to the books."""

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Measured:
    """One run. `cpu_seconds`: of all server processes, `front_seconds`: of those that
    hold the sockets; `own_share`: of one core, by the generator; `lag_seconds`: how
    late the generator itself sent, at worst 1 %."""

    seconds: float
    messages: int
    deliveries: int
    cpu_seconds: float
    front_seconds: float
    own_share: float
    p50: float
    p95: float
    p99: float
    lag_seconds: float = 0.0

    @property
    def rate(self) -> float:
        return self.messages / self.seconds

    @property
    def cpu_per_thousand(self) -> float:
        """CPU seconds for 1,000 messages, which is CPU milliseconds for one."""
        return 1000 * self.cpu_seconds / max(self.messages, 1)


class Sender:
    """Makes messages that differ, from every member of every room in turn."""

    def __init__(self, crowd: Crowd, books: Books) -> None:
        self.crowd, self.books = crowd, books
        self.count = 0
        self.chance = Random(1)

    def __call__(self) -> None:
        turn, room = divmod(self.count, self.crowd.rooms)
        member = turn % self.crowd.members
        self.count += 1
        key = str(uuid4())
        text = f"{key} {WORDS}".encode()[: self.chance.randint(SHORTEST, LONGEST)]
        body = text.decode(errors="ignore").strip()
        self.books.sent(key, room, member, body)
        self.crowd.send(room, member, key, body)


async def closed(
    crowd: Crowd,
    books: Books,
    cpu: Cpu,
    *,
    in_flight: int,
    seconds: float,
) -> Measured:
    """Keeps `in_flight` messages on their way: the next goes when one is through."""
    send = Sender(crowd, books)
    books.on_landed = send
    with no_garbage():
        for _n in range(in_flight):
            send()
        await asyncio.sleep(WARM_UP_SECONDS)
        window = Window(books, cpu)
        await asyncio.sleep(seconds)
        measured = window.close()
        books.on_landed = lambda: None
        await _drain(books)
    return measured


async def opened(
    crowd: Crowd, books: Books, cpu: Cpu, *, rate: float, seconds: float
) -> Measured:
    """Sends at a fixed rate, whatever comes back."""
    send = Sender(crowd, books)
    lags: list[float] = []
    with no_garbage():
        await _pace(send, rate, WARM_UP_SECONDS, [])
        window = Window(books, cpu)
        await _pace(send, rate, seconds, lags)
        measured = window.close(lags)
        await _drain(books)
    return measured


async def _pace(send: Sender, rate: float, seconds: float, lags: list[float]) -> None:
    start = time.perf_counter()
    for number in range(round(rate * seconds)):
        due = start + number / rate
        while (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        lags.append(time.perf_counter() - due)
        send()
        if number % 50 == 0:  # what came back is read even when we are late
            await asyncio.sleep(0)


async def _drain(books: Books) -> None:
    limit = time.perf_counter() + DRAIN_SECONDS
    while books.flying and time.perf_counter() < limit:
        await asyncio.sleep(0.02)
    # One message too many comes after all were there.
    await asyncio.sleep(0.1)
    books.give_up()


class Window:
    """The measured part of a run, from its making to `close`."""

    def __init__(self, books: Books, cpu: Cpu) -> None:
        self.books, self.cpu = books, cpu
        self.messages, self.deliveries = len(books.landed), len(books.waits)
        self.cpu_before, self.own_before = cpu(), time.process_time()
        self.began = time.perf_counter()

    def close(self, lags: list[float] | None = None) -> Measured:
        seconds = time.perf_counter() - self.began
        spent = [a - b for a, b in zip(self.cpu(), self.cpu_before, strict=True)]
        waits = self.books.waits[self.deliveries :]
        steps = quantiles(waits, n=100) if len(waits) > 1 else [0.0] * 99
        return Measured(
            seconds=seconds,
            messages=len(self.books.landed) - self.messages,
            deliveries=len(waits),
            own_share=(time.process_time() - self.own_before) / seconds,
            cpu_seconds=spent[0],
            front_seconds=spent[1],
            p50=steps[49],
            p95=steps[94],
            p99=steps[98],
            lag_seconds=quantiles(lags, n=100)[98] if lags else 0.0,
        )


@contextmanager
def no_garbage() -> Iterator[None]:
    """A collection among millions of live objects would look like a slow server."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
