"""What is void by the time it could leave: done meanwhile, or no longer there."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions import reception
from hub.actions.availability import answer, ask
from hub.actions.messages import acknowledge, mark_read, post_messages
from hub.calendar import today_in
from hub.demo import CENTRE, COURT, Demo
from hub.models import (
    Absence,
    AvailabilityRequest,
    Centre,
    Closure,
    Court,
    Designation,
    DifficultyReport,
    Measure,
    Membership,
    WaitingDeclaration,
)
from hub.models.centres import VisitKind
from hub.posting import Draft
from notifications.kinds import Kind
from notifications.models import Notification, Reason
from notifications.outbox import Owed, write
from notifications.voids import voids
from tests.hub.lifecycle import difficulty, put, sent, today

DONE, GONE, ANSWERED = Reason.DONE, Reason.GONE, Reason.ANSWERED


@pytest.fixture
def owed(demo: Demo) -> Callable[..., Notification]:
    """A row for Samira, as a listener would have written it."""

    def owe(kind: Kind, window: str = "w", **facts: Any) -> Notification:
        window = window if ":" in window else f"{window}:{uuid4()}"
        write([Owed(kind, window, user=demo.people["samira"].pk, facts=facts)])
        return Notification.objects.get(window=window)

    return owe


def why(row: Notification) -> Reason | None:
    return voids([row]).get(row.pk)


def designation_of(measure: Measure) -> Designation:
    return measure.designations.get(is_current=True)


def overdue(owed: Callable[..., Notification], measure: Measure) -> Notification:
    designation = designation_of(measure).pk
    return owed(Kind.ACK_OVERDUE, step="T1.reminder", designation=designation)


def test_a_reminder_is_void_once_the_receipt_is_there(
    demo: Demo, owed: Callable[..., Notification]
) -> None:
    measure = sent(demo)
    row = overdue(owed, measure)
    assert why(row) is None
    reception.acknowledge_measure(measure, by=demo.people["samira"])
    assert why(row) == DONE


def test_reading_does_not_make_a_reminder_void_but_writing_does(
    demo: Demo, owed: Callable[..., Notification]
) -> None:
    measure, samira = sent(demo), demo.people["samira"]
    thread = designation_of(measure).thread
    row = overdue(owed, measure)
    assert mark_read(samira, thread.pk, thread.last_seq)
    assert why(row) is None
    post_messages([Draft(thread.pk, samira.pk, uuid4(), "Nous regardons.")])
    assert why(row) == DONE


def report_in(demo: Demo) -> tuple[Measure, DifficultyReport]:
    measure = put(sent(demo), "active")
    reception.report_difficulty(measure, difficulty(), by=demo.people["samira"])
    return measure, DifficultyReport.objects.get(measure=measure)


def test_a_difficulty_is_answered_by_writing(
    demo: Demo, owed: Callable[..., Notification]
) -> None:
    _measure, report = report_in(demo)
    row = owed(Kind.ANSWER_OVERDUE, report=report.pk)
    assert why(row) is None
    camille = demo.people["camille"]
    post_messages([Draft(report.message.thread_id, camille.pk, uuid4(), "Suspendez.")])
    assert why(row) == ANSWERED


def test_a_difficulty_is_answered_by_its_acknowledgement(
    demo: Demo, owed: Callable[..., Notification]
) -> None:
    _measure, report = report_in(demo)
    row = owed(Kind.ANSWER_OVERDUE, report=report.pk)
    assert why(row) is None
    type(report.message).objects.filter(pk=report.message_id).update(needs_ack=True)
    acknowledge(demo.people["camille"], report.message.thread_id, report.message.seq)
    assert why(row) == ANSWERED
    assert why(owed(Kind.ANSWER_OVERDUE, report=report.pk + 1)) == GONE


def test_a_deadline_is_void_once_the_measure_has_left_it(
    demo: Demo, owed: Callable[..., Notification]
) -> None:
    measure = put(sent(demo), "received")
    designation = designation_of(measure)
    row = owed(Kind.DEADLINE, step="T2.contact", designation=designation.pk)
    waits = owed(Kind.DEADLINE, step="T3.declared", designation=designation.pk)
    assert voids([row, waits]) == {}
    designation.milestones.create(
        kind="parent_contact_visiting", on=today(), by=demo.people["samira"]
    )
    assert voids([row, waits]) == {row.pk: DONE}
    put(measure, "active")
    assert voids([row, waits]) == {row.pk: DONE, waits.pk: DONE}


def test_an_end_is_void_when_the_day_moved_or_the_measure_ended(
    demo: Demo, owed: Callable[..., Notification]
) -> None:
    measure = put(sent(demo), "active")
    Measure.objects.filter(pk=measure.pk).update(ends_on=date(2027, 3, 1))
    window = f"T4.first:{measure.reference}:2027-03-01"
    row = owed(Kind.ENDING, window, measure=str(measure.pk))
    assert why(row) is None
    Measure.objects.filter(pk=measure.pk).update(ends_on=date(2027, 9, 1))
    assert why(row) == DONE
    Measure.objects.filter(pk=measure.pk).update(ends_on=date(2027, 3, 1))
    put(measure, "ended")
    assert why(row) == DONE


def test_a_waiting_time_is_not_asked_for_once_it_was_declared(
    demo: Demo, owed: Callable[..., Notification]
) -> None:
    centre = Centre.objects.get(code=CENTRE)
    declared = WaitingDeclaration.objects.filter(site__centre=centre)
    declared.update(declared_at=timezone.now() - timedelta(days=60))
    row = owed(Kind.WAITING_STALE, centre=centre.pk)
    assert why(row) is None
    declared.update(declared_at=timezone.now())
    assert why(row) == DONE


@pytest.fixture
def question(demo: Demo) -> AvailabilityRequest:
    return ask(
        by=demo.people["camille"],
        court=Court.objects.get(code=COURT),
        centres=[Centre.objects.get(code=CENTRE)],
        visit_kind=VisitKind.VISIT,
        children_count=1,
        age_bands=["3_5"],
        visits_per_month=2,
        needs=[],
    )


def test_a_question_is_void_once_answered_or_expired(
    demo: Demo, owed: Callable[..., Notification], question: AvailabilityRequest
) -> None:
    centre = Centre.objects.get(code=CENTRE)
    facts = {"request": str(question.pk), "centre": centre.pk}
    row = owed(Kind.AVAILABILITY_ASKED, **facts)
    back = owed(Kind.AVAILABILITY_ANSWERED, **facts)
    assert voids([row, back]) == {}
    past = timezone.now() - timedelta(minutes=1)
    AvailabilityRequest.objects.update(expires_at=past)
    assert voids([row, back]) == {row.pk: GONE}
    AvailabilityRequest.objects.update(expires_at=timezone.now() + timedelta(days=1))
    answer(by=demo.people["samira"], request=question, centre=centre, weeks=3)
    assert voids([row, back]) == {row.pk: ANSWERED}
    question.delete()
    assert voids([row, back]) == {row.pk: GONE, back.pk: GONE}


def test_a_closure_that_is_over_or_taken_back_is_not_told(
    demo: Demo, owed: Callable[..., Notification]
) -> None:
    centre, day = Centre.objects.get(code=CENTRE), today_in()
    closure = Closure.objects.create(
        centre=centre, first_day=day, last_day=day, reason="Travaux"
    )
    row = owed(Kind.CLOSURE, closure=closure.pk)
    assert why(row) is None
    Closure.objects.filter(pk=closure.pk).update(
        first_day=day - timedelta(days=3), last_day=day - timedelta(days=1)
    )
    assert why(row) == DONE
    closure.delete()
    assert why(row) == GONE


def test_a_substitution_is_void_when_the_absence_was_taken_back(
    demo: Demo, owed: Callable[..., Notification]
) -> None:
    absence = Absence.objects.create(
        user=demo.people["luc"], substitute=demo.people["samira"],
        first_day=today(), last_day=today(),
    )  # fmt: skip
    row = owed(Kind.SUBSTITUTION, absence=absence.pk)
    assert why(row) is None
    Absence.objects.filter(pk=absence.pk).update(ended_at=timezone.now())
    assert why(row) == DONE
    absence.delete()
    assert why(row) == GONE


def test_an_invitation_is_void_when_its_place_ended(
    demo: Demo, owed: Callable[..., Notification]
) -> None:
    place = Membership.objects.get(user=demo.people["luc"])
    row = owed(Kind.INVITATION, place=place.pk)
    assert why(row) is None
    Membership.objects.filter(pk=place.pk).update(until=timezone.now())
    assert why(row) == GONE


def test_any_number_of_rows_costs_the_same_queries(
    demo: Demo, owed: Callable[..., Notification]
) -> None:
    measure = sent(demo)
    designation = designation_of(measure).pk

    def some(number: int) -> list[Notification]:
        return [
            row
            for _ in range(number)
            for row in (
                owed(Kind.ACK_OVERDUE, step="T1.court", designation=designation),
                owed(Kind.ACK_OVERDUE, step="T1.national"),
                owed(Kind.ANSWER_OVERDUE, report=1),
                owed(Kind.DEADLINE, designation=designation),
                owed(Kind.ENDING, measure=str(measure.pk)),
                owed(Kind.WAITING_STALE, centre=1),
                owed(Kind.AVAILABILITY_ASKED, request=str(uuid4()), centre=1),
                owed(Kind.CLOSURE, closure=1),
                owed(Kind.FILE_REFUSED, attachment=str(uuid4())),
                owed(Kind.SUBSTITUTION, absence=1),
                owed(Kind.INVITATION, place=1),
            )
        ]

    few, many = some(1), some(4)
    with CaptureQueriesContext(connection) as once:
        voids(few)
    with CaptureQueriesContext(connection) as often:
        voids(many)
    assert len(once) == len(often)
