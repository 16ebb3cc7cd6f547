"""What is due today: one query per timer, for hub.actions.timers (DOMAIN section 6).

Rows that were already dealt with are left out by their TimerMark; days that depend on
holidays are checked by the caller, here only narrowed by calendar days.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import (
    CharField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast

from hub import permissions
from hub.calendar import add_working_hours, local_day
from hub.models import (
    Acknowledgement,
    AvailabilityRequest,
    Designation,
    DifficultyReport,
    Measure,
    Message,
    MessageKind,
    Side,
    Site,
    Thread,
    TimerMark,
)
from hub.models.choices import DesignationState, MeasureState, Urgency
from hub.queries.waiting import declared_weeks
from hub.states import LIVE
from hub.working_days import WorkingDays

Designations = QuerySet[Designation, Designation]
FIRST_SEQ = 1  # of the transmission, with which every thread begins


def unacknowledged(step: str, working_days: int, now: datetime) -> Designations:
    """T1: sent at least so many days ago and nobody of the centre has acted."""
    sent = awaiting_receipt().filter(
        transmitted_at__lte=now - timedelta(days=working_days)
    )
    return _not_yet(sent.select_related("measure", "centre", "thread"), step)


def receipt_due(sent: Designation, working: WorkingDays, days: int) -> date:
    """The last day on which it would be in time, in the centre's working days."""
    assert sent.transmitted_at is not None, "a designation that was transmitted"
    return working.after(local_day(sent.transmitted_at, working.departement), days)


def awaiting_receipt() -> Designations:
    """Sent, and no human act of the centre yet: no acknowledgement, no answer.

    Having been displayed is no act.
    """
    acknowledged = Acknowledgement.objects.filter(
        thread=OuterRef("thread"), seq=FIRST_SEQ
    )
    written = Message.objects.filter(
        thread=OuterRef("thread"), author_side=Side.CENTRE
    ).exclude(kind=MessageKind.SYSTEM)
    return Designation.objects.filter(
        ~Exists(acknowledged),
        ~Exists(written),
        is_current=True,
        state=DesignationState.TRANSMITTED,
        measure__state=MeasureState.TRANSMITTED,
    )


def without_receipt(step: str) -> int:
    """How many measures this step of T1 was taken for and still wait. One query."""
    taken = TimerMark.objects.filter(timer=step, object_id=OuterRef("named"))
    named = awaiting_receipt().annotate(named=Cast(F("pk"), CharField()))
    return named.filter(Exists(taken)).count()


def past_contact_deadline(step: str) -> list[Designation]:
    """T2: the decision gives a number of days for the first contact. Nobody came."""
    waiting = Designation.objects.filter(
        is_current=True,
        measure__state__in=(MeasureState.RECEIVED, MeasureState.WAITING),
        measure__terms__contact_deadline_days__isnull=False,
        milestones=None,
    )
    found = waiting.select_related("measure__terms", "centre", "thread")
    return list(_not_yet(found, step))


def contact_deadline(measure: Measure) -> date | None:
    """The last day for the first contact, from the notification or the decision."""
    begun = measure.notified_on or measure.decided_on
    assert measure.terms is not None
    if begun is None or measure.terms.contact_deadline_days is None:
        return None
    return begun + timedelta(days=measure.terms.contact_deadline_days)


def waiting_too_long(step: str, now: datetime) -> list[Designation]:
    """T3: waiting longer than declared, and a margin. Two queries."""
    waiting = Designation.objects.filter(
        is_current=True,
        transmitted_at__isnull=False,
        first_visit_on=None,
        left_on=None,
        measure__state__in=(
            MeasureState.RECEIVED,
            MeasureState.WAITING,
            MeasureState.INTAKE,
        ),
    )
    declared = declared_weeks()
    margin = 1 + settings.RULES.waiting_margin_percent / 100
    return [
        one
        for one in _not_yet(waiting, step).select_related("measure")
        if (weeks := declared.get((one.centre_id, one.visit_kind))) is not None
        and now - one.transmitted_at > timedelta(weeks=weeks * margin)
    ]


def ending(
    step: str, days: int, today: date, *, beyond: int = 0
) -> QuerySet[Measure, Measure]:
    """T4: the last day is between `beyond` and `days` days away."""
    running = Measure.objects.filter(
        state__in=(MeasureState.INTAKE, MeasureState.ACTIVE, MeasureState.SUSPENDED),
        ends_on__gte=today + timedelta(days=beyond),
        ends_on__lte=today + timedelta(days=days),
    )
    return _not_yet(running, step, Cast(F("ends_on"), CharField()))


def current_threads(measures: Iterable[Measure]) -> dict[UUID, Thread]:
    """The thread of each measure's current designation. One query."""
    current = Thread.objects.filter(
        designation__measure__in=list(measures), designation__is_current=True
    ).select_related("designation")
    return {thread.designation.measure_id: thread for thread in current}


def stale_sites(step: str, occasion: str, now: datetime) -> list[Site]:
    """T5: sites whose newest declaration is too old; once per `occasion` (a week)."""
    sites = stale(now).select_related("centre")
    return list(_not_yet(sites, step, occasion))


