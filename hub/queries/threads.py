"""What a person sees of threads: the list of theirs, one thread's page, history."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypedDict
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from hub import permissions
from hub.chain import with_files
from hub.models import (
    ORDINARY,
    Acknowledgement,
    AlertMark,
    Message,
    Participant,
    ReadMark,
    Side,
    Thread,
    User,
)
from hub.states import OPEN

if TYPE_CHECKING:  # a development dependency
    from django_stubs_ext import WithAnnotations

    CountedSeat: TypeAlias = WithAnnotations[Participant, "Counts"]

PAGE = 50  # messages on a thread's page; older ones are asked for
MOST = 200  # messages in one answer of history; PROTOCOL section 1


@dataclass(frozen=True)
class Receipt:
    """The strongest fact about one reader of one message: acknowledged, else seen,
    else `alerted` (an e-mail told them that it waits)."""

    user_id: UUID
    name: str
    at: datetime
    acknowledged: bool
    alerted: bool = False


@dataclass
class History:
    """A stretch of a thread in order. `more`: the asked direction goes on."""

    messages: list[Message]
    more: bool
    head: int
    receipts: dict[int, list[Receipt]] = field(default_factory=dict)


class ThreadHead(NamedTuple):
    """The last message, and how many of the thread's files came to an end."""

    seq: int
    change: int


class Counts(TypedDict):
    """What `threads_of` adds to a seat."""

    unread: int
    asked: int
    urgent: str


def threads_of(user: User) -> "QuerySet[CountedSeat, CountedSeat]":
    """The person's seats, newest thread first, with `unread` and `asked` counts.

    `unread`: messages of others above the read mark. `asked`: acknowledgements the
    person's side still owes. `urgent`: the reason of the other side's last urgent
    message that got no answer yet. One query.
    """
    beyond = Message.objects.filter(
        thread=OuterRef("thread"), seq__gt=OuterRef("read_seq")
    ).exclude(author=user)
    return (
        Participant.objects.filter(permissions.seats_with("thread.read"), user=user)
        .select_related(
            "membership",
            "thread__designation__measure__court",
            "thread__designation__measure__terms",
            "thread__designation__centre",
        )
        .annotate(
            unread=_count(beyond),
            asked=_count(_owed(user)),
            urgent=Coalesce(Subquery(_urgent(user).values("urgent")[:1]), Value("")),
        )
        .order_by("-thread__last_at", "pk")
    )


def threads_in_hand(user: User) -> "QuerySet[CountedSeat, CountedSeat]":
    """Those of `threads_of` that are not over, or hold something new or owed.

    What ended long ago is left to the desk. One query, with all that a row shows.
    """
    live = Q(thread__designation__measure__state__in=OPEN)
    new = Q(thread__last_seq__gt=F("read_seq"))
    return threads_of(user).filter(live | new | Exists(_owed(user)))


def welcome_rows(user: User) -> list[dict[str, Any]]:
    """What `welcome` and GET /api/v1/threads hold (PROTOCOL section 1)."""
    writing = permissions.roles_with("thread.write")
    return [
        {
            "thread": str(seat.thread_id),
            "measure": seat.thread.designation.measure.reference,
            "head": seat.thread.last_seq,
            "read": seat.read_seq,
            "unread": seat.unread,
            "write": seat.membership.role in writing,
            "files": seat.thread.files_changed,
        }
        for seat in threads_of(user)
    ]


