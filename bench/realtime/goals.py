"""What the hub is held to, as ratios of runs that were made in pairs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bench.realtime.cases import CPU, DELIVERIES, P99, RATE, Results, kib, last


@dataclass(frozen=True)
class Goal:
    """`of`: whose figure is divided by that of `by`, run by run; no `by`: a bound on
    the figure itself. `least` or `most`: what the median may be."""

    case: str
    column: str
    of: str = "hub"
    by: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def words(self) -> str:
        beside = f" / {self.by}" if self.by else ""
        bound = f">= {self.least:g}" if self.most is None else f"<= {self.most:.3g}"
        return f"{self.case}: {self.column}, {self.of}{beside} {bound}"


@dataclass(frozen=True)
class Verdict:
    goal: Goal
    values: tuple[float, ...]  # of each pair

    @property
    def middle(self) -> float:
        return median(self.values)

    @property
    def is_met(self) -> bool:
        goal = self.goal
        if goal.least is not None:
            return self.middle >= goal.least
        return goal.most is not None and self.middle <= goal.most


GOALS = (
    Goal("closed50", RATE, by="ejabberd", least=3),
    Goal("closed50", CPU, by="ejabberd", most=1 / 3),
    Goal("closed200", RATE, by="ejabberd", least=3),
    Goal("closed200", CPU, by="ejabberd", most=1 / 3),
    Goal("closed50", RATE, by="synapse", least=100),
    Goal("closed50", CPU, by="synapse", most=1 / 100),
    Goal("closed50", RATE, by="tutorial", least=25),
    Goal("closed50", RATE, by="tutorial-pubsub", least=10),
    Goal("closed50", RATE, by="tutorial-age0", least=60),
    Goal("closed50", RATE, of="hub-sqlite", by="ejabberd", least=2),
    Goal("open200", CPU, by="ejabberd", most=1),
    Goal("open200", CPU, of="hub-sqlite", by="ejabberd", most=0.8),
    Goal("open200", P99, by="ejabberd", most=1),
    Goal("open1000", P99, most=20),
    Goal("room200", DELIVERIES, by="tutorial-pubsub", least=15),
    Goal("room200", CPU, by="ejabberd", most=1 / 3),
    Goal("growth", RATE, of="hub-full", by="hub", least=0.9),
    Goal("catchup", last(50), of="hub-full", by="ejabberd", most=1 / 3),
    Goal("catchup", last(1000), of="hub-full", by="ejabberd", most=1 / 4),
    Goal("idle", kib(5000), most=36),
    Goal("processes", RATE, of="hub-two", by="hub-spread", least=1.7),
)


def judge(results: Sequence[Results]) -> Iterator[Verdict]:
    """Every goal for which both sides were measured."""
    by_name = {one.case.name: one for one in results}
    for goal in GOALS:
        found = by_name.get(goal.case)
        runs = found.runs.get(goal.of) if found else None
        if not found or not runs:
            continue
        if not goal.by:
            yield Verdict(goal, tuple(run[goal.column] for run in runs))
        elif others := found.runs.get(goal.by):
            pairs = zip(runs, others, strict=True)
            yield Verdict(
                goal,
                tuple(
                    a[goal.column] / b[goal.column] for a, b in pairs if b[goal.column]
                ),
            )
