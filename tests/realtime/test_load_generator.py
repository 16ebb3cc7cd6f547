"""The load generator believes nobody: what is acknowledged must be in the database."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

import pytest

from bench.realtime import cost
from bench.realtime.cases import CASES, CPU, P99, Results
from bench.realtime.checking import Stored, compare
from bench.realtime.flights import Books, Landed, Problems
from bench.realtime.goals import judge
from bench.realtime.hub_system import HubSystem
from bench.realtime.report import lines
from bench.realtime.running import Load, run
from tests.clients.server import prepared

pytestmark = pytest.mark.embedded  # the hub it starts is on SQLite

LANDED = {"a": Landed(0, 1, "Bonjour"), "b": Landed(1, 1, "Merci")}
TRUTH = [Stored("a", 0, 1, "Bonjour"), Stored("b", 1, 1, "Merci")]


@dataclass
class Messenger:
    """Carries messages inside this process, and lies as it was told to."""

    name: str = "messenger"
    cores: list[int] = field(default_factory=lambda: cost.CORES)
    forgets: bool = False  # acknowledges, and stores nothing
    delivers: int = 1  # times, to each
    deaf: int | None = None  # the member who gets nothing

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def roots(self) -> list[int]:
        return []

    front = roots

    async def open(self, rooms: int, members: int, books: Books) -> "Room":
        return Room(self, rooms, members, books)


@dataclass
class Room:
    system: Messenger
    rooms: int
    members: int
    books: Books
    rows: list[Stored] = field(default_factory=list)

    def send(self, room: int, member: int, key: str, body: str) -> None:
        asyncio.get_running_loop().call_later(
            0.001, self._carry, room, member, key, body
        )

    def _carry(self, room: int, member: int, key: str, body: str) -> None:
        if not self.system.forgets:
            self.rows.append(Stored(key, room, None, body))
        self.books.acknowledged(key)
        for other in {*range(self.members)} - {member, self.system.deaf}:
            for _time in range(self.system.delivers):
                self.books.received(other, key, body)

    async def close(self) -> None: ...

    def stored(self) -> Iterator[Stored]:
        yield from self.rows


@pytest.fixture(autouse=True)
def _no_long_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.realtime.loops.WARM_UP_SECONDS", 0.05)
    monkeypatch.setattr("bench.realtime.loops.DRAIN_SECONDS", 0.2)


def problems_of(messenger: Messenger, **offer: float) -> list[str]:
    load = Load(2, 3, **(offer or {"in_flight": 4}))  # type: ignore[arg-type]
    return run(messenger, load, 0.1).problems.told


@pytest.mark.parametrize("offer", [{"in_flight": 4}, {"rate": 200.0}])
def test_an_honest_messenger_passes(offer: dict[str, float]) -> None:
    assert problems_of(Messenger(), **offer) == []


@pytest.mark.parametrize("offer", [{"in_flight": 4}, {"rate": 200.0}])
def test_a_messenger_that_acknowledges_without_storing_is_caught(
    offer: dict[str, float],
) -> None:
    [first, *_more] = problems_of(Messenger(forgets=True), **offer)
    assert "acknowledged and not in the database" in first


def test_a_messenger_that_forgets_a_member_or_tells_twice_is_caught() -> None:
    assert "missing to 1 members" in problems_of(Messenger(deaf=2))[0]
    assert "got again" in problems_of(Messenger(delivers=2))[0]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (TRUTH, ""),
        (TRUTH[:1], "not in the database: b"),
        ([*TRUTH, Stored("c", 0, 2, "Tiens")], "never acknowledged: c"),
        ([*TRUTH, TRUTH[0]], "twice: a"),
        ([TRUTH[0], replace(TRUTH[1], body="Non merci")], "text in the database: b"),
        ([TRUTH[0], replace(TRUTH[1], room=0)], "another room"),
        ([TRUTH[0], replace(TRUTH[1], seq=2)], "told 1, stored 2: b"),
    ],
)
def test_every_difference_from_the_database_is_named(
    told: list[Stored], words: str
) -> None:
    problems = Problems()
    compare(LANDED, told, problems)
    assert len(problems.told) == (1 if words else 0)
    assert words in "".join(problems.told)


@pytest.fixture
def hub() -> Iterator[HubSystem]:
    system = HubSystem(sqlite=True)
    shutil.copytree(prepared(), system.folder, dirs_exist_ok=True)
    system.start()
    yield system
    system.stop()


def lose_one(system: HubSystem) -> Callable[..., Iterator[tuple[str, str, int, str]]]:
    """The database without its last message."""
    read = system.messages

    def less(threads: list[str]) -> Iterator[tuple[str, str, int, str]]:
        rows = sorted(read(threads), key=lambda row: row[2])
        yield from rows[:-1]

    return less


def test_a_part_never_uses_more_than_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    grows = count()  # as the clock of a process at work does, from one look to the next
    monkeypatch.setattr(cost, "stat_fields", lambda path: [str(next(grows))] * 20)
    whole, part = cost.cpu_seconds([os.getpid()], [os.getpid()])
    assert whole == part


def test_a_served_hub_is_measured_and_looked_up(hub: HubSystem) -> None:
    done = run(hub, Load(2, 3, in_flight=4), 0.3)
    assert done.problems.told == []
    assert done.found >= done.measured.messages > 0
    assert done.measured.cpu_seconds >= done.measured.front_seconds > 0
    hub.messages = lose_one(hub)  # type: ignore[method-assign]
    [problem] = run(hub, Load(2, 3, in_flight=4), 0.1).problems.told
    assert "acknowledged and not in the database" in problem


def test_goals_are_ratios_of_neighbouring_runs() -> None:
    [case] = [case for case in CASES if case.name == "open200"]
    shown = {**dict.fromkeys(case.columns, 1.0), CPU: 2.0}
    peer = {**shown, CPU: 4.0, P99: 0.5}
    results = Results(case, {"hub": [shown, shown], "ejabberd": [shown, peer]})
    cpu, p99 = (one for one in judge([results]) if one.goal.by and one.goal.of == "hub")
    assert (cpu.values, cpu.is_met) == ((1.0, 0.5), True)
    assert (p99.values, p99.is_met) == ((1.0, 2.0), False)
    table = list(lines([results], Problems()))
    assert any(line.startswith("| hub | ") for line in table)
    assert any("**not reached**" in line for line in table)


def test_a_run_with_a_problem_says_that_it_does_not_count() -> None:
    problems = Problems()
    problems.add("lost: a")
    assert "does not count" in "".join(lines([], problems))
