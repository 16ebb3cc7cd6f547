"""Whether the database holds what was acknowledged, all of it and nothing else.

The rows come over a connection of their own, never through the system that is measured.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench.realtime.flights import Landed, Problems


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of the run's rooms, written since it began. `seq`: where numbered."""

    key: str
    room: int
    seq: int | None
    body: str


def compare(
    landed: Mapping[str, Landed], stored: Iterable[Stored], problems: Problems
) -> int:
    """Finds each acknowledged message by key, room, seq and body; how many it found.

    Whatever is missing, altered, twice there or was never acknowledged is a problem.
    """
    left = dict(landed)
    for row in stored:
        said = left.pop(row.key, None)
        if said is None:
            what = "twice" if row.key in landed else "never acknowledged"
            problems.add(f"in the database, {what}: {row.key} {row.body[:60]!r}")
        elif (said.room, said.body) != (row.room, row.body):
            problems.add(f"another room or text in the database: {row.key}")
        elif None not in (said.seq, row.seq) and said.seq != row.seq:
            problems.add(f"told {said.seq}, stored {row.seq}: {row.key}")
    for key in left:
        problems.add(f"acknowledged and not in the database: {key}")
    return len(landed) - len(left)
