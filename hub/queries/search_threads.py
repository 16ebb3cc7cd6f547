"""The threads that a person may read, one light row each: read once for a whole search.

The condition of hub.permissions stands inside the query, at the moment of the search.
"""

from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from hub import permissions
from hub.models import Participant, User


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


def seats_of(user: User) -> list[Seat]:
    """The newest message first. One query."""
    rows = _seats(user).values_list(
        "thread", "thread__designation", "thread__designation__is_current",
        "thread__designation__measure", "thread__designation__measure__reference",
        "thread__designation__measure__court", "thread__designation__centre",
        "membership__role",
    )  # fmt: skip
    return [Seat(*row) for row in rows.order_by("-thread__last_at", "pk")]


def recent_threads(user: User) -> QuerySet[Participant]:
    """The same with all that a line shows."""
    seats = _seats(user).select_related(
        "thread__designation__measure__court", "thread__designation__centre"
    )
    return seats.order_by("-thread__last_at", "pk")


def _seats(user: User) -> QuerySet[Participant]:
    return Participant.objects.filter(permissions.seats_with("thread.read"), user=user)
