"""Waiting observed, D4 - D1 (DOMAIN 1.5), and where it belies what is declared.

The period approach: what happened during the last RULES.observed_months months, to
all who were waiting then. A designation older than that is at risk only from the first
day of the period (delayed entry), so that waits longer than the period can be seen at
all: a cohort of recent transmissions could never show them. Whoever still waits counts
as cut off today, whoever left without a first meeting as cut off that day; otherwise a
centre that never starts its long cases would look fast.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from hub.calendar import add_months, local_day
from hub.models import Centre, Designation, WaitingDeclaration
from hub.waiting import Observed, Spell, quantiles

DAYS_A_WEEK = 7
MAINLAND = "75"  # whose clock says which day it is for the whole country

Key = tuple[int, str]  # centre, kind of visit


@dataclass(frozen=True)
class Period:
    """Days in view, both included."""

    first: date
    last: date

    def spell(self, begun: date, happened: date | None, left: date | None) -> Spell:
        """A wait from `begun`, as the period shows it, in days."""
        ended = happened if happened and happened <= self.last else None
        until = ended or min(left or self.last, self.last)
        entry = max(0, (self.first - begun).days)
        return Spell(entry, max(entry, (until - begun).days), ended is not None)

    def shows(self, begun: date, ended: date | None) -> bool:
        return begun <= self.last and (ended is None or ended >= self.first)


@dataclass(frozen=True)
class Gap:
    """A centre whose families wait clearly longer than it declares."""

    centre_id: int
    visit_kind: str
    declared_weeks: int
    observed: Observed


def today() -> date:
    return local_day(timezone.now(), MAINLAND)


def observed_period(last: date | None = None) -> Period:
    last = last or today()
    return Period(add_months(last, -settings.RULES.observed_months), last)


def observed_waits(centre_ids: Iterable[int] | None = None) -> dict[Key, Observed]:
    """Observed waiting by centre and kind of visit; a pair never seen is absent.

    All centres, or these. One query.
    """
    period = observed_period()
    spells: dict[Key, list[Spell]] = defaultdict(list)
    still: dict[Key, int] = defaultdict(int)
    for centre, kind, departement, sent, started, left in _seen(period, centre_ids):
        begun = local_day(sent, departement)
        spells[centre, kind].append(period.spell(begun, started, left))
        still[centre, kind] += not started and not left
    return {
        key: Observed(len(found), *quantiles(found), still[key])
        for key, found in spells.items()
    }


def gaps(centre_ids: Iterable[int] | None = None) -> list[Gap]:
    """Where the observed median exceeds the newest declaration by more than
    RULES.waiting_margin_percent, on RULES.smallest_count designations or more.

    A question to put to the centre, not a fault. Two queries.
    """
    if centre_ids is not None:
        centre_ids = list(centre_ids)
    observed = observed_waits(centre_ids)
    return [
        Gap(centre, kind, weeks, observed[centre, kind])
        for (centre, kind), weeks in sorted(declared_weeks(centre_ids).items())
        if (centre, kind) in observed and _belied(weeks, observed[centre, kind])
    ]


def newest_declarations() -> QuerySet[WaitingDeclaration]:
    """Of each site and kind of visit, what it declared last; oldest first."""
    newer = WaitingDeclaration.objects.filter(
        site=OuterRef("site"),
        visit_kind=OuterRef("visit_kind"),
        declared_at__gt=OuterRef("declared_at"),
    )
    return WaitingDeclaration.objects.filter(~Exists(newer)).order_by(
        "declared_at", "pk"
    )


def declared_weeks(centre_ids: Iterable[int] | None = None) -> dict[Key, int]:
    """Of each centre and kind of visit, the longest wait that a site declares now.

    A measure names a centre and no site, so nobody is said to wait longer than
    declared before the slowest site would have taken them. One query.
    """
    found = newest_declarations()
    if centre_ids is not None:
        found = found.filter(site__centre__in=centre_ids)
    longest: dict[Key, int] = {}
    rows = found.values_list("site__centre_id", "visit_kind", "weeks")
    for centre, kind, weeks in rows:
        longest[centre, kind] = max(weeks, longest.get((centre, kind), 0))
    return longest


def gap_for(centre: Centre) -> list[Gap]:
    return gaps([centre.pk])


def _belied(weeks: int, observed: Observed) -> bool:
    if observed.median_days is None or observed.n < settings.RULES.smallest_count:
        return False
    margin = 1 + settings.RULES.waiting_margin_percent / 100
    return observed.median_days > weeks * DAYS_A_WEEK * margin


def _seen(
    period: Period, centre_ids: Iterable[int] | None
) -> Iterable[tuple[Any, ...]]:
    found = Designation.objects.filter(
        Q(first_visit_on=None) | Q(first_visit_on__gte=period.first),
        Q(left_on=None)
        | Q(left_on__gte=period.first)
        | Q(first_visit_on__isnull=False),
        transmitted_at__isnull=False,
    )
    if centre_ids is not None:
        found = found.filter(centre__in=list(centre_ids))
    return found.values_list(
        "centre_id",
        "visit_kind",
        "centre__departement_id",
        "transmitted_at",
        "first_visit_on",
        "left_on",
    ).iterator()
