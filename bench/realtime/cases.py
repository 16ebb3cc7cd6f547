"""What is measured, on whom: one case after the other, each a table of its own.

Belongs here: loads and figures. The systems are in the modules named after them, the
order of runs is in measuring.py, what the hub is held to in goals.py.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from bench.realtime import cost
from bench.realtime.flights import Books, Problems
from bench.realtime.hub_system import HubSystem
from bench.realtime.running import Load, as_generator, run
from bench.realtime.tutorial_system import TutorialSystem

Figures = dict[str, float]  # column -> value, in the unit that the column names
SETTLE_SECONDS = 3.0  # after the last socket is open, before memory is read
FETCHES = 9  # of the last messages in a run; their median counts

RATE, DELIVERIES = "msg/s", "deliveries/s"
CPU, FRONT = "CPU s / 1,000", "of it without databases"
P50, P95, P99 = "p50 ms", "p95 ms", "p99 ms"
SERVERS, OWN, LAG = "servers' cores", "generator's core", "generator late, p99 ms"


@dataclass(frozen=True)
class Case:
    """`measure` gives one run's figures and puts what went wrong into the problems."""

    name: str
    title: str
    systems: tuple[str, ...]
    measure: Callable[[Any, float, Problems], Figures]
    columns: tuple[str, ...]
    is_short: bool = False  # part of a run without options
    note: str = ""


