"""Whom an event concerns, as ids of people: seats of a thread, roles of a place.

Rights are asked of hub.permissions, here and once more before anything leaves.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from hub import permissions
from hub.models import Membership, Participant, Role, Side


def seated(
    thread: UUID,
    side: Side | None = None,
    *,
    right: str = "thread.write",
    roles: Iterable[str] = (),
) -> list[UUID]:
    """Who holds the right in this thread now, perhaps on one side or in some roles."""
    seats = Participant.objects.filter(permissions.seats_with(right), thread=thread)
    if side:
        seats = seats.filter(on_side(side))
    if roles := list(roles):
        seats = seats.filter(membership__role__in=roles)
    return list(seats.values_list("user", flat=True))


def on_side(side: Side) -> Q:
    """The condition on Participant."""
    is_court = side == Side.COURT
    return Q(membership__court__isnull=not is_court)


def placed(*roles: str, court: str = "", centres: Iterable[int] = ()) -> list[UUID]:
    """Who holds one of these roles now: in this court, in one of these centres, or
    (national service) anywhere."""
    places = Membership.objects.current().filter(
        user__is_active=True, role__in=list(roles)
    )
    if court:
        places = places.filter(court=court)
    if centres := list(centres):
        places = places.filter(centre__in=centres)
    return list(places.values_list("user", flat=True).distinct())


def chief_clerks(court: str, thread: UUID) -> tuple[list[UUID], list[UUID]]:
    """Those of a court: who also has a seat in the thread, and who has none."""
    chiefs = placed(Role.CHIEF_CLERK, court=court)
    here = set(seated(thread, right="thread.read"))
    return [c for c in chiefs if c in here], [c for c in chiefs if c not in here]
