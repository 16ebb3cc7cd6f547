"""One run of one load on one system, from connecting to the look into its database."""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol, TypeVar

import uvloop

from bench.realtime import cost, loops
from bench.realtime.checking import Stored, compare
from bench.realtime.flights import Books, Problems
from bench.realtime.loops import Measured

T = TypeVar("T")


class Crowd(loops.Crowd, Protocol):
    def stored(self) -> Iterable[Stored]:
        """What the database holds of these rooms, written since they were opened."""


class System(Protocol):
    """Something that carries messages, with all its servers."""

    name: str
    cores: list[int]

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def roots(self) -> list[int]:
        """The first process of every server."""

    def front(self) -> list[int]:
        """Of these, the ones that hold the sockets."""

    async def open(self, rooms: int, members: int, books: Books) -> Crowd:
        """Everybody of these rooms, connected and ready to send."""


@dataclass(frozen=True)
class Load:
    """`in_flight` messages always on their way, or `rate` new ones a second."""

    rooms: int
    members: int
    in_flight: int = 0
    rate: float = 0.0

    @property
    def words(self) -> str:
        offered = f"{self.rate:g}/s" if self.rate else f"{self.in_flight} in flight"
        return f"{self.rooms}x{self.members}, {offered}"


@dataclass(frozen=True)
class Run:
    """`found`: acknowledged messages that the database holds as they were sent."""

    measured: Measured
    found: int
    problems: Problems


def run(system: System, load: Load, seconds: float) -> Run:
    """Raises nothing about messages: what went wrong is in the run's problems."""
    return as_generator(_run(system, load, seconds))


def as_generator(work: Coroutine[Any, Any, T]) -> T:
    """Runs it on a loop that costs little, and leaves the process as it was."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    finally:
        cost.step_back()


async def _run(system: System, load: Load, seconds: float) -> Run:
    books = Books(load.members, perf_counter)
    cost.place(system.roots(), system.cores, in_turn=False)
    crowd = await system.open(load.rooms, load.members, books)
    in_turn = bool(load.rate)
    cost.place(system.roots(), system.cores, in_turn=in_turn)
    cost.place_generator(in_turn=in_turn)
    every, front = system.roots(), system.front()

    def cpu() -> tuple[float, ...]:
        return cost.cpu_seconds(every, front)

    offer: dict[str, Any] = {"seconds": seconds}
    if load.rate:
        measured = await loops.opened(crowd, books, cpu, rate=load.rate, **offer)
    else:
        many = load.in_flight
        measured = await loops.closed(crowd, books, cpu, in_flight=many, **offer)
    await crowd.close()
    found = compare(books.landed, crowd.stored(), books.problems)
    return Run(measured, found, books.problems)
