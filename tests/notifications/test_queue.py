"""Rows on their way out: held by one worker, ended once, given up in the end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hub.demo import Demo
from notifications import batches, outbox, queue
from notifications.kinds import Frequency, Kind, Subject
from notifications.models import Notification, Preference, Reason, State
from notifications.transports import guard
from notifications.transports.base import Busy, TransportError

HOUR = timedelta(hours=1)


def owed(demo: Demo, *windows: str, subject: Subject | None = None) -> None:
    samira = demo.people["samira"]
    for window in windows:
        outbox.owe(Kind.TEST, [samira], window=window, subject=subject)


def row(window: str) -> Notification:
    return Notification.objects.get(window=window)


def test_a_second_time_the_same_is_owed_makes_no_second_row(demo: Demo) -> None:
    owed(demo, "once", "once")
    assert Notification.objects.filter(window="once").count() == 1


def test_what_one_worker_holds_no_other_gets(demo: Demo) -> None:
    owed(demo, "a", "b")
    now = timezone.now()
    assert len(queue.claim(now, 1)) == 1
    assert len(queue.claim(now, 5)) == 1
    assert queue.claim(now, 5) == []


def test_a_lost_worker_s_mail_is_taken_up_and_only_the_second_ends_it(
    demo: Demo,
) -> None:
    owed(demo, "a")
    now = timezone.now()
    [first] = queue.claim(now, 1)
    [second] = queue.claim(now + HOUR, 1)
    assert second.attempts == 2
    assert not queue.sent(first, "250", now)
    queue.drop(first, Reason.READ, now)
    assert row("a").state == State.SENDING
    assert queue.sent(second, "250 2.0.0", now)
    assert (row("a").state, row("a").last_answer) == (State.SENT, "250 2.0.0")


def test_what_is_refused_for_good_is_given_up_for_a_human_to_see(demo: Demo) -> None:
    owed(demo, "a")
    [held] = queue.claim(timezone.now(), 1)
    error = TransportError("smtp 550 5.1.1", permanent=True)
    queue.failed(held, error, timezone.now())
    assert (row("a").state, row("a").reason) == (State.DEAD, Reason.REFUSED)


def test_trouble_is_tried_again_later_and_later_for_two_days(demo: Demo) -> None:
    owed(demo, "a")
    now, pauses = timezone.now(), []
    for _attempt in range(30):
        claimed = queue.claim(now, 1)
        if not claimed:
            break
        queue.failed(claimed[0], TransportError("smtp 451", permanent=False), now)
        pauses.append(row("a").due_at - now)
        now = max(row("a").due_at, now)
    assert (row("a").state, row("a").reason) == (State.DEAD, Reason.TOO_LONG)
    first = row("a").first_tried_at
    assert first is not None
    assert now - first >= timedelta(hours=48)
    assert pauses[0] <= timedelta(minutes=1)
    assert max(pauses) > timedelta(hours=6)


def test_a_limit_of_our_own_is_no_attempt(demo: Demo) -> None:
    owed(demo, "a")
    now = timezone.now()
    [held] = queue.claim(now, 1)
    queue.failed(held, Busy("too many", 30), now)
    assert (row("a").state, row("a").attempts) == (State.WAITING, 0)
    assert queue.claim(now + timedelta(seconds=29), 1) == []
    assert len(queue.claim(now + timedelta(seconds=31), 1)) == 1


def test_what_is_urgent_goes_first_however_much_waits(demo: Demo) -> None:
    owed(demo, "a", "b")
    owed(demo, "urgent", subject=Subject.URGENT)
    now = timezone.now()
    Notification.objects.filter(window="urgent").update(due_at=now)
    assert [held.window for held in queue.claim(now, 1)] == ["urgent"]


def test_while_mail_is_held_back_nothing_is_taken_up(demo: Demo) -> None:
    owed(demo, "a")
    guard.pause("a trial")
    assert batches.prepare(timezone.now()).claimed == 0
    guard.resume()
    assert batches.prepare(timezone.now()).claimed > 0


def weekly(demo: Demo, subject: Subject) -> None:
    Preference.objects.update_or_create(
        user=demo.people["samira"],
        defaults={"frequencies": {subject: Frequency.WEEKLY}},
    )


def test_what_is_wanted_in_a_summary_leaves_in_one_mail(demo: Demo) -> None:
    weekly(demo, Subject.CLOSURE)
    owed(demo, "a", "b", subject=Subject.CLOSURE)
    digest = Notification.objects.get(kind=Kind.DIGEST)
    assert {row("a").digest_id, row("b").digest_id} == {digest.pk}
    assert batches.prepare(timezone.now()).claimed == 0 or not is_held("a")
    [held] = [r for r in queue.claim(digest.due_at, 100) if r.pk == digest.pk]
    assert queue.sent(held, "250", digest.due_at)
    assert [row("a").state, row("b").state] == [State.SENT, State.SENT]


def test_a_summary_with_nothing_left_to_say_is_not_sent(demo: Demo) -> None:
    weekly(demo, Subject.CLOSURE)
    owed(demo, "a", subject=Subject.CLOSURE)
    digest = Notification.objects.get(kind=Kind.DIGEST)
    samira = demo.people["samira"]
    type(samira).objects.filter(pk=samira.pk).update(is_active=False)
    batches.prepare(digest.due_at)
    assert (row("a").state, row("a").reason) == (State.DROPPED, Reason.INACTIVE)
    digest.refresh_from_db()
    assert digest.state == State.DROPPED


def test_what_came_too_late_for_its_summary_goes_by_the_next(demo: Demo) -> None:
    weekly(demo, Subject.CLOSURE)
    owed(demo, "a", subject=Subject.CLOSURE)
    missed = Notification.objects.get(kind=Kind.DIGEST)
    Notification.objects.filter(pk=missed.pk).update(state=State.SENT)
    batches.prepare(missed.due_at + timedelta(seconds=1))
    late = row("a")
    assert late.state == State.GATHERED
    assert late.digest is not None
    assert late.digest.due_at == missed.due_at + timedelta(days=7)


def is_held(window: str) -> bool:
    return row(window).state == State.SENDING


@pytest.fixture(autouse=True)
def _nothing_else_is_owed(demo: Demo) -> None:
    demo.threads[0].__class__.objects.update(look_at=None)
    Notification.objects.all().delete()


def test_a_summary_that_falls_into_a_hearing_waits_for_its_end(demo: Demo) -> None:
    weekly(demo, Subject.CLOSURE)
    owed(demo, "a", subject=Subject.CLOSURE)
    digest = Notification.objects.get(kind=Kind.DIGEST)
    until = digest.due_at + timedelta(hours=2)
    Preference.objects.update(hearing_until=until)
    assert batches.prepare(digest.due_at).letters == []
    digest.refresh_from_db()
    assert (digest.state, digest.due_at) == (State.WAITING, until)
    assert batches.prepare(until).claimed == 1


def test_what_comes_while_a_summary_is_on_its_way_is_not_ended_with_it(
    demo: Demo,
) -> None:
    weekly(demo, Subject.CLOSURE)
    owed(demo, "a", subject=Subject.CLOSURE)
    digest = Notification.objects.get(kind=Kind.DIGEST)
    [held] = queue.claim(digest.due_at, 1)
    owed(demo, "b", subject=Subject.CLOSURE)
    Notification.objects.filter(window="b").update(
        created_at=digest.due_at + timedelta(seconds=1)
    )
    assert queue.sent(held, "250", digest.due_at + timedelta(seconds=2))
    assert (row("a").state, row("b").state) == (State.SENT, State.GATHERED)


def test_one_row_that_nobody_can_judge_holds_back_no_other(demo: Demo) -> None:
    samira = demo.people["samira"]
    outbox.owe(Kind.TEST, [samira], window="good")
    owed(demo, "bad")
    Notification.objects.filter(window="bad").update(
        kind=Kind.WAITING_STALE, facts={"centre": "no number"}
    )
    [letter] = batches.prepare(timezone.now()).letters
    assert letter.row.window == "good"
    assert (row("bad").state, row("bad").reason) == (State.DEAD, Reason.BROKEN)


def test_a_waiting_time_to_confirm_is_asked_in_a_mail_of_its_own(demo: Demo) -> None:
    """A summary has no link that confirms it."""
    owed(demo, "T5", subject=Subject.WAITING)
    assert (row("T5").state, row("T5").digest) == (State.WAITING, None)
