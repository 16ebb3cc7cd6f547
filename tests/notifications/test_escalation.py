"""Nobody acts: who is told at which step, once, and the chain that readers see."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub import events
from hub.actions import members, reception
from hub.actions.messages import post_messages
from hub.actions.reception import Difficulty, report_difficulty
from hub.actions.timers import run_timers
from hub.demo import COURT, Demo
from hub.models import (
    Centre,
    Court,
    Designation,
    Measure,
    Message,
    OpeningSlot,
    Role,
    SafetyContext,
    Thread,
    User,
    WaitingDeclaration,
)
from hub.models.choices import DifficultyCategory, Urgency
from hub.posting import Draft
from hub.queries.escalation import chain_of
from notifications.kinds import Kind
from notifications.models import Notification
from notifications.voids import voids
from tests.hub.lifecycle import put, sent, today

SignIn = Callable[[User], Client]
FRIDAY = datetime(2026, 11, 20, 14, tzinfo=UTC)
# One day after the last working day in time, for 2, 3, 5 and 10 days.
REMINDER, MANAGER, COURT_TOLD, NATIONAL = (
    FRIDAY + timedelta(days=days) for days in (5, 6, 8, 15)
)


@pytest.fixture
def measure(demo: Demo) -> Measure:
    """Sent on a Friday to a centre with an office week and a manager; a chief clerk."""
    OpeningSlot.objects.all().delete()
    centre = demo.threads[0].designation.centre
    _newcomer(Role.CENTRE_MANAGER, "Maya", centre=centre)
    _newcomer(Role.CHIEF_CLERK, "Cyr", court=Court.objects.get(code=COURT))
    measure = sent(demo)
    others = Designation.objects.exclude(measure=measure)
    others.update(transmitted_at=timezone.now() + timedelta(days=900))
    Designation.objects.filter(measure=measure).update(transmitted_at=FRIDAY)
    WaitingDeclaration.objects.update(declared_at=FRIDAY + timedelta(days=400))
    return measure


def _newcomer(role: Role, name: str, **place: Court | Centre) -> User:
    user = members.create_user(
        email=f"{name.lower()}@demo.invalid", given_name=name, usual_name="Test"
    )
    members.add_membership(user, role, **place)  # type: ignore[arg-type]
    return user


def thread_of(measure: Measure) -> Thread:
    threads = Thread.objects.select_related(
        "designation__measure__court", "designation__centre"
    )
    return threads.get(designation__measure=measure, designation__is_current=True)


def told(step: str) -> set[str]:
    """First names, and "@" for the functional mailbox, of those owed this step."""
    rows = Notification.objects.filter(window__startswith=step)
    return {row.user.given_name if row.user else "@" for row in rows}


def test_the_chain_goes_from_the_contacts_to_the_national_service(
    measure: Measure,
) -> None:
    run_timers(REMINDER - timedelta(days=1))
    assert told("T1.") == set()
    run_timers(REMINDER)
    assert told("T1.reminder") == {"Samira", "Luc", "Maya", "@"}
    run_timers(MANAGER)
    assert told("T1.manager") == {"Maya"}
    run_timers(COURT_TOLD)
    assert told("T1.court") == {"Camille", "Paul", "Cyr", "@"}
    run_timers(NATIONAL)
    assert told("T1.national") == {"Noé"}


def test_a_step_that_is_announced_twice_owes_once(measure: Measure) -> None:
    run_timers(REMINDER)
    owed = Notification.objects.count()
    assert owed
    events.deadline_passed.send(
        None,
        step="T1.reminder",
        object_id=str(measure.designations.get().pk),
        thread_id=thread_of(measure).pk,
        sides=["centre"],
        occasion="",
    )
    assert Notification.objects.count() == owed


def test_a_chief_clerk_without_a_seat_is_told_without_the_thread(
    measure: Measure,
) -> None:
    run_timers(COURT_TOLD)
    rows = Notification.objects.filter(
        window__startswith="T1.court", user__isnull=False
    )
    threads = {row.user.given_name: row.thread_id for row in rows if row.user}
    assert threads["Cyr"] is None
    assert threads["Camille"] == thread_of(measure).pk


def test_the_national_service_gets_one_mail_a_day_with_the_whole_count(
    measure: Measure, demo: Demo
) -> None:
    second = sent(demo)
    Designation.objects.filter(measure=second).update(transmitted_at=FRIDAY)
    run_timers(NATIONAL)
    [row] = Notification.objects.filter(window__startswith="T1.national")
    assert row.facts == {"step": "T1.national", "count": 2}
    assert row.due_at > timezone.now()  # others of the same run join
    assert voids([row]) == {}
    put(measure, "received")
    assert voids([row]) == {}
    put(second, "received")
    assert row.pk in voids([row])


def test_an_acknowledgement_ends_the_chain(measure: Measure, demo: Demo) -> None:
    run_timers(REMINDER)
    assert told("T1.")
    reception.acknowledge_measure(measure, by=demo.people["samira"])
    run_timers(NATIONAL)
    assert told("T1.manager") == told("T1.court") == told("T1.national") == set()


def _report(measure: Measure, demo: Demo, urgency: Urgency) -> None:
    put(measure, "active")
    said = Difficulty(DifficultyCategory.RULE_BREACH, urgency, today(), "Retards.")
    report_difficulty(measure, said, by=demo.people["samira"])
    Message.objects.filter(kind="difficulty_report").update(at=FRIDAY)


def test_an_unanswered_difficulty_reaches_the_court_and_its_chief_clerk(
    measure: Measure, demo: Demo
) -> None:
    _report(measure, demo, Urgency.IMMEDIATE)
    run_timers(FRIDAY + timedelta(days=3))
    assert told("T6.hours") == {"Camille", "Paul", "Cyr"}


def test_ends_are_told_to_both_sides_and_deadlines_to_coordinators(
    measure: Measure,
) -> None:
    put(measure, "received")
    type(measure.terms).objects.update(contact_deadline_days=15)
    run_timers(datetime(2027, 1, 4, tzinfo=UTC))
    assert told("T2.contact") == {"Samira"}
    put(measure, "active")
    Measure.objects.filter(pk=measure.pk).update(ends_on=date(2027, 3, 1))
    run_timers(datetime(2027, 1, 4, tzinfo=UTC))
    assert told("T4.first") == {"Samira", "Luc", "Maya", "Camille", "Paul"}
    row = Notification.objects.filter(kind=Kind.ENDING).first()
    assert row
    assert row.facts["day"] == "2027-03-01"


def test_a_protection_order_is_told_only_to_who_may_know_of_it(
    measure: Measure,
) -> None:
    put(measure, "active")
    SafetyContext.objects.filter(measure=measure).update(
        protection_order=True, protection_order_until=date(2027, 1, 15)
    )
    run_timers(datetime(2026, 12, 20, tzinfo=UTC))
    assert told("T7.protection") == {"Samira", "Luc", "Camille", "Paul"}  # not Maya
    rows = Notification.objects.filter(kind=Kind.ENDING)
    assert all("2027" not in str(row.facts) for row in rows)
    assert voids(list(rows)) == {}


def test_a_stale_waiting_time_is_asked_once_a_week_and_centre(measure: Measure) -> None:
    put(measure, "cancelled")
    centre = demo_centre(measure)
    for city in ("Rezé", "Orvault"):
        centre.sites.create(city=city)
    WaitingDeclaration.objects.update(declared_at=FRIDAY)
    rows = Notification.objects.filter(kind=Kind.WAITING_STALE, facts__centre=centre.pk)
    for days, owed in ((31, 1), (32, 1), (38, 2)):
        run_timers(FRIDAY + timedelta(days=days))
        assert [row.user.given_name for row in rows.all() if row.user] == [
            "Samira"
        ] * owed


def demo_centre(measure: Measure) -> Centre:
    return thread_of(measure).designation.centre


def test_a_reader_sees_who_was_told_and_who_is_next(
    measure: Measure, demo: Demo
) -> None:
    chain = chain_of(thread_of(measure))
    assert chain.taken == []
    assert [(r.step, r.day) for r in chain.to_come] == [
        ("T1.reminder", date(2026, 11, 25))
    ]
    run_timers(MANAGER)
    chain = chain_of(thread_of(measure))
    assert [rung.step for rung in chain.taken] == ["T1.reminder", "T1.manager"]
    assert [(r.step, r.day) for r in chain.to_come] == [
        ("T1.court", date(2026, 11, 28))
    ]
    reception.acknowledge_measure(measure, by=demo.people["samira"])
    chain = chain_of(thread_of(measure))
    assert [rung.step for rung in chain.taken] == ["T1.reminder", "T1.manager"]
    assert chain.to_come == []


def test_a_reply_ends_the_reminders_and_the_page_says_what_is_still_missing(
    measure: Measure, demo: Demo, sign_in: SignIn
) -> None:
    thread, samira = thread_of(measure), demo.people["samira"]
    post_messages([Draft(thread.pk, samira.pk, uuid4(), "Nous rappelons demain.")])
    chain = chain_of(thread_of(measure))
    assert (chain.to_come, bool(chain.wrote_at)) == ([], True)
    page = sign_in(samira).get(f"/fils/{thread.pk}").content.decode()
    assert 'id="c-chain"' in page
    reception.acknowledge_measure(measure, by=samira)
    assert not chain_of(thread_of(measure))


def test_a_reported_difficulty_says_when_the_court_is_reminded(
    measure: Measure, demo: Demo
) -> None:
    _report(measure, demo, Urgency.ANSWER_NEEDED)
    [rung] = chain_of(thread_of(measure)).to_come
    assert (rung.step, rung.day) == ("T6.days", date(2026, 11, 27))
    run_timers(FRIDAY + timedelta(days=9))
    chain = chain_of(thread_of(measure))
    assert [r.step for r in chain.taken] == ["T6.days"]
    assert chain.to_come == []


def test_the_page_shows_the_chain_to_both_sides(
    measure: Measure, demo: Demo, sign_in: SignIn
) -> None:
    run_timers(REMINDER)
    where = f"/fils/{thread_of(measure).pk}"
    for name in ("camille", "samira"):
        page = sign_in(demo.people[name]).get(where).content.decode()
        assert 'id="c-chain"' in page
    reception.acknowledge_measure(measure, by=demo.people["samira"])
    quiet = sign_in(demo.people["camille"]).get(f"/fils/{demo.threads[1].pk}")
    assert quiet.status_code == 200


def test_the_chain_costs_the_same_queries_however_long_it_is(measure: Measure) -> None:
    def queries() -> int:
        thread = thread_of(measure)
        with CaptureQueriesContext(connection) as seen:
            chain_of(thread)
        return len(seen)

    before = queries()
    run_timers(COURT_TOLD)
    assert queries() == before <= 4
