"""The declared wait of each département: median, class of colour, and the conclusion.

Pure: candidates and outlines in, rows out. The map and the table beside it both show
these rows, so they cannot differ.
"""

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from statistics import median

from hub.candidates import Candidate
from hub.maps import Outline
from hub.ranking import wait_for

# Weeks: up to 6, 12, 20, more (choice); close to the quartiles of what is declared.
BOUNDS_WEEKS = (6, 12, 20)


@dataclass(frozen=True)
class DepartementWait:
    """`weeks`: median of fresh declarations; None where there is none.

    `observed_weeks`: the middle of the medians that its centres publish.
    """

    outline: Outline
    centres: int
    weeks: float | None
    observed_weeks: float | None
    here: bool = False

    @property
    def label(self) -> str:
        return f"{self.outline.name} ({self.outline.code})"

    @property
    def colour(self) -> str:
        """q1 (shortest) to q4 (longest); empty for no data, which is hatched."""
        if self.weeks is None:
            return ""
        return f"q{1 + sum(self.weeks > bound for bound in BOUNDS_WEEKS)}"


@dataclass(frozen=True)
class WaitsMap:
    rows: list[DepartementWait]

    @property
    def told(self) -> list[DepartementWait]:
        """The départements with a figure, shortest wait first."""
        known = [row for row in self.rows if row.weeks is not None]
        return sorted(known, key=lambda row: (row.weeks or 0, row.outline.code))

    @property
    def near(self) -> list[DepartementWait]:
        return [row for row in self.rows if row.here]

    @property
    def drawn(self) -> list[DepartementWait]:
        """Highlighted outlines last, so that no neighbour covers their edge."""
        return sorted(self.rows, key=lambda row: row.here)


def waits_map(
    outlines: Iterable[Outline],
    candidates: Iterable[Candidate],
    visit_kind: str,
    *,
    smallest_count: int,
    here: Container[str] = (),
) -> WaitsMap:
    """One row for each outline, whether or not it has a centre."""
    by_departement: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        by_departement[one.departement].append(one)
    rows = []
    for outline in outlines:
        there = by_departement[outline.code]
        waits = [wait_for(one, visit_kind, smallest_count) for one in there]
        declared = [
            w.declared.weeks for w in waits if w.declared and not w.declared.stale
        ]
        observed = [w.observed_weeks for w in waits if w.observed_weeks is not None]
        rows.append(
            DepartementWait(
                outline,
                centres=len({one.code for one in there}),
                weeks=median(declared) if declared else None,
                observed_weeks=median(observed) if observed else None,
                here=outline.code in here,
            )
        )
    return WaitsMap(rows)
