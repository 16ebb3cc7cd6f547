"""The threads that a person may read, one light row each: read once for a whole search.

The condition of hub.permissions stands inside the query, at the moment of the search.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from hub import permissions
from hub.models import Participant, User
from hub.prepared import Prepared


class Seat(NamedTuple):
    """A thread. `is_current`: its centre has not been replaced by another."""

    thread: UUID
    designation: int
    is_current: bool
    measure: UUID
    reference: str
    court: str
    centre: int
    role: str  # of the place from which the person sits there


_seats = Prepared(
    lambda user, now: Participant.objects.filter(
        permissions.seats_with("thread.read", now), user=user
    )
    .order_by("-thread__last_at", "pk")
    .values_list(
        "thread", "thread__designation", "thread__designation__is_current",
        "thread__designation__measure", "thread__designation__measure__reference",
        "thread__designation__measure__court", "thread__designation__centre",
        "membership__role",
    ),
    user=UUID,
    now=datetime,
)  # fmt: skip


def seats_of(user: User) -> list[Seat]:
    """The newest message first. One query."""
    return [Seat(*row) for row in _seats.rows(user=user.pk, now=timezone.now())]


def recent_threads(user: User) -> QuerySet[Participant]:
    """The same with all that a line shows."""
    seats = Participant.objects.filter(permissions.seats_with("thread.read"), user=user)
    return seats.select_related(
        "thread__designation__measure__court", "thread__designation__centre"
    ).order_by("-thread__last_at", "pk")
