"""What makes a notification void by now, per kind: it was done, or is no longer there.

What holds for every kind (rights, reading, absence, address) is in
notifications.again. `facts` of each kind are written in notifications.listeners.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from hub.calendar import today_in
from hub.models import (
    Absence,
    Attachment,
    AvailabilityAnswer,
    Closure,
    Designation,
    DifficultyReport,
    Measure,
    Membership,
    SafetyContext,
)
from hub.models.choices import MeasureState
from hub.queries import deadlines
from hub.states import LIVE
from notifications.kinds import Kind
from notifications.models import Notification, Reason

Rows = Sequence[Notification]
Found = dict[UUID, Reason]
RUNNING = (MeasureState.INTAKE, MeasureState.ACTIVE, MeasureState.SUSPENDED)
COUNTED = "T1.national"  # about all measures of a day, not about one


def voids(rows: Sequence[Notification]) -> dict[UUID, Reason]:
    """For each row that is void now, why. Constant queries whatever the number."""
    found: Found = {}
    for kind, look in LOOKS.items():
        if mine := [row for row in rows if row.kind == kind]:
            found |= look(mine)
    return found


def _acknowledgement(rows: Rows) -> Found:
    one_each = [row for row in rows if row.facts.get("step") != COUNTED]
    counted = [row for row in rows if row.facts.get("step") == COUNTED]
    sent = deadlines.awaiting_receipt().filter(pk__in=_ids(one_each, "designation"))
    waiting = set(sent.values_list("pk", flat=True))
    done = [r for r in one_each if r.facts.get("designation") not in waiting]
    if counted and not deadlines.without_receipt(COUNTED):
        done += counted
    return {row.pk: Reason.DONE for row in done}


def _answer(rows: Rows) -> Found:
    """GONE with a purged measure, ANSWERED once the court has acted."""
    reports = DifficultyReport.objects.filter(pk__in=_ids(rows, "report"))
    there = set(reports.values_list("pk", flat=True))
    waiting = set(
        deadlines.awaiting_answer().filter(pk__in=there).values_list("pk", flat=True)
    )
    return {
        row.pk: Reason.ANSWERED if row.facts.get("report") in there else Reason.GONE
        for row in rows
        if row.facts.get("report") not in waiting
    }


def _deadline(rows: Rows) -> Found:
    """T2 and T3: somebody came, or the measure goes on without waiting."""
    current = Designation.objects.filter(
        pk__in=_ids(rows, "designation"),
        is_current=True,
        first_visit_on=None,
        measure__state__in=(
            MeasureState.RECEIVED,
            MeasureState.WAITING,
            MeasureState.INTAKE,
        ),
    ).prefetch_related("milestones")
    came = {one.pk: bool(one.milestones.all()) for one in current}
    found = {}
    for row in rows:
        designation = row.facts.get("designation")
        asks_for_contact = row.facts.get("step") == "T2.contact"
        if designation not in came or (asks_for_contact and came[designation]):
            found[row.pk] = Reason.DONE
    return found


def _ending(rows: Rows) -> Found:
    """The measure ended, or its last day is another one than was to be told."""
    ids = _ids(rows, "measure")
    running = Measure.objects.filter(pk__in=ids, state__in=RUNNING)
    days = {
        ("T4", str(pk)): str(day) for pk, day in running.values_list("pk", "ends_on")
    }
    orders = SafetyContext.objects.filter(
        measure__in=ids, measure__state__in=LIVE, protection_order=True
    ).values_list("measure", "protection_order_until")
    days |= {("T7", str(pk)): str(day) for pk, day in orders}
    return {
        row.pk: Reason.DONE
        for row in rows
        if days.get((row.window[:2], row.facts.get("measure"))) != _last(row.window)
    }


def _waiting(rows: Rows) -> Found:
    now = timezone.now()
    stale = set(
        deadlines.stale(now)
        .filter(centre__in=_ids(rows, "centre"))
        .values_list("centre", flat=True)
    )
    return {r.pk: Reason.DONE for r in rows if r.facts.get("centre") not in stale}


def _availability_asked(rows: Rows) -> Found:
    answers = _answers(rows)
    now, found = timezone.now(), {}
    for row in rows:
        answer = answers.get(_pair(row))
        if answer is None:
            found[row.pk] = Reason.GONE
        elif answer.answered_at:
            found[row.pk] = Reason.ANSWERED
        elif answer.request.expires_at <= now:
            found[row.pk] = Reason.GONE
    return found


def _availability_answered(rows: Rows) -> Found:
    answers = _answers(rows)
    return {row.pk: Reason.GONE for row in rows if _pair(row) not in answers}


def _closure(rows: Rows) -> Found:
    """Taken back, or over."""
    announced = Closure.objects.in_bulk(_ids(rows, "closure"))
    today, found = today_in(), {}
    for row in rows:
        closure = announced.get(row.facts.get("closure", 0))
        if closure is None:
            found[row.pk] = Reason.GONE
        elif closure.last_day < today:
            found[row.pk] = Reason.DONE
    return found


def _substitution(rows: Rows) -> Found:
    entered = Absence.objects.in_bulk(_ids(rows, "absence"))
    today, found = today_in(), {}
    for row in rows:
        absence = entered.get(row.facts.get("absence", 0))
        if absence is None or absence.substitute_id != row.user_id:
            found[row.pk] = Reason.GONE
        elif absence.ended_at or absence.last_day < today:
            found[row.pk] = Reason.DONE
    return found


def _place(rows: Rows) -> Found:
    """The place that was given has ended; another one has its own notification."""
    current = Membership.objects.current()
    return _missing(rows, "place", current)


def _file(rows: Rows) -> Found:
    return _missing(rows, "attachment", Attachment.objects.all())


def _missing(rows: Rows, fact: str, objects: Any) -> Found:
    there = objects.filter(pk__in=_ids(rows, fact)).values_list("pk", flat=True)
    known = {str(pk) for pk in there}
    return {r.pk: Reason.GONE for r in rows if str(r.facts.get(fact)) not in known}


def _answers(rows: Rows) -> dict[tuple[str, int], AvailabilityAnswer]:
    found = AvailabilityAnswer.objects.filter(request__in=_ids(rows, "request"))
    return {
        (str(a.request_id), a.centre_id): a for a in found.select_related("request")
    }


def _pair(row: Notification) -> tuple[str, int]:
    return str(row.facts.get("request")), int(row.facts.get("centre", 0))


def _ids(rows: Iterable[Notification], fact: str) -> list[Any]:
    return [row.facts[fact] for row in rows if row.facts.get(fact) is not None]


def _last(window: str) -> str:
    """The occasion of a window "T4.first:REFERENCE:2027-03-01"."""
    return window.rpartition(":")[2]


LOOKS: dict[str, Callable[[Rows], Found]] = {
    Kind.ACK_OVERDUE: _acknowledgement,
    Kind.ANSWER_OVERDUE: _answer,
    Kind.DEADLINE: _deadline,
    Kind.ENDING: _ending,
    Kind.WAITING_STALE: _waiting,
    Kind.AVAILABILITY_ASKED: _availability_asked,
    Kind.AVAILABILITY_ANSWERED: _availability_answered,
    Kind.CLOSURE: _closure,
    Kind.FILE_REFUSED: _file,
    Kind.SUBSTITUTION: _substitution,
    Kind.INVITATION: _place,
    Kind.ROLE_CHANGED: _place,
}
