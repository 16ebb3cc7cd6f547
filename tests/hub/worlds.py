"""Measures with given dates, made quickly: rows only, no thread, no message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.models import Centre, Court, Designation, Measure, User
from hub.models.centres import VisitKind
from hub.models.choices import DesignationState, MeasureState
from hub.queries.waiting import today

NOON, PARIS = time(12), ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Life:
    """A designation in days before today: `sent` days ago, `started` days ago..."""

    sent: int
    started: int | None = None
    left: int | None = None
    decided: int | None = None  # the day of transmission if not said
    acknowledged: int | None = None
    contacts: int | None = None
    kind: str = VisitKind.VISIT
    centre: str = "DEMO-44-01"
    court: str = "TJ44109"
    state: str = ""
    unable: str = ""


def create(judge: User, lives: Sequence[Life]) -> list[Designation]:
    """One measure with one designation for each."""
    centres = {centre.code: centre for centre in Centre.objects.all()}
    courts = {court.code: court for court in Court.objects.all()}
    first = Measure.objects.count()
    measures = [
        Measure(
            reference=f"M-TEST-{first + n:04d}",
            court=courts[life.court],
            judge=judge,
            prepared_by=judge,
            state=life.state or _state(life),
            decided_on=ago(life.sent if life.decided is None else life.decided),
            closed_at=None if life.left is None else noon(life.left),
        )
        for n, life in enumerate(lives)
    ]
    Measure.objects.bulk_create(measures)
    return Designation.objects.bulk_create(
        Designation(
            measure=measure,
            centre=centres[life.centre],
            visit_kind=life.kind,
            state=DesignationState.TRANSMITTED,
            transmitted_at=noon(life.sent),
            acknowledged_at=_moment(life.acknowledged),
            contacts_made_on=_day(life.contacts),
            first_visit_on=_day(life.started),
            left_on=_day(life.left),
            unable_reason=life.unable,
        )
        for measure, life in zip(measures, lives, strict=True)
    )


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def noon(days: int) -> datetime:
    return datetime.combine(ago(days), NOON, PARIS)


def _day(days: int | None) -> date | None:
    return None if days is None else ago(days)


def _moment(days: int | None) -> datetime | None:
    return None if days is None else noon(days)


def _state(life: Life) -> str:
    if life.left is not None:
        return MeasureState.ENDED
    if life.started is not None:
        return MeasureState.ACTIVE
    return MeasureState.WAITING if life.acknowledged else MeasureState.TRANSMITTED
