"""The states of a file between receipt and its end, and who may change them.

A file is held by one worker at a time, under a number (`attempts`) without which
nobody can publish or refuse it: who was too slow, or died, changes nothing any more.
What is done with a held file is in inspection.py.
"""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from hub import events
from hub.actions import blobs
from hub.actions.journal import record
from hub.files.reasons import Reason
from hub.models import Attachment, AttachmentState, Blob, BlobRole, Thread
from hub.models.attachments import PENDING

HELD = timedelta(minutes=10)  # longer than every child's and scanner's own deadline
GIVEN_UP_AFTER = timedelta(hours=24)  # from receipt; then UNSCANNABLE
MANY_ATTEMPTS = 10  # that ended without a word: the file itself ends its workers
FIRST_PAUSE = 2.0  # seconds between two tries, doubling, with jitter
# A scanner that is back must find all files within a minute; other trouble is rare.
LONGEST_PAUSE_SCANNER, LONGEST_PAUSE = 30.0, 300.0


class TryLater(Exception):
    """No verdict. `longest`: seconds between two tries; `permanent`: no other try;
    `silent`: the scanner would have said nothing of any other file either."""

    def __init__(
        self,
        why: str,
        longest: float = LONGEST_PAUSE,
        permanent: bool = False,
        silent: bool = False,
    ) -> None:
        super().__init__(why)
        self.longest, self.permanent, self.silent = longest, permanent, silent


class Overtaken(Exception):
    """Another worker holds the file, or it was withdrawn or purged meanwhile."""


def due(now: datetime) -> QuerySet[Attachment]:
    """The queue: files to look at, and those whose worker has not come back."""
    free = Q(held_until=None) | Q(held_until__lt=now)
    rows = Attachment.objects.filter(free, state__in=PENDING, look_at__lte=now)
    return rows.order_by("look_at")


def take(now: datetime) -> Attachment | None:
    """Holds the next file of the queue, or None. Nobody else gets the same one."""
    if not due(now).exists():  # so that looking never takes SQLite's write lock
        return None
    with transaction.atomic():
        rows = due(now).select_for_update(skip_locked=True, of=("self",), no_key=True)
        attachment = rows.first()
        if attachment is None:
            return None
        attachment.state = AttachmentState.INSPECTING
        attachment.held_until = now + HELD
        attachment.attempts += 1
        attachment.save(update_fields=["state", "held_until", "attempts"])
        if attachment.attempts == 1:
            events.attachment_changed.send(None, attachment=attachment)
        return attachment


def put_back(held: Attachment, trouble: TryLater) -> None:
    """Back into the queue, for later; refused when it has waited long enough."""
    now = timezone.now()
    if trouble.permanent or held.received_at + GIVEN_UP_AFTER <= now:
        refuse(held, Reason.UNSCANNABLE)
        return
    pause = timedelta(seconds=pause_after(held.attempts, trouble.longest))
    with transaction.atomic():
        rows = _held(held).update(
            state=AttachmentState.WAITING, held_until=None, look_at=now + pause
        )
        if rows and held.attempts == 1:  # its sender is told once
            _announce(held)


def hurry(files: Iterable[UUID]) -> None:
    """What these waited for is there again: none waits for the end of its pause."""
    now = timezone.now()
    paused = Attachment.objects.filter(
        state=AttachmentState.WAITING, held_until=None, look_at__gt=now
    )
    ids = list(files)
    for begin in range(0, len(ids), 500):  # what every database takes in one query
        paused.filter(pk__in=ids[begin : begin + 500]).update(look_at=now)


def release(held: Attachment) -> None:
    """Back into the queue for whoever comes next: this worker has to end."""
    _held(held).update(
        state=AttachmentState.WAITING, held_until=None, look_at=timezone.now()
    )


def pause_after(attempts: int, longest: float) -> float:
    """Seconds until the next try: doubling up to `longest`, less up to a quarter."""
    doubled: float = min(longest, FIRST_PAUSE * 2 ** min(attempts - 1, 20))
    return doubled * random.uniform(0.75, 1)  # noqa: S311 (spreads load, no secret)


def give_up(now: datetime) -> int:
    """Refuses old files under which one worker after the other has died."""
    count = 0
    for one in due(now).filter(
        state=AttachmentState.INSPECTING,
        attempts__gte=MANY_ATTEMPTS,
        received_at__lte=now - GIVEN_UP_AFTER,
    ):
        refuse(one, Reason.UNSCANNABLE)
        count += 1
    return count


def publish(held: Attachment, made: list[Blob], **facts: Any) -> None:
    """The file is clean and `made` is what everybody reads. Raises Overtaken."""
    published = next(blob for blob in made if blob.role == BlobRole.PUBLISHED)
    facts |= {"published_size": published.size, "published_sha256": published.sha256}
    facts["is_drawn"] = any(blob.role == BlobRole.PREVIEW for blob in made)
    with transaction.atomic():
        _end(held, AttachmentState.CLEAN, **facts)
        for blob in made:
            blob.attachment = held
        Blob.objects.bulk_create(made)
        record(None, "file_published", "attachment", held.pk)
        _announce(held)


def refuse(held: Attachment, reason: Reason) -> None:
    """The file never gets to anybody else; what was sent stays sealed.

    Nothing when somebody else has decided meanwhile.
    """
    try:
        with transaction.atomic():
            _end(held, AttachmentState.REFUSED, reason=reason.value)
            record(None, f"file_refused_{reason}", "attachment", held.pk)
            _announce(held)
    except Overtaken:
        return


def recall(published: Attachment) -> bool:
    """A published file turned out to be infected: readers lose it at once."""
    try:
        with transaction.atomic():
            _recall(published)
            blobs.remove(published.blobs.exclude(role=BlobRole.ORIGINAL))
            record(None, "file_recalled", "attachment", published.pk)
            _announce(published)
    except Overtaken:
        return False
    return True


def _recall(published: Attachment) -> None:
    change = _next_change(published)
    clean = Attachment.objects.filter(pk=published.pk, state=AttachmentState.CLEAN)
    rows = clean.update(
        state=AttachmentState.REFUSED,
        reason=Reason.INFECTED.value,
        decided_at=timezone.now(),
        change=change,
    )
    if not rows:
        raise Overtaken  # and nothing was counted


def _held(held: Attachment) -> QuerySet[Attachment]:
    """The row, while the number under which it was taken is still the last one."""
    return Attachment.objects.filter(
        pk=held.pk, state=AttachmentState.INSPECTING, attempts=held.attempts
    )


def _end(held: Attachment, state: AttachmentState, **facts: Any) -> None:
    change = _next_change(held)
    rows = _held(held).update(
        state=state,
        decided_at=timezone.now(),
        change=change,
        held_until=None,
        look_at=None,
        **facts,
    )
    if not rows:
        raise Overtaken


def _next_change(attachment: Attachment) -> int:
    """Counts one more in the thread, whose lock is held from here to the commit."""
    if attachment.thread_id is None:
        return 0
    threads = Thread.objects.filter(pk=attachment.thread_id)
    threads.update(files_changed=F("files_changed") + 1)
    counted = threads.values_list("files_changed", flat=True).first()
    return counted or 0


def _announce(attachment: Attachment) -> None:
    attachment.refresh_from_db()
    events.attachment_changed.send(None, attachment=attachment)
