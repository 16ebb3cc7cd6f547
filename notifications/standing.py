"""What waits in threads by their state, whoever was told: one's turn, receipts owed.

Queries only, for many people at once; what follows is decided in notifications.digest.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from hub import permissions
from hub.models import ORDINARY, Acknowledgement, Message, Participant, Side
from hub.models.choices import Act
from hub.models.threads import ThreadState
from hub.queries.queues import COURT_MUST_ACT
from hub.states import OPEN

# Acts that one answer settles, as the desk counts them. A first meeting or a date may
# take months of waiting for a place: the desk shows those.
PRESSING_ACTS = (Act.ACKNOWLEDGE, Act.ANSWER_PROPOSAL, *COURT_MUST_ACT)


class Asked(NamedTuple):
    """A message that still waits for an act: its receipt, or a first word back."""

    seq: int
    at: datetime
    needs_ack: bool
    urgent: bool


def seats_that_wait(users: Iterable[UUID], told: Iterable[UUID]) -> list[Participant]:
    """The seats of these people in the threads `told`, and wherever it is their turn.

    A turn is only for who may write; reading is enough for what was told. One query.
    """
    writes = permissions.roles_with("thread.write")
    live = Q(
        thread__state=ThreadState.OPEN,
        thread__designation__is_current=True,
        thread__designation__measure__state__in=OPEN,
        membership__role__in=writes,
    )
    return list(
        Participant.objects.filter(
            permissions.seats_with("thread.read"),
            Q(thread__in=list(told))
            | (live & (_waits_for(Side.COURT) | _waits_for(Side.CENTRE))),
            user__in=list(users),
        )
        .select_related(
            "user",
            "membership__court",
            "membership__centre",
            "thread__designation__measure__court",
            "thread__designation__measure__terms",
            "thread__designation__centre",
        )
        .order_by("pk")
    )


def asked_in(threads: Iterable[UUID]) -> dict[tuple[UUID, str], list[Asked]]:
    """(thread, side of the author) -> what its messages still ask for. One query."""
    replies = Message.objects.filter(
        thread=OuterRef("thread"), seq__gt=OuterRef("seq"), kind=ORDINARY
    ).exclude(author_side=OuterRef("author_side"))
    receipts = Acknowledgement.objects.filter(
        thread=OuterRef("thread"), seq=OuterRef("seq")
    )
    owes = Q(needs_ack=True, acknowledged=False)
    rows = (
        Message.objects.filter(thread__in=list(threads))
        .annotate(acknowledged=Exists(receipts), replied=Exists(replies))
        .filter(owes | (~Q(urgent="") & Q(replied=False)))
        .order_by("seq")
    )
    found: dict[tuple[UUID, str], list[Asked]] = defaultdict(list)
    for row in rows.defer("body", "hash"):
        asked = Asked(
            row.seq,
            row.at,
            needs_ack=row.needs_ack and not row.acknowledged,
            urgent=bool(row.urgent) and not row.replied,
        )
        found[row.thread_id, row.author_side].append(asked)
    return found


def _waits_for(side: Side) -> Q:
    """The condition on Participant: a seat of this side, whose act is awaited."""
    sits = Q(**{f"membership__{side}__isnull": False})
    receipts = Acknowledgement.objects.filter(
        thread=OuterRef("thread"), seq=OuterRef("seq")
    )
    unacknowledged = Message.objects.filter(
        ~Exists(receipts),
        thread=OuterRef("thread"),
        author_side=side.other,
        needs_ack=True,
    )
    act = Q(
        thread__designation__measure__awaits=side,
        thread__designation__measure__awaits_act__in=PRESSING_ACTS,
    )
    return sits & (Q(thread__awaits=side) | act | Q(Exists(unacknowledged)))
