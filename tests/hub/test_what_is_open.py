"""What several open things mean together: turns, proposals, interruptions, seats."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hub.actions import course, members, reception, transmission
from hub.actions.attendance import Counts, record_attendance
from hub.actions.timers import run_timers
from hub.calendar import today_in
from hub.demo import COURT, Demo
from hub.errors import Illegal, InvalidInput, StaleForm
from hub.models import (
    Centre,
    Court,
    Measure,
    Membership,
    Message,
    Proposal,
    Role,
    Thread,
    TimerMark,
    User,
)
from hub.models.choices import ClosureReason
from tests.hub.lifecycle import CALLS, OTHER, difficulty, draft, put, sent

SignIn = Callable[[User], Client]


def now(measure: Measure) -> Measure:
    return Measure.objects.get(pk=measure.pk)


def test_a_suspended_measure_goes_back_whatever_was_said_meanwhile(demo: Demo) -> None:
    measure = put(sent(demo), "intake")
    course.suspend(measure, by=demo.people["camille"])
    reception.report_difficulty(now(measure), difficulty(), by=demo.people["samira"])
    course.resume(now(measure), by=demo.people["camille"])
    assert now(measure).state == "intake"


def test_a_clerk_confirms_what_was_proposed_and_nothing_else(demo: Demo) -> None:
    measure, paul = put(sent(demo), "active"), demo.people["paul"]
    reason = ClosureReason.TERM_REACHED
    course.propose_close(measure, reason=reason, by=demo.people["samira"])
    with pytest.raises(Illegal):
        course.close(now(measure), by=paul, reason=ClosureReason.REVOKED)
    course.close(now(measure), by=paul, reason=reason)
    assert now(measure).closure_reason == reason


@pytest.mark.parametrize(("days", "refused"), [(31, True), (30, False)])
def test_a_term_is_reached_in_its_last_weeks_only(
    demo: Demo, days: int, refused: bool
) -> None:
    measure, samira = put(sent(demo), "active"), demo.people["samira"]
    last = today_in("44") + timedelta(days=days)
    Measure.objects.filter(pk=measure.pk).update(ends_on=last)
    with pytest.raises(InvalidInput) if refused else nullcontext() as error:
        course.propose_close(measure, reason=ClosureReason.TERM_REACHED, by=samira)
    if error:
        assert f"{last:%d/%m/%Y}" in error.value.fields["reason"]
    other = ClosureReason.BETTER_AGREEMENT
    if refused:
        course.propose_close(now(measure), reason=other, by=samira)
    assert Proposal.objects.count() == 1


def test_a_judge_who_revokes_has_not_accepted_the_proposal(demo: Demo) -> None:
    measure = put(sent(demo), "active")
    reason = ClosureReason.TERM_REACHED
    course.propose_close(measure, reason=reason, by=demo.people["samira"])
    course.close(now(measure), by=demo.people["camille"], reason="revoked")
    assert Proposal.objects.get().accepted is False


def test_an_answer_to_one_question_does_not_hide_another(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, samira = put(sent(demo), "active"), demo.people["samira"]
    course.propose_close(measure, reason=ClosureReason.TERM_REACHED, by=samira)
    reception.report_difficulty(now(measure), difficulty(), by=samira)
    thread = Thread.objects.get(designation__measure=measure)
    sign_in(demo.people["paul"]).post(f"/fils/{thread.pk}", {"body": "Bien reçu."})
    assert (now(measure).awaits, now(measure).awaits_act) == (
        "court",
        "answer_proposal",
    )


def test_an_interruption_is_answered_by_a_decision_not_by_a_message(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, samira = put(sent(demo), "active"), demo.people["samira"]
    reception.interrupt(measure, difficulty(), by=samira)
    reception.report_difficulty(now(measure), difficulty(), by=samira)
    thread = Thread.objects.get(designation__measure=measure)
    sign_in(demo.people["paul"]).post(f"/fils/{thread.pk}", {"body": "Bien reçu."})
    assert now(measure).awaits_act == "decide"
    course.resume(now(measure), by=demo.people["camille"])
    assert (now(measure).state, now(measure).awaits) == ("active", "")


def test_a_court_that_resumes_has_declined_to_close(demo: Demo) -> None:
    measure = put(sent(demo), "suspended")
    reason = ClosureReason.TERM_REACHED
    course.propose_close(measure, reason=reason, by=demo.people["samira"])
    course.resume(now(measure), by=demo.people["camille"])
    run_timers(timezone.now() + timedelta(days=20))
    assert now(measure).state == "active"


def test_what_changed_since_it_was_read_is_not_transmitted(demo: Demo) -> None:
    measure, camille = draft(demo), demo.people["camille"]
    read = now(measure).revision
    CALLS["edit"](now(measure), demo.people["paul"])
    with pytest.raises(StaleForm):
        transmission.transmit(now(measure), by=camille, revision=read)
    transmission.transmit(now(measure), by=camille, revision=now(measure).revision)


def test_a_replaced_centre_reads_the_terms_it_was_sent(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, samira = sent(demo), demo.people["samira"]
    old = Thread.objects.get(designation__measure=measure)
    CALLS["unable"](measure, samira)
    other = Centre.objects.get(code=OTHER)
    new = transmission.redesignate(now(measure), other, by=demo.people["camille"])
    CALLS["modify"](now(measure), demo.people["camille"])
    before = sign_in(samira).get(f"/fils/{old.pk}").content.decode()
    after = sign_in(demo.people["nadia"]).get(f"/fils/{new.pk}").content.decode()
    assert "60 minutes" in after
    assert "60 minutes" not in before
    assert "120 minutes" in before


def test_a_recalled_draft_that_nobody_touches_is_purged_with_its_thread(
    demo: Demo,
) -> None:
    measure = sent(demo)
    transmission.recall(measure, by=demo.people["camille"])
    old = timezone.now() - timedelta(days=91)
    Measure.objects.filter(pk=measure.pk).update(changed_at=old)
    assert run_timers()["purged"] == 1
    assert not Measure.objects.filter(pk=measure.pk).exists()


def test_somebody_who_comes_back_acts_and_reads_again(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, camille = put(sent(demo), "active"), demo.people["camille"]
    members.end_membership(Membership.objects.get(user=camille))
    court = Court.objects.get(code=COURT)
    members.add_membership(camille, Role.JUDGE, court=court)
    course.suspend(now(measure), by=User.objects.get(pk=camille.pk))
    thread = Thread.objects.get(designation__measure=measure)
    assert sign_in(camille).get(f"/fils/{thread.pk}").status_code == 200


def test_counts_may_be_corrected_back_to_what_they_were(demo: Demo) -> None:
    measure, samira = put(sent(demo), "active"), demo.people["samira"]
    day = today_in("44")
    for held, excused in ((2, 0), (1, 1), (2, 0)):
        counts = Counts(day, day, planned=2, held=held, excused=excused)
        last = record_attendance(now(measure), counts, by=samira)
    assert last.held == 2
    again = record_attendance(now(measure), counts, by=samira)
    assert again.pk == last.pk
    record_attendance(now(measure), counts, by=samira, send=True)
    assert Message.objects.filter(kind="attendance_certificate").count() == 1


def test_an_end_that_moves_is_told_again(demo: Demo) -> None:
    measure = put(sent(demo), "active")
    soon = today_in() + timedelta(days=20)
    Measure.objects.filter(pk=measure.pk).update(ends_on=soon)
    assert run_timers()["T4.second"] == 1
    assert not TimerMark.objects.filter(timer="T4.first").exists()
    later = soon + timedelta(days=200)
    Measure.objects.filter(pk=measure.pk).update(ends_on=later)
    told = run_timers(timezone.now() + timedelta(days=195))
    assert (told["T4.first"], told["T4.second"]) == (0, 1)
