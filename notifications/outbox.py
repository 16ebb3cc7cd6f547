"""Writing what is owed: one row per recipient, thread and window, never twice.

Called inside the transaction of the cause. Rows are claimed and ended in
notifications.queue.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from hub.log_lines import fields
from hub.models import Centre, User
from notifications.kinds import SUBJECTS, Frequency, Kind, Subject
from notifications.models import Notification, Reason, State, Transport
from notifications.models import key_of as key_of
from notifications.moments import Slot, Times, slot_for, times_of
from notifications.push import add_push

# Below hub.access, so that ACCESS_LOG turns these lines on and off with the others.
traces = logging.getLogger("hub.access.mails")

# Something may be due now. Sent after the commit; the worker of this process listens.
woken = Signal()


@dataclass(frozen=True)
class Owed:
    """What is owed to whom. `window` makes it unique: a second time is no second row.

    `facts`: codes, ids and numbers only.
    """

    kind: Kind
    window: str
    user: UUID | None = None
    centre: int | None = None  # its functional mailbox
    thread: UUID | None = None
    subject: Subject | None = None  # else the kind's
    first_seq: int | None = None
    last_seq: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None  # else now

    @property
    def about(self) -> Subject:
        return self.subject or SUBJECTS[self.kind]


def owe(
    kind: Kind,
    people: Iterable[User | UUID],
    *,
    window: str,
    thread: UUID | None = None,
    facts: dict[str, Any] | None = None,
    subject: Subject | None = None,
) -> None:
    """Owes the same thing to many people, each at the time they chose."""
    ids = [one.pk if isinstance(one, User) else one for one in people]
    write(
        Owed(kind, window, user=one, thread=thread, subject=subject, facts=facts or {})
        for one in ids
    )


def owe_mailbox(
    kind: Kind,
    centre: Centre,
    *,
    window: str,
    thread: UUID | None = None,
    facts: dict[str, Any] | None = None,
    subject: Subject | None = None,
) -> None:
    """Owes it to the functional mailbox of a centre, at once."""
    write(
        [
            Owed(
                kind,
                window,
                centre=centre.pk,
                thread=thread,
                subject=subject,
                facts=facts or {},
            )
        ]
    )


def write(owed: Iterable[Owed], now: datetime | None = None) -> int:
    """Stores what is owed and not stored yet; returns how many rows were asked for.

    What a person wants in a summary goes there, what they never want is kept as not
    sent. Constant queries.
    """
    now = now or timezone.now()
    wanted = list(owed)
    times = times_of({one.user for one in wanted if one.user})
    rows, slots = [], {}
    for one in wanted:
        mine = times.get(one.user, Times()) if one.user else None
        row = _row(one, mine, now)
        slot = mine and slot_for(mine, one.about, row.due_at)
        if slot and row.state == State.WAITING:
            slots[row.pk] = (row.user_id, slot)
        rows.append(row)
    digests = digests_for(slots.values(), now)
    for row in rows:
        if row.pk in slots:
            user, slot = slots[row.pk]
            gather(row, digests[user, slot.window], slot)
    rows += add_push(rows)
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(partial(_stored_for, rows))
    return len(wanted)


def _stored_for(rows: list[Notification]) -> None:
    """The log connects the cause (the id of its request) with the mail (its row)."""
    for row in rows:
        told = fields(notification=row.pk, kind=row.kind, thread=row.thread_id)
        told["fields"] |= {"first_seq": row.first_seq, "last_seq": row.last_seq}
        traces.info("Owed: %s", row.pk, extra=told)
    woken.send(None)


def digests_for(
    slots: Iterable[tuple[UUID | None, Slot]], now: datetime
) -> dict[tuple[UUID | None, str], Notification]:
    """The summary of each (person, slot), by person and window, whoever wrote it
    first. Two queries, and two more where a summary left before its moment.

    A hearing that was ended early, or another zone, makes a summary leave early. What
    comes for the same slot later has another one: put into the first, it would be
    taken out and put back without end.
    """
    wanted = {(user, slot.window): _digest(user, slot, now) for user, slot in slots}
    found: dict[tuple[UUID | None, str], Notification] = {}
    times = 1
    while wanted:
        stored = _stored(wanted.values())
        found |= {key: stored[digest.key] for key, digest in wanted.items()}
        times += 1
        wanted = {
            key: _next_of_slot(digest, key[1], times)
            for key, digest in wanted.items()
            if _left_early(stored[digest.key], digest.due_at)
        }
    return found


def gather(row: Notification, digest: Notification, slot: Slot) -> None:
    """Lets the row travel in that summary; not saved."""
    row.state, row.digest, row.due_at = State.GATHERED, digest, slot.due_at
    row.reason = slot.reason or ""


def _row(one: Owed, times: Times | None, now: datetime) -> Notification:
    row = Notification(
        user_id=one.user,
        centre_id=one.centre,
        thread_id=one.thread,
        kind=one.kind,
        subject=one.about,
        window=one.window,
        key=key_of(Transport.EMAIL, one.user or one.centre, one.thread, one.window),
        first_seq=one.first_seq,
        last_seq=one.last_seq,
        facts=one.facts,
        due_at=one.due_at or now,
        created_at=now,
    )
    if times and times.frequency(one.about) == Frequency.NEVER:
        row.state, row.reason, row.ended_at = State.DROPPED, Reason.NEVER, now
    return row


def _stored(digests: Iterable[Notification]) -> dict[str, Notification]:
    """By key, whoever wrote them first. In one order, so that two who write the same
    ones cannot wait for each other."""
    ordered = sorted(digests, key=lambda digest: digest.key)
    Notification.objects.bulk_create(ordered, ignore_conflicts=True)
    keys = [digest.key for digest in ordered]
    return {row.key: row for row in Notification.objects.filter(key__in=keys)}


def _left_early(digest: Notification, due_at: datetime) -> bool:
    return digest.ended_at is not None and digest.ended_at < due_at


def _next_of_slot(digest: Notification, window: str, times: int) -> Notification:
    """The second, third... summary that a slot needs."""
    digest.pk, digest.window = uuid4(), f"{window}/{times}"
    digest.key = key_of(Transport.EMAIL, digest.user_id, None, digest.window)
    return digest


def _digest(user: UUID | None, slot: Slot, now: datetime) -> Notification:
    return Notification(
        user_id=user,
        kind=Kind.DIGEST,
        subject=SUBJECTS[Kind.DIGEST],
        window=slot.window,
        key=key_of(Transport.EMAIL, user, None, slot.window),
        due_at=slot.due_at,
        created_at=now,
    )