def stale(now: datetime) -> QuerySet[Site]:
    """Sites whose waiting times nobody has declared or confirmed for too long."""
    old = now - timedelta(days=settings.RULES.stale_days)
    sites = Site.objects.annotate(newest=Max("declarations__declared_at"))
    return sites.filter(Q(newest__lt=old) | Q(newest=None))


def unanswered(step: str, urgency: Urgency) -> QuerySet[DifficultyReport]:
    """T6: difficulty reports of this urgency that the court has not answered."""
    reports = awaiting_answer().filter(urgency=urgency)
    return _not_yet(reports.select_related("measure__court", "message__thread"), step)


def awaiting_answer() -> QuerySet[DifficultyReport]:
    """No act of a judge yet: no answer, no acknowledgement of the report.

    What a clerk writes or acknowledges changes nothing (right "difficulty.answer").
    """
    return open_reports().filter(~Exists(judges_receipts()))


def open_reports() -> QuerySet[DifficultyReport]:
    """Not answered yet, whoever has acknowledged them."""
    return DifficultyReport.objects.filter(
        answered_at=None, measure__state__in=(*LIVE, MeasureState.UNABLE)
    )


def judges_receipts() -> QuerySet[Acknowledgement]:
    """Those of a report that a judge of the court gave, for a subquery on reports."""
    return Acknowledgement.objects.filter(
        thread=OuterRef("message__thread"),
        seq=OuterRef("message__seq"),
        user__memberships__court=OuterRef("measure__court"),
        user__memberships__role__in=permissions.roles_with("difficulty.answer"),
    )


def answer_due(report: DifficultyReport) -> datetime:
    """When the court's time to answer is over, in the court's working time."""
    departement = report.measure.court.departement_id
    return answer_due_in(departement, report.urgency, report.message.at)


def answer_due_in(departement: str, urgency: str, at: datetime) -> datetime:
    immediate, rules = urgency == Urgency.IMMEDIATE, settings.RULES
    hours = rules.difficulty_hours if immediate else 8 * rules.difficulty_days
    return add_working_hours(at, hours, departement)


def protection_ending(step: str, today: date) -> QuerySet[Measure, Measure]:
    """T7: a protection order ends soon."""
    soon = today + timedelta(days=settings.RULES.protection_days)
    measures = Measure.objects.filter(
        state__in=LIVE,
        safety__protection_order=True,
        safety__protection_order_until__range=(today, soon),
    )
    until = F("safety__protection_order_until")
    return _not_yet(measures.select_related("safety"), step, Cast(until, CharField()))


def silent_proposals(now: datetime) -> QuerySet[Measure, Measure]:
    """Row 17b: the court's time to answer a proposed closure is over."""
    patience = timedelta(days=settings.RULES.closure_silence_days)
    return Measure.objects.filter(
        designations__proposals__answered_at=None,
        designations__proposals__kind="close",
        designations__proposals__at__lte=now - patience,
        state__in=(MeasureState.INTAKE, MeasureState.ACTIVE, MeasureState.SUSPENDED),
    ).distinct()


def to_archive(now: datetime) -> QuerySet[Measure, Measure]:
    """Row 19."""
    old = now - timedelta(days=settings.RULES.archive_days)
    return Measure.objects.filter(state=MeasureState.ENDED, closed_at__lte=old)


def to_purge(now: datetime) -> QuerySet[Measure, Measure]:
    """Row 20, and drafts that nobody has touched for long, recalled ones too."""
    rules = settings.RULES
    closed = now - timedelta(days=rules.purge_days)
    forgotten = now - timedelta(days=rules.draft_days)
    return Measure.objects.filter(
        Q(state=MeasureState.ARCHIVED, closed_at__lte=closed, legal_hold=False)
        | Q(
            state__in=(MeasureState.DRAFT, MeasureState.CANCELLED),
            changed_at__lte=forgotten,
            legal_hold=False,
        )
    )


def forgotten_requests(now: datetime) -> QuerySet[AvailabilityRequest]:
    """Questions about room that are kept no longer (DOMAIN section 10)."""
    kept = timedelta(days=settings.RULES.availability_kept_days)
    return AvailabilityRequest.objects.filter(
        asked_at__lte=now - kept, expires_at__lte=now
    )


def _not_yet(rows: QuerySet, step: str, occasion: Any = "") -> QuerySet:  # type: ignore[type-arg]
    """Without those that this step has dealt with, for this occasion (a date, a week).

    A date that moves is another occasion: `occasion` may be an expression on the row.
    """
    named = F("reference") if rows.model is Measure else Cast(F("pk"), CharField())
    said = Value(occasion) if isinstance(occasion, str) else occasion
    marked = TimerMark.objects.filter(
        timer=step, occasion=OuterRef("said"), object_id=OuterRef("named")
    )
    named_rows = rows.annotate(named=named, said=said)
    left: QuerySet = named_rows.filter(~Exists(marked))  # type: ignore[type-arg]
    return left
