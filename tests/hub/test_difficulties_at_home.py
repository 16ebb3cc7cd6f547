"""A reported difficulty stays with the judge until she has answered it herself."""

from datetime import timedelta
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from hub.actions import absences, assignments, course, members, reception
from hub.actions.messages import acknowledge, post_messages
from hub.actions.timers import run_timers
from hub.agenda import Waiting, Why
from hub.calendar import today_in
from hub.demo import COURT, Demo
from hub.models import (
    Court,
    Measure,
    Membership,
    Message,
    Role,
    Thread,
    TimerMark,
    User,
)
from hub.models.choices import DifficultyCategory, Urgency
from hub.posting import Draft
from hub.queries.agenda import agenda_of
from tests.hub.lifecycle import put, sent
from tests.hub.test_home import SignIn, page


def reported(demo: Demo, urgency: Urgency = Urgency.IMMEDIATE) -> Message:
    measure = put(sent(demo), "active")
    told = reception.Difficulty(
        DifficultyCategory.VIOLENCE, urgency, today_in(), "Une menace."
    )
    reception.report_difficulty(measure, told, by=demo.people["samira"])
    return Message.objects.get(kind="difficulty_report")


def say(who: User, thread: Thread) -> None:
    post_messages([Draft(thread.pk, who.pk, uuid4(), "Bien reçu.")])


def row_of(user: User, report: Message) -> Waiting | None:
    found = agenda_of(user).mine
    mine = [one for one in found if one.seat and one.seat.thread == report.thread]
    return mine[0] if mine else None


def waits_for_answer(user: User, report: Message) -> bool:
    row = row_of(user, report)
    return row is not None and row.why in (Why.DIFFICULTY, Why.DECIDE)


def pressing(user: User, report: Message) -> bool:
    row = row_of(user, report)
    return row is not None and row in agenda_of(user).pressing


def second_judge() -> Membership:
    user = members.create_user(
        email="juge2@justice.demo.invalid", given_name="Inès", usual_name="Test"
    )
    court = Court.objects.get(code=COURT)
    return members.add_membership(user, Role.JUDGE, court=court)


def test_what_the_clerk_writes_acknowledges_or_takes_charge_of_is_not_her_answer(
    demo: Demo, sign_in: SignIn
) -> None:
    report = reported(demo)
    camille, paul = demo.people["camille"], demo.people["paul"]
    say(paul, report.thread)
    acknowledge(paul, report.thread_id, report.seq)
    assignments.take_charge(paul, report.thread_id)
    row = row_of(camille, report)
    assert row
    assert (row.why, row.urgent, bool(row.due)) == (Why.DIFFICULTY, True, True)
    assert Measure.objects.get(pk=row.measure.pk).awaits == "court"  # type: ignore[union-attr]
    words = page(sign_in(camille))
    assert "Difficulty: violence or threat" in words
    assert "The registry answered on" in words
    asked = f'/messages/{report.seq}/accuse" data-slot="ask" data-own>'
    thread = sign_in(camille).get(f"/fils/{report.thread_id}").content.decode()
    assert asked in thread  # her own receipt is still asked for
    run_timers(timezone.now() + timedelta(days=5))
    assert TimerMark.objects.filter(timer="T6.hours").exists()
    # The clerk has done what a clerk can do.
    assert not waits_for_answer(paul, report)
    say(camille, report.thread)
    assert not waits_for_answer(camille, report)


def test_her_receipt_ends_the_alarm_and_the_answer_stays_expected(demo: Demo) -> None:
    report, camille = reported(demo), demo.people["camille"]
    acknowledge(camille, report.thread_id, report.seq)
    row = row_of(camille, report)
    assert row
    assert (row.why, row.due) == (Why.DIFFICULTY, None)
    run_timers(timezone.now() + timedelta(days=5))
    assert not TimerMark.objects.filter(timer="T6.hours").exists()


def test_a_judge_who_replaces_her_answers_and_so_does_a_decision(demo: Demo) -> None:
    report, camille = reported(demo), demo.people["camille"]
    place, day = second_judge(), today_in()
    absences.enter_absence(
        camille, first_day=day, last_day=day, substitute=place, by=camille
    )
    assert pressing(place.user, report)
    say(place.user, report.thread)
    assert not waits_for_answer(camille, report)
    again = reception.Difficulty(
        DifficultyCategory.SAFETY, Urgency.IMMEDIATE, day, "Encore."
    )
    measure = report.thread.designation.measure
    reception.interrupt(measure, again, by=demo.people["samira"])
    assert pressing(camille, report)
    course.resume(measure, by=demo.people["paul"], holds_decision=True)
    assert not waits_for_answer(camille, report)


def test_a_difficulty_is_named_before_the_receipt_that_it_asks_for(
    demo: Demo, sign_in: SignIn
) -> None:
    report, camille = reported(demo, Urgency.ANSWER_NEEDED), demo.people["camille"]
    row = row_of(camille, report)
    assert row
    assert (row.why, row.urgent, bool(row.due)) == (Why.DIFFICULTY, False, True)
    assert "Difficulty: violence or threat" in page(sign_in(camille))


def test_one_for_information_is_named_too(demo: Demo, sign_in: SignIn) -> None:
    report = reported(demo, Urgency.INFO)
    row = row_of(demo.people["camille"], report)
    assert row
    assert row.why == Why.ACKNOWLEDGEMENT
    client: Client = sign_in(demo.people["camille"])
    assert "Difficulty: violence or threat" in page(client)
