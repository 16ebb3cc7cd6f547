"""What goes wrong, how often, and in which order: the same for the same seed.

Each fault begins while everybody writes, and ends by itself: when it is over, all that
was broken is whole again.
"""

import asyncio
import contextlib
import os
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from tests.clients.server import ServedHub
from tests.faults.crowd import Progress
from tests.faults.proxy import Line, Proxy
from tests.faults.world import World

LONG = os.environ.get("FAULTS") == "long"  # `make faults`
STOP_SECONDS = 30  # for a busy machine; how fast a hub ends is tested elsewhere
STALLED_SECONDS = 60  # without one acknowledgement, although nothing is broken

Fault = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Lengths:
    """Seconds: RELIABILITY section 3 when long, else as short as still shows."""

    hints_paused: float = 15.0 if LONG else 1.5
    database_paused: float = 10.0 if LONG else 1.5
    black_hole: float = 10.0 if LONG else 1.5
    bad_line: float = 5.0 if LONG else 0.5


class Faults:
    """The faults of two processes with PostgreSQL and Valkey, by name."""

    def __init__(self, world: World, seed: int) -> None:
        assert world.database
        assert world.hints
        self.world, self.database, self.hints = world, world.database, world.hints
        self.chance = random.Random(seed)
        self.lengths = Lengths()

    async def kill_web(self) -> None:
        hub = self.chance.choice(self.world.hubs)
        await asyncio.to_thread(hub.kill)
        await asyncio.to_thread(hub.start)

    async def kill_database(self) -> None:
        await asyncio.to_thread(self.database.kill)
        await asyncio.to_thread(self.database.start)

    async def kill_hints(self) -> None:
        await asyncio.to_thread(self.hints.kill)
        await asyncio.to_thread(self.hints.start)  # empty

    async def pause_hints(self) -> None:
        await _paused(self.hints, self.lengths.hints_paused)

    async def pause_database(self) -> None:
        await _paused(self.database, self.lengths.database_paused)

    async def black_hole(self) -> None:
        async with self._line().black_hole():
            await asyncio.sleep(self.lengths.black_hole)

    async def roll(self) -> None:
        """A new version goes live: one process after the other."""
        for hub in self.world.hubs:
            await asyncio.to_thread(hub.stop, STOP_SECONDS)
            await asyncio.to_thread(hub.start)

    async def reset(self) -> None:
        self._line().reset()

    async def cut(self) -> None:
        """Connections end after some bytes, in the middle of whatever they said."""
        line = self._line()
        async with line.bad(Line(limit=self.chance.randint(100, 5_000))):
            line.reset()  # so that new ones come under the limit
            await asyncio.sleep(self.lengths.bad_line)

    async def drip(self) -> None:
        async with self._line().bad(Line(delay=0.05, drips=True)):
            await asyncio.sleep(self.lengths.bad_line)

    async def refuse(self) -> None:
        line = self._line()
        async with line.bad(Line(refuses=True)):
            line.reset()
            await asyncio.sleep(self.lengths.bad_line)

    def _line(self) -> Proxy:
        return self.chance.choice(list(self.world.lines.values()))


def two_process_faults(world: World, seed: int) -> list[Fault]:
    """44 faults of processes and 8 of lines when long; else one or two of each."""
    faults = Faults(world, seed)
    counts = {
        faults.kill_web: (12, 2),
        faults.kill_database: (8, 1),
        faults.kill_hints: (8, 1),
        faults.pause_hints: (4, 1),
        faults.pause_database: (4, 1),
        faults.black_hole: (4, 1),
        faults.roll: (4, 1),
        faults.reset: (2, 1),
        faults.cut: (2, 1),
        faults.drip: (2, 1),
        faults.refuse: (2, 1),
    }
    drawn: list[Fault] = []
    for fault, (many, few) in counts.items():
        drawn += [fault] * (many if LONG else few)
    faults.chance.shuffle(drawn)
    return drawn


def one_process_faults(hub: ServedHub) -> list[Fault]:
    async def kill() -> None:
        await asyncio.to_thread(hub.kill)
        await asyncio.to_thread(hub.start)

    return [kill] * (50 if LONG else 4)


async def strike(faults: list[Fault], progress: Progress, messages: int) -> None:
    """All of them, each after a random number of acknowledgements since the last one:
    in the middle of sending, never at a quiet moment; then the rest of the messages."""
    chance = random.Random(len(faults))
    share = messages // len(faults)
    for number, fault in enumerate(faults):
        due = number * share + chance.randint(share // 4, share)
        await _reach(progress, max(due, progress.done + 1))
        began = time.monotonic()
        await fault()
        took = time.monotonic() - began
        print(f"{progress.done} messages, {fault.__name__}: {took:.1f} s", flush=True)
    await _reach(progress, messages)


async def _reach(progress: Progress, messages: int) -> None:
    """Raises TimeoutError when nobody gets any further: something never healed."""
    while progress.done < messages:
        async with asyncio.timeout(STALLED_SECONDS):
            await progress.reaches(progress.done + 1)


async def _paused(server: Any, seconds: float) -> None:
    server.pause()
    try:
        await asyncio.sleep(seconds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.resume()
