"""From due rows to letters ready for the wire, many at once; each step in sync code.

Claims, looks again, ends what is not owed, has the rest written. The worker only has
to carry what is left.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError

from notifications import again, letters, outbox, push, queue
from notifications.again import Verdict
from notifications.kinds import Kind
from notifications.letters import LetterFailed, NothingToSay
from notifications.models import Notification, Reason, Transport
from notifications.transports.base import Parcel
from notifications.transports.guard import is_paused

AT_ONCE = 100  # rows in hand; those not yet on the wire go back when the worker ends
FRESH = timedelta(seconds=1)  # longer in the line: looked at once more

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    row: Notification
    parcel: Parcel
    at: datetime  # when it was last looked at


@dataclass(frozen=True)
class Batch:
    """`claimed`: how many rows were due, whatever became of them."""

    claimed: int = 0
    letters: Sequence[Letter] = field(default_factory=list)


def prepare(now: datetime) -> Batch:
    """The next letters. Rows that are not owed any more have ended when it returns."""
    if is_paused():
        return Batch()
    queue.rescue(now)
    rows = queue.claim(now, AT_ONCE)
    if not rows:
        return Batch()
    return Batch(len(rows), _ready(rows, now))


def is_fresh(letter: Letter, now: datetime) -> bool:
    return now - letter.at < FRESH


def is_held_too_long(letter: Letter, now: datetime) -> bool:
    """Another worker could take it up while it is on the wire."""
    lease = letter.row.lease_until
    return lease is not None and now + longest_send() > lease


def longest_send() -> timedelta:
    """The carrier gives up before; so a lease of any length outlasts a mail."""
    return timedelta(seconds=min(60, settings.MAIL.mail_lease_seconds / 2))


def is_still_owed(letter: Letter, now: datetime) -> bool:
    """Looks at one row once more; ends it if not."""
    return bool(_end_void([letter.row], now))


def _ready(rows: Sequence[Notification], now: datetime) -> list[Letter]:
    """The letters of these rows; what stops them all is looked for one by one.

    The longest due come first each time, so that one row which nobody can judge would
    hold back the same others for ever. Whatever was ended before is not ended twice.
    """
    try:
        return _written(_end_void(rows, now), now)
    except (OperationalError, InterfaceError):  # says nothing about any row
        raise
    except Exception as error:  # the top of a loop: one bad row must not stop others
        if len(rows) > 1:
            return [letter for row in rows for letter in _ready([row], now)]
        logger.error("A row of kind %s failed: %s", rows[0].kind, type(error).__name__)
        queue.broken(rows[0], now)
        return []


def _end_void(rows: Sequence[Notification], now: datetime) -> list[Notification]:
    """Ends or puts off what must not leave now; returns the others."""
    verdicts = again.look_again(rows, now)
    verdicts |= _empty_digests([row for row in rows if row.pk not in verdicts], now)
    # A push does not wait for a summary: the mail beside it travels there.
    put_off = [(r, v) for r in rows if (v := verdicts.get(r.pk)) and _waits(r, v)]
    _put_off(put_off, now)
    for row in rows:
        verdict = verdicts.get(row.pk)
        if verdict and verdict.until:
            queue.release([row], verdict.until)
        elif verdict and not _waits(row, verdict):
            queue.drop(row, verdict.reason, now, verdict.by)
    return [row for row in rows if row.pk not in verdicts]


def _waits(row: Notification, verdict: Verdict) -> bool:
    return verdict.slot is not None and row.transport == Transport.EMAIL


def _empty_digests(rows: Sequence[Notification], now: datetime) -> dict[UUID, Verdict]:
    """Takes void items out of summaries; one without any other is not sent."""
    digests = [row for row in rows if row.kind == Kind.DIGEST]
    if not digests:
        return {}
    items = queue.items_of(digests)
    void = again.void_rows(items)
    queue.drop_items({item: void[item.pk] for item in items if item.pk in void}, now)
    full = {item.digest_id for item in items if item.pk not in void}
    return {d.pk: Verdict(Reason.EMPTY) for d in digests if d.pk not in full}


def _put_off(put_off: list[tuple[Notification, Verdict]], now: datetime) -> None:
    slots = [(row.user_id, v.slot) for row, v in put_off if v.slot]
    digests = outbox.digests_for(slots, now)
    for row, verdict in put_off:
        assert verdict.slot is not None
        digest = digests[row.user_id, verdict.slot.window]
        queue.put_off(row, digest, verdict.slot.reason or "")


def _written(rows: Sequence[Notification], now: datetime) -> list[Letter]:
    """What cannot be written is given up for a human to see; the others go."""
    mails = [row for row in rows if row.transport == Transport.EMAIL]
    pushes = [row for row in rows if row.transport == Transport.PUSH]
    parcels = {**letters.write(mails, now), **push.write(pushes)}
    ready = []
    for row in rows:
        parcel = parcels.get(row.pk)
        if parcel is None:  # its device is turned off, or somebody else's by now
            queue.drop(row, Reason.GONE, now)
        elif isinstance(parcel, NothingToSay):
            queue.drop(row, Reason.EMPTY, now)
        elif isinstance(parcel, LetterFailed):
            logger.error("A mail of kind %s could not be written", row.kind)
            queue.broken(row, now)
        else:
            ready.append(Letter(row, parcel, now))
    return ready
