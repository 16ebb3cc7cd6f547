"""Who was left untold because of a colleague is told once the colleague is gone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from hub.actions.absences import enter_absence, take_back
from hub.actions.assignments import release_charge, take_charge
from hub.actions.departures import pass_on
from hub.actions.messages import acknowledge, post_messages
from hub.calendar import today_in
from hub.demo import Demo
from hub.models import Message, Participant, Thread, User
from hub.posting import Draft, Posted
from notifications import batches
from notifications.look import look
from notifications.models import Notification, Reason, State
from tests.notifications.moving import Clock

DELAY = settings.UNREAD_DELAY


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, demo: Demo) -> Clock:
    """From now on; what the demonstration itself said is told and done with."""
    Thread.objects.update(look_at=None)
    Notification.objects.all().delete()
    heads = Thread.objects.filter(pk=OuterRef("thread")).values("last_seq")[:1]
    Participant.objects.update(notified_seq=Subquery(heads), read_seq=Subquery(heads))
    return Clock(monkeypatch, timezone.now())


def say(demo: Demo, body: str = "Bonjour", **more: object) -> Message:
    author = demo.people["camille"].pk
    draft = Draft(demo.threads[1].pk, author, uuid4(), body, **more)  # type: ignore[arg-type]
    [outcome] = post_messages([draft])
    assert isinstance(outcome, Posted), outcome
    return outcome.message


def look_on(clock: Clock) -> None:
    while look(clock.now):
        pass


def waiting(user: User, seq: int) -> list[Notification]:
    """What will tell this person of that message."""
    return list(
        Notification.objects.filter(
            user=user,
            state__in=(State.WAITING, State.GATHERED),
            first_seq__lte=seq,
            last_seq__gte=seq,
        )
    )


def test_what_was_dropped_on_its_way_is_told_when_the_charge_is_released(
    demo: Demo, clock: Clock
) -> None:
    luc, samira = demo.people["luc"], demo.people["samira"]
    message = say(demo)
    clock.at(message.at + DELAY)
    look_on(clock)
    [row] = waiting(samira, message.seq)
    take_charge(luc, message.thread_id)
    batches.prepare(clock.now)
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.DROPPED, Reason.TAKEN_CHARGE)
    release_charge(luc, message.thread_id)
    look_on(clock)
    assert len(waiting(samira, message.seq)) == 1


def test_what_was_left_with_something_answered_is_told_too(
    demo: Demo, clock: Clock
) -> None:
    luc, samira = demo.people["luc"], demo.people["samira"]
    take_charge(luc, demo.threads[1].pk)
    message = say(demo)
    asked = say(demo, needs_ack=True)
    acknowledge(luc, asked.thread_id, asked.seq)
    clock.at(message.at + DELAY)
    look_on(clock)
    assert waiting(samira, message.seq) == []
    release_charge(luc, message.thread_id)
    look_on(clock)
    assert len(waiting(samira, message.seq)) == 1


def test_whoever_leaves_the_organisation_leaves_nothing_untold(
    demo: Demo, clock: Clock
) -> None:
    luc, samira = demo.people["luc"], demo.people["samira"]
    take_charge(luc, demo.threads[1].pk)
    message = say(demo)
    clock.at(message.at + DELAY)
    look_on(clock)
    assert waiting(samira, message.seq) == []
    pass_on(luc.places[0])
    look_on(clock)
    assert len(waiting(samira, message.seq)) == 1


def away(demo: Demo) -> int:
    """Samira is away today and, as it may soon be midnight, tomorrow; Luc replaces her."""
    samira, luc = demo.people["samira"], demo.people["luc"]
    absence = enter_absence(
        samira,
        first_day=today_in(),
        last_day=today_in() + timedelta(days=1),
        substitute=luc.places[0],
        by=samira,
    )
    return absence.pk


def test_who_takes_an_absence_back_is_told_of_what_nobody_read_to_them(
    demo: Demo, clock: Clock
) -> None:
    samira = demo.people["samira"]
    absence = away(demo)
    message = say(demo)
    clock.at(message.at + DELAY)
    look_on(clock)
    assert waiting(samira, message.seq) == []
    take_back(absence, by=samira)
    look_on(clock)
    assert len(waiting(samira, message.seq)) == 1


def test_a_substitute_is_owed_what_was_left_to_the_absent_person(
    demo: Demo, clock: Clock
) -> None:
    samira, luc = demo.people["samira"], demo.people["luc"]
    take_charge(samira, demo.threads[1].pk)
    message = say(demo)
    clock.at(message.at + DELAY)
    look_on(clock)
    assert waiting(luc, message.seq) == []
    away(demo)
    look_on(clock)
    assert len(waiting(luc, message.seq)) == 1


def test_who_takes_over_from_a_colleague_is_told_of_what_they_were_spared(
    demo: Demo, clock: Clock
) -> None:
    samira, luc = demo.people["samira"], demo.people["luc"]
    take_charge(luc, demo.threads[1].pk)
    message = say(demo)
    clock.at(message.at + settings.UNREAD_DELAY)
    look_on(clock)
    assert not waiting(samira, message.seq)
    take_charge(samira, message.thread_id, over=True)
    look_on(clock)
    assert waiting(samira, message.seq)
