"""What the national service sees: counts by place, and centres that went silent.

Never content, never a court or a judge; small numbers are left out (DOMAIN section 9).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from hub.calendar import local_day
from hub.models import Centre, Designation
from hub.models.centres import CentreStatus
from hub.queries.figures.organisations import BEFORE_FIRST_MEETING
from hub.queries.waiting import Period, observed_period
from hub.text import fold
from hub.waiting import Spell, quantiles

NEVER = 10**6  # days; sorts before every real age


@dataclass
class Place:
    """A region, court of appeal or département; small numbers are None."""

    name: str
    transmitted: int | None = None
    unacknowledged: int | None = None
    waiting: int | None = None
    median_days: int | None = None


@dataclass(frozen=True)
class StaleCentre:
    """`declared_on`: None where nothing was ever declared."""

    centre: Centre
    declared_on: date | None
    days: int | None


@dataclass(frozen=True)
class NationalFigures:
    regions: list[Place]
    appeal_courts: list[Place]
    departements: list[Place]
    stale: list[StaleCentre]


def national_figures() -> NationalFigures:
    """The same by place, small numbers left out, and stale centres. Two queries."""
    period = observed_period()
    rows = list(
        Designation.objects.filter(transmitted_at__isnull=False)
        .values_list(
            "measure__court__departement__region",
            "measure__court__appeal_court__name",
            "measure__court__departement__name",
            "centre__departement_id",
            "transmitted_at",
            "acknowledged_at",
            "first_visit_on",
            "left_on",
            "is_current",
            "measure__state",
            named=True,
        )
        .iterator()
    )
    return NationalFigures(
        regions=_places(rows, "measure__court__departement__region", period),
        appeal_courts=_places(rows, "measure__court__appeal_court__name", period),
        departements=_places(rows, "measure__court__departement__name", period),
        stale=_stale_centres(),
    )


def few(count: int) -> int | None:
    """The count, or None where it is too small to be shown."""
    return None if 0 < count < settings.RULES.smallest_count else count


def _places(rows: Iterable[Any], column: str, period: Period) -> list[Place]:
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[getattr(row, column)].append(row)
    return [_place(name, grouped[name], period) for name in sorted(grouped, key=fold)]


def _place(name: str, rows: list[Any], period: Period) -> Place:
    spells: list[Spell] = []
    sent, unacknowledged, waiting = 0, 0, 0
    for row in rows:
        begun = local_day(row.transmitted_at, row.centre__departement_id)
        sent += begun >= period.first
        if period.shows(begun, row.first_visit_on or row.left_on):
            spells.append(period.spell(begun, row.first_visit_on, row.left_on))
        if row.is_current and row.measure__state in BEFORE_FIRST_MEETING:
            waiting += row.acknowledged_at is not None
            unacknowledged += row.acknowledged_at is None
    enough = len(spells) >= settings.RULES.smallest_count
    return Place(
        name,
        few(sent),
        few(unacknowledged),
        few(waiting),
        quantiles(spells)[0] if enough else None,
    )


def _stale_centres() -> list[StaleCentre]:
    """Longest silence first; those that never declared before all."""
    now = timezone.now()
    centres = (
        Centre.objects.exclude(status=CentreStatus.CLOSED)
        .annotate(declared=Max("sites__declarations__declared_at"))
        .order_by("name")
    )
    found = [
        StaleCentre(
            centre,
            local_day(centre.declared, centre.departement_id)
            if centre.declared
            else None,
            (now - centre.declared).days if centre.declared else None,
        )
        for centre in centres
    ]
    stale = [
        one
        for one in found
        if one.days is None or one.days >= settings.RULES.stale_days
    ]
    return sorted(stale, key=lambda one: -(NEVER if one.days is None else one.days))
