"""A summary that was taken up carries what it was written from, and nothing later."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from hub.actions.messages import post_messages
from hub.demo import Demo
from hub.models import Participant, Thread, User
from hub.posting import Draft, Posted
from notifications import batches, outbox, queue
from notifications.kinds import Frequency, Kind, Subject
from notifications.look import look
from notifications.models import Notification, Preference, State
from notifications.preferences import begin_hearing, end_hearing
from tests.notifications.moving import Clock


@pytest.fixture
def samira(demo: Demo) -> User:
    Thread.objects.update(look_at=None)
    Notification.objects.all().delete()
    heads = Thread.objects.filter(pk=OuterRef("thread")).values("last_seq")[:1]
    Participant.objects.update(notified_seq=Subquery(heads), read_seq=Subquery(heads))
    return demo.people["samira"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, timezone.now())


def owe(user: User, window: str, subject: Subject = Subject.CLOSURE) -> Notification:
    outbox.owe(Kind.TEST, [user], window=window, subject=subject)
    return Notification.objects.get(window=window)


def test_what_was_not_there_when_it_was_taken_up_does_not_end_with_it(
    samira: User,
) -> None:
    """Its transaction began before and ended after: on PostgreSQL nobody saw it."""
    Preference.objects.create(
        user=samira, frequencies={Subject.CLOSURE: Frequency.WEEKLY}
    )
    early = owe(samira, "early")
    assert early.digest is not None
    [held] = queue.claim(early.digest.due_at, 1)
    late = owe(samira, "late")
    assert queue.sent(held, "250", early.digest.due_at)
    for row in (early, late):
        row.refresh_from_db()
    assert (early.state, late.state) == (State.SENT, State.GATHERED)


def test_nothing_joins_what_a_summary_carries_that_is_on_its_way(
    samira: User, demo: Demo, clock: Clock
) -> None:
    Preference.objects.create(
        user=samira, frequencies={Subject.MESSAGE: Frequency.DAILY}
    )
    told = say_and_look(demo, clock)
    first = Notification.objects.get(user=samira, state=State.GATHERED)
    assert first.digest is not None
    clock.at(first.digest.due_at)
    [held] = [r for r in queue.claim(clock.now, 100) if r.kind == Kind.DIGEST]
    later = say_and_look(demo, clock)
    assert queue.sent(held, "250", clock.now)
    sent = Notification.objects.get(user=samira, kind=Kind.MESSAGES, state="sent")
    waits = Notification.objects.get(user=samira, state=State.GATHERED)
    assert (sent.last_seq, waits.last_seq) == (told, later)


def say_and_look(demo: Demo, clock: Clock) -> int:
    author = demo.people["camille"].pk
    draft = Draft(demo.threads[1].pk, author, uuid4(), "Bonjour")
    [outcome] = post_messages([draft])
    assert isinstance(outcome, Posted)
    clock.forward(seconds=settings.UNREAD_DELAY.total_seconds())
    while look(clock.now):
        pass
    return outcome.message.seq


def test_a_second_hearing_with_the_same_end_has_a_summary_of_its_own(
    samira: User, clock: Clock
) -> None:
    until = clock.now + timedelta(hours=2)
    begin_hearing(samira, until, clock.now)
    first = owe(samira, "first", Subject.AVAILABILITY)
    clock.forward(minutes=10)
    end_hearing(samira, clock.now)
    assert first.digest is not None
    [held] = queue.claim(clock.now, 1)
    assert queue.sent(held, "250", clock.now)
    clock.forward(minutes=10)
    begin_hearing(samira, until, clock.now)
    second = owe(samira, "second", Subject.AVAILABILITY)
    claimed = [batches.prepare(clock.now).claimed for _ in range(3)]
    assert claimed == [0, 0, 0], "it is taken up and put back for ever"
    second.refresh_from_db()
    assert second.digest is not None
    assert second.digest.pk != first.digest.pk
    assert second.digest.due_at == until