@dataclass
class Results:
    """By system: the figures of each run, in order. `missing`: why there are none."""

    case: Case
    runs: dict[str, list[Figures]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def under_load(load: Load, system: Any, seconds: float, problems: Problems) -> Figures:
    done = run(system, load, seconds)
    for sentence in done.problems.told:
        problems.add(f"{system.name}, {load.words}: {sentence}")
    measured = done.measured
    return {
        RATE: measured.rate,
        DELIVERIES: measured.deliveries / measured.seconds,
        CPU: measured.cpu_per_thousand,
        FRONT: 1000 * measured.front_seconds / max(measured.messages, 1),
        P50: measured.p50 * 1000,
        P95: measured.p95 * 1000,
        P99: measured.p99 * 1000,
        SERVERS: measured.cpu_seconds / measured.seconds,
        OWN: measured.own_share,
        LAG: measured.lag_seconds * 1000,
    }


def idle(
    counts: tuple[int, ...], system: Any, _s: float, problems: Problems
) -> Figures:
    """How much the process that holds the sockets grows, for each of them."""
    figures: Figures = {}
    for count in counts:
        system.restart_front()
        grown, connects = as_generator(_idle(system, count, problems))
        figures[kib(count)] = grown / count / 1024
        figures["connects/s"] = connects
    return figures


async def _idle(system: Any, count: int, problems: Problems) -> tuple[int, float]:
    cost.place(system.roots(), system.cores, in_turn=False)
    books = Books(4, perf_counter)
    first = await system.open(1, 4, books)  # loads what is loaded once
    await first.close()
    await asyncio.sleep(SETTLE_SECONDS)
    before, began = cost.resident_bytes(system.front()), time.perf_counter()
    crowd = await system.open(count // 4, 4, books)
    connects = count / (time.perf_counter() - began)
    await asyncio.sleep(SETTLE_SECONDS)
    grown = cost.resident_bytes(system.front()) - before
    await crowd.close()
    for sentence in books.problems.told:
        problems.add(f"{system.name}, {count} idle sockets: {sentence}")
    return grown, connects


def catch_up(system: Any, _seconds: float, problems: Problems) -> Figures:
    return as_generator(_catch_up(system, problems))


async def _catch_up(system: Any, problems: Problems) -> Figures:
    books = Books(4, perf_counter)
    crowd = await system.open_long(books)
    cost.place(system.roots(), system.cores, in_turn=True)
    cost.place_generator(in_turn=True)
    figures: Figures = {}
    for count in (50, 1000):
        spent = []
        for _n in range(FETCHES):
            began = time.perf_counter()
            came = await crowd.history(count)
            spent.append(time.perf_counter() - began)
            if came != count:
                problems.add(f"{system.name}: {came} messages instead of {count}")
        figures[last(count)] = median(spent) * 1000
    await crowd.close()
    return figures


def kib(count: int) -> str:
    return f"KiB a socket, {count:,}"


def last(count: int) -> str:
    return f"last {count:,}, ms"


SATURATED = (RATE, CPU, FRONT, P50, P99, SERVERS, OWN)
PACED = (P50, P95, P99, CPU, FRONT, RATE, LAG)


def _load(rooms: int, members: int, in_flight: int = 0, *, rate: float = 0.0) -> Any:
    return partial(under_load, Load(rooms, members, in_flight, rate))


TWO_CORES = (
    f"This machine has {len(cost.CORES)} cores. With two, the generator and the "
    "databases share them with the web processes, so the second one cannot gain all."
)
CASES = (
    Case(
        "closed50", "50 rooms of 4, 50 messages in flight",
        ("hub", "hub-sqlite", "tutorial", "tutorial-pubsub", "tutorial-age0",
         "ejabberd", "synapse"),
        _load(50, 4, 50), SATURATED, is_short=True,
    ),
    Case(
        "closed200", "50 rooms of 4, 200 messages in flight",
        ("hub", "hub-sqlite", "ejabberd"), _load(50, 4, 200), SATURATED,
        is_short=True,
    ),
    Case(
        "open50", "50 rooms of 4, 50 messages a second",
        ("hub", "tutorial", "ejabberd"), _load(50, 4, rate=50), PACED,
    ),
    Case(
        "open200", "50 rooms of 4, 200 messages a second",
        ("hub", "hub-sqlite", "ejabberd"), _load(50, 4, rate=200), PACED, is_short=True,
    ),
    Case(
        "open1000", "50 rooms of 4, 1,000 messages a second",
        ("hub",), _load(50, 4, rate=1000), PACED, is_short=True,
    ),
    Case(
        "room200", "one room of 200, 8 messages in flight",
        ("hub", "tutorial-pubsub", "ejabberd"), _load(1, 200, 8),
        (DELIVERIES, CPU, FRONT, P50, P99, SERVERS, OWN), is_short=True,
    ),
    Case(
        "growth", "50 rooms of 4, 50 in flight, beside 100,000 messages in one thread "
        "and 10,000 threads", ("hub", "hub-full"), _load(50, 4, 50), SATURATED,
    ),
    Case(
        "catchup", "the last messages of a thread of 100,000",
        ("hub-full", "ejabberd"), catch_up, (last(50), last(1000)),
    ),
    Case(
        "idle", "idle sockets: growth of the process that holds them",
        ("hub", "tutorial-pubsub", "ejabberd"), partial(idle, (1000, 5000)),
        (kib(1000), kib(5000), "connects/s"),
    ),
    Case(
        "processes", "50 rooms of 4, 200 in flight, all cores for everything",
        ("hub-spread", "hub-two"), _load(50, 4, 200), SATURATED, note=TWO_CORES,
    ),
)  # fmt: skip

SYSTEMS: dict[str, Callable[[], Any]] = {
    "hub": lambda: HubSystem("hub"),
    "hub-sqlite": lambda: HubSystem("hub-sqlite", sqlite=True),
    "hub-full": lambda: HubSystem("hub-full", full=True),
    "hub-spread": lambda: HubSystem("hub-spread", spread=True),
    "hub-two": lambda: HubSystem("hub-two", webs=2, spread=True),
    "tutorial": lambda: TutorialSystem("tutorial", layer="core"),
    "tutorial-pubsub": lambda: TutorialSystem("tutorial-pubsub", layer="pubsub"),
    "tutorial-age0": lambda: TutorialSystem("tutorial-age0", layer="core", max_age="0"),
}
SHORT_WITHOUT = {"tutorial-age0"}  # in a run without options
