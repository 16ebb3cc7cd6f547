"""The threads of a person, who else is in them, and how far they have come.

Their messages are in history.py.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypedDict
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from hub import permissions
from hub.models import (
    ORDINARY,
    Acknowledgement,
    Message,
    Participant,
    Side,
    Thread,
    User,
)
from hub.prepared import Prepared
from hub.states import OPEN

if TYPE_CHECKING:  # a development dependency
    from django_stubs_ext import WithAnnotations

    CountedSeat: TypeAlias = WithAnnotations[Participant, "Counts"]


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
    return (
        _seats(user.pk, timezone.now())
        .select_related(
            "membership",
            "thread__designation__measure__court",
            "thread__designation__measure__terms",
            "thread__designation__centre",
        )
        .annotate(
            unread=_unread(user.pk),
            asked=_count(_owed(user)),
            urgent=Coalesce(Subquery(_urgent(user).values("urgent")[:1]), Value("")),
        )
    )


def threads_in_hand(user: User) -> "QuerySet[CountedSeat, CountedSeat]":
    """Those of `threads_of` that are not over, or hold something new or owed.

    What ended long ago is left to the desk. One query, with all that a row shows.
    """
    live = Q(thread__designation__measure__state__in=OPEN)
    new = Q(thread__last_seq__gt=F("read_seq"))
    return threads_of(user).filter(live | new | Exists(_owed(user)))


_welcome = Prepared(
    lambda user, now: (
        _seats(user, now)
        .annotate(unread=_unread(user))
        .values_list(
            "thread_id",
            "thread__designation__measure__reference",
            "thread__last_seq",
            "read_seq",
            "unread",
            "membership__role",
            "thread__files_changed",
        )
    ),
    user=UUID,
    now=datetime,
)


def welcome_rows(user: User) -> list[dict[str, Any]]:
    """What `welcome` and GET /api/v1/threads hold (PROTOCOL section 1). One query."""
    writing = permissions.roles_with("thread.write")
    return [
        {
            "thread": str(thread),
            "measure": measure,
            "head": head,
            "read": read,
            "unread": unread,
            "write": role in writing,
            "files": files,
        }
        for thread, measure, head, read, unread, role, files in _welcome.rows(
            user=user.pk, now=timezone.now()
        )
    ]


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


def _seats(user: UUID, now: datetime) -> QuerySet[Participant, Participant]:
    """Where a person may read, newest thread first."""
    return Participant.objects.filter(
        permissions.seats_with("thread.read", now), user=user
    ).order_by("-thread__last_at", "pk")


def _unread(user: UUID) -> Coalesce:
    """How many messages of others are above a seat's read mark."""
    beyond = Message.objects.filter(
        thread=OuterRef("thread"), seq__gt=OuterRef("read_seq")
    )
    return _count(beyond.exclude(author=user))


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
