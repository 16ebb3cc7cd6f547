"""Who may do what. The only reader of permissions.toml; nothing else decides.

A seat (Participant) opens a thread only while its membership is in force and its
role holds the right. A stranger and a missing object raise the same NotFound.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from django.db.models import Q

from hub.errors import Forbidden, NotFound
from hub.models import Measure, Participant, User
from hub.models.accounts import current_membership

MATRIX_FILE = Path(__file__).with_name("permissions.toml")
PUBLIC, SIGNED_IN = "public", "signed_in"


@dataclass(frozen=True)
class Matrix:
    """rights: right -> role -> "any" | "own"; routes: view name -> method -> right."""

    rights: dict[str, dict[str, str]]
    routes: dict[str, dict[str, str]]
    frames: dict[str, str]


@cache
def matrix() -> Matrix:
    return Matrix(**tomllib.loads(MATRIX_FILE.read_text()))


def roles_with(right: str) -> list[str]:
    return list(matrix().rights[right])


def may(user: User, right: str) -> bool:
    """Whether any current place of the person holds the right at all."""
    return any(place.role in matrix().rights[right] for place in user.places)


def is_general(right: str) -> bool:
    """Whether the right never depends on one object ("any" for every role)."""
    return all(scope == "any" for scope in matrix().rights[right].values())


def route_right(view_name: str, method: str) -> str | None:
    """The right a route asks for; None when the route or method is not listed."""
    return matrix().routes.get(view_name, {}).get(method)


def seats_with(right: str) -> Q:
    """The condition on Participant: seated now, in a role that holds the right."""
    return Q(
        current_membership("membership__"),
        user__is_active=True,
        membership__role__in=roles_with(right),
    )


def seat_in_thread(user: User, thread_id: UUID, right: str) -> Participant:
    """The person's seat, with thread, measure and centre in the same query.

    Raises NotFound for a stranger or a missing thread, Forbidden for a reader who
    may not do this.
    """
    seat = (
        Participant.objects.filter(seats_with("thread.read"))
        .select_related(
            "membership__court",
            "membership__centre",
            "thread__designation__measure__court",
            "thread__designation__centre",
        )
        .filter(user=user, thread_id=thread_id)
        .first()
    )
    if seat is None:
        raise NotFound
    if seat.membership.role not in roles_with(right):
        raise Forbidden(right)
    return seat


def measure_for(user: User, reference: str) -> Measure:
    """A measure the person has a seat in. Raises NotFound otherwise."""
    seats = Participant.objects.filter(seats_with("measure.read"), user=user)
    measure = (
        Measure.objects.filter(
            reference=reference,
            designations__thread__in=seats.values("thread"),
        )
        .select_related("court__appeal_court", "judge", "prepared_by")
        .distinct()
        .first()
    )
    if measure is None:
        raise NotFound
    return measure
