"""The dates that key figures are made of, read once: no name, no reference.

What is made of them is in the other modules of this package.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from hub.calendar import local_day
from hub.models import Designation
from hub.models.choices import MeasureState
from hub.queries.waiting import Period
from hub.waiting import Spell

OVER = (
    MeasureState.ENDED,
    MeasureState.ARCHIVED,
    MeasureState.PURGED,
    MeasureState.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One designation, from its transmission on (DOMAIN 1.5)."""

    measure: UUID
    court: str
    centre: int
    departement: str  # of the centre, whose calendar counts
    decided_on: date | None  # D0
    sent_at: datetime  # D1
    sent_on: date
    acknowledged_at: datetime | None  # D2
    contacts_on: date | None  # C
    started_on: date | None  # D4
    left_on: date | None
    unable: bool
    over_on: date | None  # the measure ended, with or without a first meeting

    def wait(self, period: Period) -> Spell:
        return period.spell(self.sent_on, self.started_on, self.left_on)

    def waits_in(self, period: Period) -> bool:
        return period.shows(self.sent_on, self.started_on or self.left_on)


@dataclass(frozen=True, slots=True)
class Family:
    """One measure over all its designations, as the family lives through it."""

    court: str
    decided_on: date
    sent_on: date  # first transmission
    started_on: date | None
    over_on: date | None

    def take_up(self, period: Period) -> Spell:
        """From the decision to the first meeting; seen from the transmission on.

        Nothing is known here of measures that were never transmitted, so nobody is in
        view before D1 (delayed entry).
        """
        spell = period.spell(self.decided_on, self.started_on, self.over_on)
        entry = max(spell.entry, (self.sent_on - self.decided_on).days)
        return Spell(entry, max(entry, spell.exit), spell.happened)

    def waits_in(self, period: Period) -> bool:
        return period.shows(self.sent_on, self.started_on or self.over_on)


Facts: TypeAlias = Sequence[Sent]


def read_facts() -> list[Sent]:
    """Every designation that was ever transmitted. One query."""
    rows = Designation.objects.filter(transmitted_at__isnull=False).values_list(
        "measure_id",
        "measure__court_id",
        "centre_id",
        "centre__departement_id",
        "measure__decided_on",
        "transmitted_at",
        "acknowledged_at",
        "contacts_made_on",
        "first_visit_on",
        "left_on",
        "unable_reason",
        "measure__state",
        "measure__closed_at",
        named=True,
    )
    return [_sent(row) for row in rows.iterator()]


def families(facts: Iterable[Sent]) -> list[Family]:
    """Designations put together by measure; without those whose D0 is not known."""
    grouped: dict[UUID, list[Sent]] = defaultdict(list)
    for sent in facts:
        grouped[sent.measure].append(sent)
    return [
        Family(
            court=group[0].court,
            decided_on=group[0].decided_on,
            sent_on=min(sent.sent_on for sent in group),
            started_on=min((s.started_on for s in group if s.started_on), default=None),
            over_on=max((s.over_on for s in group if s.over_on), default=None),
        )
        for group in grouped.values()
        if group[0].decided_on
    ]


def _sent(row: Any) -> Sent:
    departement = row.centre__departement_id
    return Sent(
        measure=row.measure_id,
        court=row.measure__court_id,
        centre=row.centre_id,
        departement=departement,
        decided_on=row.measure__decided_on,
        sent_at=row.transmitted_at,
        sent_on=local_day(row.transmitted_at, departement),
        acknowledged_at=row.acknowledged_at,
        contacts_on=row.contacts_made_on,
        started_on=row.first_visit_on,
        left_on=row.left_on,
        unable=bool(row.unable_reason),
        over_on=_over(
            row.measure__state, row.measure__closed_at, row.left_on, departement
        ),
    )


def _over(
    state: str, closed_at: datetime | None, left_on: date | None, departement: str
) -> date | None:
    if state not in OVER:
        return None
    return local_day(closed_at, departement) if closed_at else left_on
