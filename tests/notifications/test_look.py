"""Who is owed word of what: unread is the outbox, judged when a thread is due."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions.absences import enter_absence
from hub.actions.assignments import release_charge, take_charge
from hub.actions.messages import acknowledge, mark_read, post_messages
from hub.actions.reception import ask_information
from hub.calendar import today_in
from hub.demo import Demo
from hub.models import Message, Participant, Thread, User
from hub.posting import Draft, Posted
from notifications import look as look_module
from notifications.kinds import Subject
from notifications.look import Findings, look
from notifications.models import Notification, Reason, State
from tests.notifications.moving import Clock

DELAY = settings.UNREAD_DELAY
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, demo: Demo) -> Clock:
    """From now on; what the demonstration itself said is told and done with."""
    Thread.objects.update(look_at=None)
    heads = Thread.objects.filter(pk=OuterRef("thread")).values("last_seq")[:1]
    Participant.objects.update(notified_seq=Subquery(heads), read_seq=Subquery(heads))
    return Clock(monkeypatch, timezone.now())


def say(demo: Demo, key: str, body: str = "Bonjour", **more: object) -> Message:
    author = demo.people[key].pk
    draft = Draft(demo.threads[1].pk, author, uuid4(), body, **more)  # type: ignore[arg-type]
    [outcome] = post_messages([draft])
    assert isinstance(outcome, Posted), outcome
    return outcome.message


def rows_of(user: User) -> list[Notification]:
    return list(
        Notification.objects.filter(user=user).order_by("created_at", "first_seq")
    )


def look_on(clock: Clock) -> None:
    while look(clock.now):
        pass


def test_nobody_is_owed_anything_before_the_delay_is_over(
    demo: Demo, clock: Clock
) -> None:
    samira = demo.people["samira"]
    message = say(demo, "camille")
    clock.forward(seconds=DELAY.total_seconds() - 1)
    look_on(clock)
    assert rows_of(samira) == []
    clock.forward(seconds=1)
    look_on(clock)
    [row] = rows_of(samira)
    assert (row.state, row.first_seq, row.last_seq) == (
        State.WAITING,
        message.seq,
        message.seq,
    )
    assert rows_of(demo.people["camille"]) == []


def test_what_was_read_in_time_is_not_owed(demo: Demo, clock: Clock) -> None:
    samira, luc = demo.people["samira"], demo.people["luc"]
    message = say(demo, "camille")
    mark_read(samira, message.thread_id, message.seq)
    clock.at(message.at + DELAY)
    look_on(clock)
    assert rows_of(samira) == []
    assert len(rows_of(luc)) == 1


def test_the_own_side_is_not_mailed(demo: Demo, clock: Clock) -> None:
    say(demo, "camille")
    clock.forward(seconds=DELAY.total_seconds())
    look_on(clock)
    assert rows_of(demo.people["samira"])
    assert rows_of(demo.people["paul"]) == []


def test_urgent_and_acknowledgement_are_owed_at_once(demo: Demo, clock: Clock) -> None:
    say(demo, "camille", urgent="audience demain")
    look_on(clock)
    [row] = rows_of(demo.people["samira"])
    assert row.subject == Subject.URGENT
    say(demo, "camille", needs_ack=True)
    look_on(clock)
    assert [r.subject for r in rows_of(demo.people["samira"])] == [Subject.URGENT]
    assert rows_of(demo.people["samira"])[0].last_seq == row.last_seq + 1


def test_later_messages_join_a_mail_that_nobody_has_taken(
    demo: Demo, clock: Clock
) -> None:
    first = say(demo, "camille")
    clock.forward(seconds=DELAY.total_seconds() - 5)
    second = say(demo, "camille", "Encore")
    clock.at(first.at + DELAY)
    look_on(clock)
    [row] = rows_of(demo.people["samira"])
    assert (row.first_seq, row.last_seq) == (first.seq, second.seq)
    third = say(demo, "camille", "Et encore", needs_ack=True)
    look_on(clock)
    one, two = rows_of(demo.people["samira"])
    assert (one.last_seq, two.first_seq) == (second.seq, third.seq)


def test_presence_puts_off_and_never_cancels(demo: Demo, clock: Clock) -> None:
    samira = demo.people["samira"]
    message = say(demo, "camille")
    presence = timedelta(seconds=settings.MAIL.presence_delay_seconds)
    while clock.now < message.at + DELAY + presence:
        User.objects.filter(pk=samira.pk).update(seen_at=clock.now)
        assert rows_of(samira) == []
        look_on(clock)
        clock.forward(seconds=30)
    look_on(clock)
    assert len(rows_of(samira)) == 1
    assert Thread.objects.get(pk=message.thread_id).look_at is None


def test_who_left_is_told_soon_after_their_last_sign(demo: Demo, clock: Clock) -> None:
    samira = demo.people["samira"]
    message = say(demo, "camille")
    clock.at(message.at + DELAY)
    User.objects.filter(pk=samira.pk).update(seen_at=clock.now - SECOND)
    look_on(clock)
    assert rows_of(samira) == []
    later = Thread.objects.get(pk=message.thread_id).look_at
    assert later is not None
    assert clock.now < later <= clock.now + timedelta(seconds=90)
    clock.at(later)
    look_on(clock)
    assert len(rows_of(samira)) == 1


def test_a_colleague_who_answers_spares_the_others_a_mail(
    demo: Demo, clock: Clock
) -> None:
    message = say(demo, "camille")
    say(demo, "luc", "C'est noté")
    clock.at(message.at + DELAY)
    look_on(clock)
    [row] = rows_of(demo.people["samira"])
    assert (row.state, row.reason) == (State.DROPPED, Reason.ANSWERED)
    assert row.by == demo.people["luc"].name
    assert rows_of(demo.people["luc"]) == []


def test_who_took_charge_is_the_one_who_is_mailed(demo: Demo, clock: Clock) -> None:
    take_charge(demo.people["luc"], demo.threads[1].pk)
    message = say(demo, "camille")
    clock.at(message.at + DELAY)
    look_on(clock)
    [row] = rows_of(demo.people["samira"])
    assert (row.state, row.reason, row.by) == (
        State.DROPPED,
        Reason.TAKEN_CHARGE,
        demo.people["luc"].name,
    )
    [row] = rows_of(demo.people["luc"])
    assert row.state == State.WAITING
    say(demo, "camille", urgent="incident")
    look_on(clock)
    assert State.WAITING in [r.state for r in rows_of(demo.people["samira"])]


def test_an_acknowledgement_by_a_colleague_is_enough(demo: Demo, clock: Clock) -> None:
    message = say(demo, "camille", needs_ack=True)
    acknowledge(demo.people["luc"], message.thread_id, message.seq)
    look_on(clock)
    [row] = rows_of(demo.people["samira"])
    assert (row.state, row.reason) == (State.DROPPED, Reason.ANSWERED)


def test_who_is_away_is_not_mailed_when_a_substitute_is(
    demo: Demo, clock: Clock
) -> None:
    samira, luc = demo.people["samira"], demo.people["luc"]
    enter_absence(
        samira,
        first_day=today_in(),
        last_day=today_in() + timedelta(days=1),  # it may soon be midnight
        substitute=luc.places[0],
        by=samira,
    )
    message = say(demo, "camille")
    clock.at(message.at + DELAY)
    look_on(clock)
    [left] = [r for r in rows_of(samira) if r.first_seq]
    assert (left.state, left.reason, left.by) == (
        State.DROPPED,
        Reason.ABSENT,
        luc.name,
    )
    assert [r.state for r in rows_of(luc) if r.first_seq] == [State.WAITING]


def test_a_second_mail_about_a_thread_nobody_visits_waits(
    demo: Demo, clock: Clock
) -> None:
    samira = demo.people["samira"]
    say(demo, "camille")
    clock.forward(seconds=DELAY.total_seconds())
    look_on(clock)
    Notification.objects.filter(user=samira).update(
        state=State.SENT, ended_at=clock.now
    )
    mailed = clock.now
    clock.forward(seconds=60)
    say(demo, "camille", "Encore")
    clock.forward(seconds=DELAY.total_seconds())
    look_on(clock)
    assert len(rows_of(samira)) == 1
    clock.at(mailed + timedelta(seconds=settings.MAIL.unread_again_seconds))
    look_on(clock)
    assert len(rows_of(samira)) == 2


def test_nobody_is_owed_word_of_a_sealed_thread(demo: Demo, clock: Clock) -> None:
    message = say(demo, "camille")
    Thread.objects.filter(pk=message.thread_id).update(state="sealed")
    clock.at(message.at + DELAY)
    look_on(clock)
    assert rows_of(demo.people["samira"]) == []
    assert Thread.objects.get(pk=message.thread_id).look_at is None


def test_looking_costs_the_same_for_one_thread_and_for_two(
    demo: Demo, clock: Clock
) -> None:
    counts = []
    for threads in ([1], [0, 1]):
        Notification.objects.all().delete()
        for number in threads:
            author = demo.people["camille"].pk
            draft = Draft(demo.threads[number].pk, author, uuid4(), "Bonjour")
            post_messages([draft])
        clock.forward(days=1)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert look(clock.now)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_once_nobody_answers_for_it_the_others_are_told_after_all(
    demo: Demo, clock: Clock
) -> None:
    luc, samira = demo.people["luc"], demo.people["samira"]
    take_charge(luc, demo.threads[1].pk)
    message = say(demo, "camille")
    clock.at(message.at + DELAY)
    look_on(clock)
    assert [row.state for row in rows_of(samira)] == [State.DROPPED]
    release_charge(luc, demo.threads[1].pk)
    look_on(clock)
    told = rows_of(samira)[-1]
    assert {row.state for row in rows_of(samira)} == {State.DROPPED, State.WAITING}
    assert told.first_seq == message.seq


def test_an_act_and_its_line_are_told_once(demo: Demo, clock: Clock) -> None:
    measure = demo.threads[1].designation.measure
    ask_information(measure, body="Il manque la page 2.", by=demo.people["samira"])
    look_on(clock)
    told = [row.first_seq for row in rows_of(demo.people["camille"])]
    Notification.objects.update(state=State.SENT, ended_at=clock.now)
    say(demo, "samira", "Merci")
    clock.forward(days=1)
    look_on(clock)
    rows = rows_of(demo.people["camille"])
    later = [row for row in rows if row.first_seq not in told]
    assert len(told) == 1
    assert [row.subject for row in later] == [Subject.MESSAGE]
    last = Message.objects.filter(thread=demo.threads[1]).latest("seq")
    assert later[0].first_seq == last.seq


def test_a_thread_that_cannot_be_judged_holds_back_no_other(
    demo: Demo, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = say(demo, "camille")
    bad = demo.threads[0].pk
    post_messages([Draft(bad, demo.people["camille"].pk, uuid4(), "Bonjour")])
    clock.at(message.at + DELAY)
    find = look_module._find

    def fail(threads: list[Thread], now: datetime) -> Findings:
        if bad in [thread.pk for thread in threads]:
            raise ValueError
        return find(threads, now)

    monkeypatch.setattr(look_module, "_find", fail)
    look_on(clock)
    assert [row.thread_id for row in rows_of(demo.people["samira"])] == [
        message.thread_id
    ]
    assert Thread.objects.get(pk=bad).look_at == clock.now + timedelta(hours=1)
