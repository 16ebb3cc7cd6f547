"""The states of a row on its way out, and who may change them.

A row is held by one worker at a time, under a number (`attempts`) without which nobody
can end it: who was too slow, or died, changes nothing any more. What is owed is written
in notifications.outbox.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Coalesce

from hub.actions.alerts import mark_alerted
from notifications.kinds import Kind, Subject
from notifications.models import Notification, Reason, State, Transport
from notifications.recipients import Void
from notifications.transports.base import Busy, TransportError

# Minutes between two tries; the last one stays.
PAUSES = (1, 5, 15, 30, 60, 120, 240, 480, 720, 1440)
GIVEN_UP_AFTER = timedelta(hours=48)  # from the first try
RECENT = timedelta(hours=1)  # longer than a worker is away before another starts
END_ONE = """
UPDATE notifications_notification
SET state = %s, reason = %s, last_answer = %s, ended_at = %s
WHERE id = %s AND state = 'sending' AND attempts = %s
"""  # by hand: once for each mail, between two mails; the ORM's took four times as long


def due(now: datetime) -> QuerySet[Notification]:
    """Rows to take up: due ones, and those whose worker has not come back.

    What is urgent does not stand behind a morning's summaries.
    """
    ready = Q(state=State.WAITING, due_at__lte=now)
    lost = Q(state=State.SENDING, due_at__lte=now, lease_until__lt=now)
    urgent_first = Case(When(subject=Subject.URGENT, then=0), default=1)
    return Notification.objects.filter(ready | lost).order_by(urgent_first, "due_at")


def claim(now: datetime, count: int) -> list[Notification]:
    """Holds up to `count` rows, the longest due first. Nobody else gets the same."""
    if not due(now).exists():  # so that looking never takes SQLite's write lock
        return []
    until = now + timedelta(seconds=settings.MAIL.mail_lease_seconds)
    with transaction.atomic():
        locked = due(now).select_for_update(skip_locked=True, of=("self",), no_key=True)
        rows = list(locked.select_related("user", "centre")[:count])
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.SENDING,
            lease_until=until,
            attempts=F("attempts") + 1,
            first_tried_at=Coalesce("first_tried_at", now),
        )
        _take_along(rows, until)
    for row in rows:
        row.state, row.lease_until = State.SENDING, until
        row.attempts += 1
        row.first_tried_at = row.first_tried_at or now
    return rows


def sent(row: Notification, answer: str, now: datetime) -> bool:
    """The server took it. False: somebody else had ended it meanwhile.

    A digest takes its items along. Between the server's word and the end of this call a
    crash repeats the mail, so all else that follows from it waits (`note_alerts`).
    """
    if row.kind == Kind.DIGEST:
        with transaction.atomic():
            won = _end(row, State.SENT, "", answer, now)
            if won:
                _end_items(row, State.SENT, "", now)
        return won
    return _end(row, State.SENT, "", answer, now)


def note_alerts(rows: Iterable[Notification], now: datetime) -> None:
    """Writes down on the threads whom these mails told. A repeat changes nothing."""
    mark_alerted(
        [
            (row.thread_id, row.user_id, row.last_seq)
            for row in rows
            if row.kind == Kind.MESSAGES and row.transport == Transport.EMAIL
            if row.thread_id and row.user_id and row.last_seq
        ],
        now,
    )


def recover_alerts(now: datetime) -> None:
    """What a worker that died had sent and not noted; once, when one starts."""
    recent = Notification.objects.filter(
        kind=Kind.MESSAGES, state=State.SENT, ended_at__gt=now - RECENT
    )
    note_alerts(recent, now)


def drop(row: Notification, reason: Reason, now: datetime, by: str = "") -> None:
    """It is not owed any more; why is kept for the person to see."""
    with transaction.atomic():
        won = _held(row).update(state=State.DROPPED, reason=reason, by=by, ended_at=now)
        if won and row.kind == Kind.DIGEST:
            _end_items(row, State.DROPPED, reason, now)


def put_off(row: Notification, digest: Notification, reason: str) -> None:
    """It travels in that summary instead."""
    _held(row).update(
        state=State.GATHERED,
        digest=digest,
        reason=reason,
        due_at=digest.due_at,
        attempts=F("attempts") - 1,
        lease_until=None,
    )


def failed(row: Notification, error: TransportError, now: datetime) -> None:
    """Tried in vain: for later, or given up for a human to see."""
    if isinstance(error, Busy):
        release([row], now + timedelta(seconds=error.seconds))
        return
    if error.permanent:
        _give_up(row, Reason.REFUSED, error.reason, now)
        return
    assert row.first_tried_at is not None, "set when it was claimed"
    if row.first_tried_at + GIVEN_UP_AFTER <= now:
        _give_up(row, Reason.TOO_LONG, error.reason, now)
        return
    _held(row).update(
        state=State.WAITING,
        reason=Reason.TROUBLE,
        last_answer=error.reason,
        due_at=now + pause_after(row.attempts),
        lease_until=None,
    )


def broken(row: Notification, now: datetime) -> None:
    """It could not be written; others are not harmed."""
    _give_up(row, Reason.BROKEN, "", now)


def release(rows: Iterable[Notification], due_at: datetime) -> None:
    """Back, untried: this worker has to end, or a limit says not now."""
    for row in rows:
        _held(row).update(
            state=State.WAITING,
            due_at=due_at,
            attempts=F("attempts") - 1,
            lease_until=None,
        )


def rescue(now: datetime) -> int:
    """Items that came too late for their summary get one that is still to come."""
    late = Notification.objects.filter(state=State.GATHERED).exclude(
        digest__state__in=(State.WAITING, State.SENDING)
    )
    if not late.exists():
        return 0
    return late.update(state=State.WAITING, digest=None, due_at=now, lease_until=None)


def pause_after(attempts: int) -> timedelta:
    """Until the next try: longer each time, spread by up to a quarter."""
    minutes = PAUSES[min(attempts, len(PAUSES)) - 1]
    spread = random.uniform(0.75, 1)  # noqa: S311 (spreads load, no secret)
    return timedelta(minutes=minutes * spread)


def _give_up(row: Notification, reason: Reason, answer: str, now: datetime) -> None:
    state = State.DEAD
    if row.transport == Transport.PUSH:  # the mail beside it is what must arrive
        state, reason = State.DROPPED, Reason.GONE
    with transaction.atomic():
        won = _held(row).update(
            state=state, reason=reason, last_answer=answer, ended_at=now
        )
        if won and row.kind == Kind.DIGEST:
            _end_items(row, State.DEAD, reason, now)


def _end(
    row: Notification, state: State, reason: str, answer: str, now: datetime
) -> bool:
    """True if this worker was the one who ended it."""
    with connection.cursor() as cursor:
        cursor.execute(
            END_ONE,
            [
                state,
                reason,
                answer,
                connection.ops.adapt_datetimefield_value(now),
                row.pk if connection.vendor == "postgresql" else row.pk.hex,
                row.attempts,
            ],
        )
        return bool(cursor.rowcount == 1)


def _held(row: Notification) -> QuerySet[Notification]:
    """The row, while the number under which it was taken is still the last one."""
    return Notification.objects.filter(
        pk=row.pk, state=State.SENDING, attempts=row.attempts
    )


def drop_items(void: Mapping[Notification, Void], now: datetime) -> None:
    """Items of a summary that are owed no more; the others stay in it."""
    for item, why in void.items():
        Notification.objects.filter(pk=item.pk, state=State.GATHERED).update(
            state=State.DROPPED, reason=why.reason, by=why.by, ended_at=now
        )


def _take_along(rows: Sequence[Notification], until: datetime) -> None:
    """Marks what these summaries carry from now on, before anybody reads it: the
    looking worker lets nothing join it, and only this ends with its summary."""
    digests = [row.pk for row in rows if row.kind == Kind.DIGEST]
    if digests:
        items = Notification.objects.filter(digest__in=digests, state=State.GATHERED)
        items.update(lease_until=until)


def _end_items(digest: Notification, state: State, reason: str, now: datetime) -> None:
    """What the summary carried ends as it does. What came, or was committed, after it
    was taken up was not in it, and goes by the next one (`rescue`)."""
    items: QuerySet[Notification] = Notification.objects.filter(
        digest=digest, state=State.GATHERED, lease_until=digest.lease_until
    )
    items.update(state=state, reason=reason, ended_at=now)


def items_of(digests: Sequence[Notification]) -> list[Notification]:
    return list(
        Notification.objects.filter(digest__in=digests, state=State.GATHERED)
        .select_related("user", "centre")
        .order_by("created_at")
    )
