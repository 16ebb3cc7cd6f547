"""Timers T1 to T7 and the rows of a deadline: once, in working time, whatever dies."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from hub import events, schedule
from hub.actions import course, purging, timers
from hub.actions.messages import mark_read, post_messages
from hub.actions.reception import Difficulty, report_difficulty
from hub.actions.timers import run_timers
from hub.demo import Demo
from hub.errors import Illegal
from hub.models import (
    Child,
    Closure,
    Designation,
    JournalEntry,
    Measure,
    Message,
    OpeningSlot,
    Party,
    SafetyContext,
    ScheduledRun,
    Site,
    Thread,
    TimerMark,
    WaitingDeclaration,
)
from hub.models.choices import ClosureReason, DifficultyCategory, Urgency
from hub.posting import Draft
from tests.hub.lifecycle import draft, put, sent, today

FRIDAY = datetime(2026, 11, 20, 14, tzinfo=UTC)  # 15:00 in Paris


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """What messengers hear."""
    heard: list[dict[str, Any]] = []

    def hear(**event: Any) -> None:
        heard.append({k: event[k] for k in ("step", "object_id", "sides")})

    events.deadline_passed.connect(hear)
    yield heard
    events.deadline_passed.disconnect(hear)


@pytest.fixture
def measure(demo: Demo) -> Measure:
    """Sent on a Friday to a centre with an office week; nothing else is waiting."""
    measure = sent(demo)
    OpeningSlot.objects.all().delete()
    others = Designation.objects.exclude(measure=measure)
    others.update(transmitted_at=timezone.now() + timedelta(days=900))
    Designation.objects.filter(measure=measure).update(transmitted_at=FRIDAY)
    WaitingDeclaration.objects.update(declared_at=FRIDAY + timedelta(days=400))
    return measure


def lines(measure: Measure) -> list[str]:
    found = Message.objects.filter(
        thread__designation__measure=measure, author__given_name="Hub"
    )
    return list(found.order_by("seq").values_list("body", flat=True))


def steps(told: list[dict[str, Any]]) -> list[str]:
    return [one["step"] for one in told]


def test_t1_counts_working_days_and_speaks_once(
    measure: Measure, told: list[dict[str, Any]]
) -> None:
    run_timers(FRIDAY + timedelta(days=4))  # Tuesday: the second working day itself
    assert steps(told) == []
    run_timers(FRIDAY + timedelta(days=5))
    run_timers(FRIDAY + timedelta(days=5))
    assert steps(told) == ["T1.reminder"]
    assert len(lines(measure)) == 1
    run_timers(FRIDAY + timedelta(days=30))
    assert steps(told) == ["T1.reminder", "T1.manager", "T1.court", "T1.national"]
    assert len(lines(measure)) == 2


def test_t1_counts_the_days_on_which_the_centre_works(
    measure: Measure, told: list[dict[str, Any]]
) -> None:
    """Open on Wednesdays and Saturdays, closed on the first of these Saturdays."""
    centre = measure.designations.get().centre
    site = Site.objects.filter(centre=centre).first()
    assert site
    for weekday in (2, 5):
        site.slots.create(weekday=weekday, start="10:00", end="18:00")
    Closure.objects.create(
        centre=centre,
        first_day=date(2026, 11, 21),
        last_day=date(2026, 11, 23),
        reason="Travaux",
    )
    run_timers(FRIDAY + timedelta(days=8))  # Saturday 28: the second day itself
    assert steps(told) == []
    run_timers(FRIDAY + timedelta(days=9))
    assert steps(told) == ["T1.reminder"]


def test_t1_stops_on_a_human_act_and_not_on_reading(
    measure: Measure, demo: Demo, told: list[dict[str, Any]]
) -> None:
    thread, samira = measure.designations.get().thread, demo.people["samira"]
    mark_read(samira, thread.pk, thread.last_seq)
    run_timers(FRIDAY + timedelta(days=5))
    assert steps(told) == ["T1.reminder"]
    post_messages([Draft(thread.pk, samira.pk, uuid4(), "Nous avons une question.")])
    run_timers(FRIDAY + timedelta(days=30))
    assert steps(told) == ["T1.reminder"]


def test_what_is_past_can_be_passed_over_once_for_all(
    measure: Measure, told: list[dict[str, Any]]
) -> None:
    late = FRIDAY + timedelta(days=7)
    assert timers.pass_over(late) == 2  # reminder and manager
    run_timers(late)
    assert steps(told) == []
    run_timers(FRIDAY + timedelta(days=12))
    assert steps(told) == ["T1.court"]


def test_t1_is_silent_once_the_receipt_is_there(
    measure: Measure, demo: Demo, told: list[dict[str, Any]]
) -> None:
    put(measure, "received")
    run_timers(FRIDAY + timedelta(days=30))
    assert "T1.reminder" not in steps(told)


def test_t2_asks_only_where_the_decision_gives_a_deadline(
    measure: Measure, told: list[dict[str, Any]]
) -> None:
    put(measure, "received")
    far = datetime(2027, 6, 1, tzinfo=UTC)
    run_timers(far)
    assert "T2.contact" not in steps(told)
    type(measure.terms).objects.update(contact_deadline_days=15)
    run_timers(far)
    assert "T2.contact" in steps(told)


def test_t3_asks_the_centre_when_waiting_outgrows_what_it_declared(
    measure: Measure, told: list[dict[str, Any]]
) -> None:
    put(measure, "waiting")
    WaitingDeclaration.objects.update(weeks=4)
    run_timers(FRIDAY + timedelta(weeks=6))
    assert "T3.declared" not in steps(told)
    run_timers(FRIDAY + timedelta(weeks=6, hours=1))
    assert steps(told).count("T3.declared") == 1


def test_t4_warns_both_sides_twice(
    measure: Measure, told: list[dict[str, Any]]
) -> None:
    put(measure, "active")
    Measure.objects.filter(pk=measure.pk).update(ends_on=date(2027, 3, 1))
    for day in (date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 30)):
        run_timers(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    assert steps(told) == ["T4.first", "T4.second"]
    assert told[0]["sides"] == ["court", "centre"]
    assert lines(measure) == ["La mesure prendra fin le 1er mars 2027."] * 2


def test_t5_asks_each_week_anew(measure: Measure, told: list[dict[str, Any]]) -> None:
    put(measure, "cancelled")
    WaitingDeclaration.objects.update(declared_at=FRIDAY)
    later = FRIDAY + timedelta(days=31)
    for now in (later, later + timedelta(days=1), later + timedelta(days=7)):
        run_timers(now)
    sites = WaitingDeclaration.objects.values("site").distinct().count()
    assert steps(told).count("T5.stale") == 2 * sites


@pytest.mark.parametrize(
    ("urgency", "step", "in_time", "too_late"),
    [
        (Urgency.IMMEDIATE, "T6.hours", timedelta(days=2, hours=20), timedelta(days=3)),
        (Urgency.ANSWER_NEEDED, "T6.days", timedelta(days=6), timedelta(days=8)),
        (Urgency.INFO, "T6.days", timedelta(days=6), None),
    ],
)
def test_t6_waits_in_the_courts_working_time(
    measure: Measure, demo: Demo, told: list[dict[str, Any]],
    urgency: Urgency, step: str, in_time: timedelta, too_late: timedelta | None,
) -> None:  # fmt: skip
    put(measure, "active")
    said = Difficulty(DifficultyCategory.RULE_BREACH, urgency, today(), "Retards.")
    report_difficulty(measure, said, by=demo.people["samira"])
    Message.objects.filter(kind="difficulty_report").update(at=FRIDAY)
    run_timers(FRIDAY + in_time)
    assert step not in steps(told)
    run_timers(FRIDAY + (too_late or timedelta(days=90)))
    assert (step in steps(told)) is (too_late is not None)


def test_t7_tells_the_sides_without_a_line_in_the_thread(
    measure: Measure, told: list[dict[str, Any]]
) -> None:
    put(measure, "active")
    SafetyContext.objects.filter(measure=measure).update(
        protection_order=True, protection_order_until=date(2027, 1, 15)
    )
    run_timers(datetime(2026, 12, 20, tzinfo=UTC))
    assert steps(told) == ["T7.protection"]
    assert lines(measure) == []


def test_silence_closes_after_fifteen_days_and_an_answer_does_not(
    measure: Measure, demo: Demo
) -> None:
    put(measure, "active")
    reason = ClosureReason.TERM_REACHED
    course.propose_close(measure, reason=reason, by=demo.people["samira"])
    with pytest.raises(Illegal):
        course.close_by_silence(measure)
    designation = measure.designations.get(is_current=True)
    designation.proposals.update(at=timezone.now() - timedelta(days=15))
    assert run_timers()["closed"] == 1
    measure.refresh_from_db()
    assert (measure.state, measure.closure_reason) == ("ended", reason)


def test_a_failing_row_is_tried_again_and_harms_no_other(
    measure: Measure, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = FRIDAY + timedelta(days=5)
    with monkeypatch.context() as patched:
        patched.setattr(timers, "say", lambda *_: (_ for _ in ()).throw(Illegal("x")))
        run_timers(late)
    assert not TimerMark.objects.filter(timer="T1.reminder").exists()
    run_timers(late)
    assert steps(told) == ["T1.reminder"]


def test_archived_then_purged_leaves_dates_and_no_person(
    measure: Measure, demo: Demo
) -> None:
    put(measure, "ended")
    run_timers(timezone.now() + timedelta(days=31))
    measure.refresh_from_db()
    assert measure.state == "archived"
    Measure.objects.filter(pk=measure.pk).update(legal_hold=True)
    run_timers(timezone.now() + timedelta(days=400))
    assert Party.objects.filter(measure=measure).exists()
    Measure.objects.filter(pk=measure.pk).update(legal_hold=False)
    run_timers(timezone.now() + timedelta(days=400))
    measure.refresh_from_db()
    assert (measure.state, measure.terms) == ("purged", None)
    assert not Party.objects.filter(measure=measure).exists()
    assert not Child.objects.filter(measure=measure).exists()
    assert not Thread.objects.filter(designation__measure=measure).exists()
    assert Designation.objects.get(measure=measure).transmitted_at
    removed = JournalEntry.objects.get(action="measure_purged").counts
    assert (removed["children"], removed["parties"]) == (1, 2)


def test_a_draft_never_sent_is_purged_whole(demo: Demo) -> None:
    forgotten = draft(demo)
    kept = draft(demo)
    old = timezone.now() - timedelta(days=91)
    Measure.objects.filter(pk=forgotten.pk).update(changed_at=old)
    run_timers()
    assert not Measure.objects.filter(pk=forgotten.pk).exists()
    assert Measure.objects.filter(pk=kept.pk).exists()
    assert purging.purge(kept)


def test_one_slot_is_taken_once_however_many_processes_look(demo: Demo) -> None:
    now = timezone.now()
    assert schedule.run_due(now)
    assert schedule.run_due(now) == []
    assert schedule.run_due(now + timedelta(days=1))
    assert ScheduledRun.objects.count() == 2 * len(
        [*schedule.JOBS, *schedule.more_jobs]
    )
