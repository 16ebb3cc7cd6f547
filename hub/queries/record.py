"""A thread as it is printed: every message with all that is known of it.

Read in pieces, each at the same cost however long the thread is. Nothing is kept of
what was read. The page of a thread, and its newest messages: history.py.
"""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from hub.models import (
    GENESIS,
    SYSTEM,
    Acknowledgement,
    AlertMark,
    Message,
    Participant,
    ReadMark,
)
from hub.queries.history import history

PIECE = 100  # messages: some 200 kB of page
Marks = dict[int, list[tuple[int, datetime]]]  # participant -> (seq, at), ascending


@dataclass(frozen=True)
class Fact:
    """Something that happened to a message, with whom, when."""

    name: str
    at: datetime


@dataclass
class Entry:
    """A message, the numbers of those that correct it, and who received it how."""

    message: Message
    corrected_by: list[int]
    alerted: list[Fact]
    seen: list[Fact]
    acknowledged: list[Fact]


@dataclass(frozen=True)
class Whole:
    """What is read once for all pieces of a thread."""

    thread: UUID
    readers: dict[int, tuple[UUID, str]]  # seat -> (user, name): whoever ever sat here
    corrections: dict[int, list[int]]  # seq -> by which


def whole(thread: UUID) -> Whole:
    """Two queries."""
    seats = Participant.objects.filter(thread=thread).select_related("user")
    seats = seats.order_by("user__usual_name", "pk")
    readers = {seat.pk: (seat.user_id, seat.user.name) for seat in seats}
    corrections: dict[int, list[int]] = defaultdict(list)
    rows = Message.objects.filter(thread=thread, corrects__isnull=False).order_by("seq")
    for wrong, by in rows.values_list("corrects", "seq"):
        corrections[wrong or 0].append(by)
    return Whole(thread, readers, corrections)


def hash_before(thread: UUID, seq: int) -> str:
    """The hash to which message `seq` is chained."""
    before = Message.objects.filter(thread=thread, seq=seq - 1).values_list("hash")
    found = before.first() if seq > 1 else None
    return found[0] if found else GENESIS


def entries(known: Whole, first: int, last: int) -> list[Entry]:
    """The messages from one number to another, at most PIECE of them.

    Six queries, or five where no message has a file.
    """
    limit = min(PIECE, last - first + 1)
    messages = history(known.thread, last, after=first - 1, limit=limit).messages
    if not messages:
        return []
    seqs = (messages[0].seq, messages[-1].seq)
    seen = _marks(ReadMark.objects.all(), known, *seqs)
    told = _marks(AlertMark.objects.all(), known, *seqs)
    _add_next(known, seqs[1], seen, told)
    acknowledged = defaultdict(list)
    for done in Acknowledgement.objects.filter(
        thread=known.thread, seq__range=seqs
    ).order_by("at"):
        acknowledged[done.seq].append(Fact(done.user_name, done.at))
    return [
        Entry(
            message,
            known.corrections.get(message.seq, []),
            *_received(known, message, told, seen),
            acknowledged.get(message.seq, []),
        )
        for message in messages
    ]


def _marks(rows: "QuerySet[Any]", known: Whole, first: int, last: int) -> Marks:
    marks: Marks = defaultdict(list)
    found = rows.filter(participant__in=known.readers, seq__range=(first, last))
    for seat, seq, at in found.order_by("seq").values_list("participant", "seq", "at"):
        marks[seat].append((seq, at))
    return marks


def _add_next(known: Whole, last: int, seen: Marks, told: Marks) -> None:
    """Each reader's first mark behind the piece: it covers the end of the piece."""
    behind = {"participant": OuterRef("pk"), "seq__gt": last}
    read = ReadMark.objects.filter(**behind).order_by("seq").values("at")[:1]
    alert = AlertMark.objects.filter(**behind).order_by("seq").values("at")[:1]
    seats = Participant.objects.filter(thread=known.thread).annotate(
        read_at=Subquery(read), alert_at=Subquery(alert)
    )
    for seat, read_at, alert_at in seats.values_list("pk", "read_at", "alert_at"):
        for marks, at in ((seen, read_at), (told, alert_at)):
            if at:
                marks[seat].append((last + 1, at))


def _received(
    known: Whole, message: Message, told: Marks, seen: Marks
) -> tuple[list[Fact], list[Fact]]:
    """Who was told of it and who has seen it. Lines of the life-cycle are nobody's."""
    alerted: list[Fact] = []
    read: list[Fact] = []
    if message.kind == SYSTEM:
        return alerted, read
    for seat, (user, name) in known.readers.items():
        if user == message.author_id:
            continue
        at = _first(seen.get(seat, []), message.seq)
        told_at = _first(told.get(seat, []), message.seq)
        # An alert after the message was seen is about later ones.
        if told_at and (at is None or told_at <= at):
            alerted.append(Fact(name, told_at))
        if at:
            read.append(Fact(name, at))
    return alerted, read


def _first(marks: list[tuple[int, datetime]], seq: int) -> datetime | None:
    """When the first mark that covers a message was set."""
    place = bisect_left(marks, seq, key=itemgetter(0))
    return marks[place][1] if place < len(marks) else None


def bounds(thread: UUID, first: int, last: int) -> tuple[datetime, datetime] | None:
    """When the first and the last message of a stretch were written."""
    rows = Message.objects.filter(thread=thread, seq__in=(first, last)).order_by("seq")
    moments = list(rows.values_list("at", flat=True))
    return (moments[0], moments[-1]) if moments else None