def history(
    thread: Thread,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> History:
    """Up to `limit` messages just before, or just after, a seq; by default the last.

    The caller has checked the right. Always in ascending order.
    """
    limit = max(1, min(limit, MOST))
    rows = Message.objects.filter(thread=thread)
    if after is not None:
        found = list(rows.filter(seq__gt=after).order_by("seq")[: limit + 1])
        messages, more = found[:limit], len(found) > limit
    else:
        older = rows.filter(seq__lt=before) if before is not None else rows
        found = list(older.order_by("-seq")[: limit + 1])
        messages, more = found[:limit][::-1], len(found) > limit
    head = max(thread.last_seq, _last_seq(messages))
    return History(with_files(messages), more, head)


def with_receipts(part: History, people: list[Participant]) -> History:
    """Adds who was told of, has read, has acknowledged what: three queries for all."""
    if part.messages:
        names = {p.pk: (p.user_id, p.user.name) for p in people}
        part.receipts = _receipts(part.messages, names)
    return part


def people_in(thread: Thread) -> list[Participant]:
    """Everyone who can read the thread now, the court's side first."""
    seats = (
        Participant.objects.filter(permissions.seats_with("thread.read"), thread=thread)
        .select_related("user", "membership__court", "membership__centre")
        .order_by("user__usual_name")
    )
    return sorted(seats, key=lambda seat: seat.membership.side != Side.COURT)


def heads_of(threads: Iterable[UUID]) -> dict[UUID, ThreadHead]:
    """How far threads have come, in one query."""
    rows = Thread.objects.filter(pk__in=list(threads))
    found = rows.values_list("pk", "last_seq", "files_changed")
    return {thread: ThreadHead(seq, change) for thread, seq, change in found}


def threads_open_to(users: Iterable[UUID]) -> dict[UUID, dict[UUID, bool]]:
    """For many people at once: which threads each may read at this moment, and
    whether their role writes there."""
    seats = Participant.objects.filter(
        permissions.seats_with("thread.read"), user__in=list(users)
    )
    writing = permissions.roles_with("thread.write")
    result: dict[UUID, dict[UUID, bool]] = defaultdict(dict)
    for user, thread, role in seats.values_list("user", "thread", "membership__role"):
        result[user][thread] = role in writing
    return result


def messages_after(thread: UUID, seq: int) -> list[Message]:
    """Up to MOST messages above a seq, for whoever was already allowed to read."""
    rows = Message.objects.filter(thread=thread, seq__gt=seq)
    return with_files(rows.order_by("seq")[:MOST])


def _owed(user: User) -> QuerySet[Message, Message]:
    answered = Acknowledgement.objects.filter(
        thread=OuterRef("thread"), seq=OuterRef("seq")
    )
    asked = Message.objects.filter(_from_other_side(user), needs_ack=True)
    return asked.filter(~Exists(answered), thread=OuterRef("thread"))


def _urgent(user: User) -> QuerySet[Message, Message]:
    """Urgent messages of the other side after which the person's side said nothing."""
    answers = Message.objects.filter(
        thread=OuterRef("thread"), seq__gt=OuterRef("seq"), kind=ORDINARY
    ).exclude(author_side=OuterRef("author_side"))
    theirs = Message.objects.filter(_from_other_side(user), thread=OuterRef("thread"))
    return theirs.exclude(urgent="").filter(~Exists(answers)).order_by("-seq")


def _from_other_side(user: User) -> Q:
    """The condition on Message: written by the side where the person does not sit."""
    seats = Participant.objects.filter(thread=OuterRef("thread"), user=user)
    of_court, of_centre = Q(author_side=Side.COURT), Q(author_side=Side.CENTRE)
    sits_in_centre = Exists(seats.filter(membership__centre__isnull=False))
    sits_in_court = Exists(seats.filter(membership__court__isnull=False))
    return (of_court & Q(sits_in_centre)) | (of_centre & Q(sits_in_court))


def _count(rows: QuerySet[Message, Message]) -> Coalesce:
    counted = rows.order_by().values("thread").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _last_seq(messages: list[Message]) -> int:
    return messages[-1].seq if messages else 0


def _receipts(
    messages: list[Message], names: dict[int, tuple[UUID, str]]
) -> dict[int, list[Receipt]]:
    first, last, thread = messages[0].seq, messages[-1].seq, messages[0].thread_id
    receipts: dict[int, list[Receipt]] = defaultdict(list)
    known = set()
    for done in Acknowledgement.objects.filter(
        thread=thread, seq__range=(first, last)
    ).order_by("at"):
        receipts[done.seq].append(
            Receipt(done.user_id, done.user_name, done.at, acknowledged=True)
        )
        known.add((done.seq, done.user_id))
    for marks, alerted in ((ReadMark.objects, False), (AlertMark.objects, True)):
        covering = marks.filter(participant__in=names, seq__gte=first).order_by("seq")
        for seq, mark in _first_covering(messages, names, covering):
            user_id, name = names[mark.participant_id]
            if (seq, user_id) not in known:
                receipts[seq].append(Receipt(user_id, name, mark.at, False, alerted))
                known.add((seq, user_id))
    return receipts


def _first_covering(
    messages: list[Message],
    names: dict[int, tuple[UUID, str]],
    covering: Iterable[ReadMark | AlertMark],
) -> Iterable[tuple[int, ReadMark | AlertMark]]:
    """For each message and reader the first mark that covers it, not the author's."""
    marks: dict[int, list[ReadMark | AlertMark]] = defaultdict(list)
    for mark in covering:
        marks[mark.participant_id].append(mark)
    for message in messages:
        for participant, steps in marks.items():
            first = next((m for m in steps if m.seq >= message.seq), None)
            if first and names[participant][0] != message.author_id:
                yield message.seq, first
