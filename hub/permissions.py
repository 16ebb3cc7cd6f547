"""Who may do what. The only reader of permissions.toml; nothing else decides.

A seat (Participant) opens a thread only while its membership is in force and its
role holds the right. A stranger and a missing object raise the same NotFound.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from hub.errors import Forbidden, NotFound
from hub.models import (
    COURT_ROLES,
    Measure,
    Membership,
    Participant,
    Role,
    User,
)
from hub.models.accounts import current_membership
from hub.prepared import Prepared

Keys = Sequence[Any] | str  # text: as the database takes them (hub.models.searching)
MATRIX_FILE = Path(__file__).with_name("permissions.toml")
PUBLIC, SIGNED_IN = "public", "signed_in"


@dataclass(frozen=True)
class Matrix:
    """rights: right -> role -> "any" | "own"; routes: view name -> method -> right.

    members: role -> the roles that it invites, changes and ends.
    """

    rights: dict[str, dict[str, str]]
    members: dict[str, list[str]]
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


def seats_with(right: str, now: datetime | None = None) -> Q:
    """The condition on Participant: seated now, in a role that holds the right."""
    now = now or timezone.now()
    return Q(
        current_membership("membership__", now),
        Q(until=None) | Q(until__gt=now),
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
            "thread__designation__measure__terms",
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


_head = Prepared(
    lambda user, thread, now: Participant.objects.filter(
        seats_with("thread.read", now), user=user, thread=thread
    ).values_list("thread__last_seq"),
    user=UUID,
    thread=UUID,
    now=datetime,
)


def head_for(user: User, thread_id: UUID) -> int:
    """The last seq of a thread, for whoever may read it at this moment.

    What a seat in it shows besides is not read. Raises NotFound for a stranger or a
    missing thread.
    """
    found = _head.rows(user=user.pk, thread=thread_id, now=timezone.now())
    if not found:
        raise NotFound
    return int(found[0][0])


def measures_open_to(user: User, right: str = "measure.read") -> "QuerySet[Measure]":
    """The measures in which the person holds the right at this moment.

    In a court: its judge, whoever prepared it, the members of its unit, and whoever
    has a seat. In a centre: a seat in the thread of the current designation, so that
    a centre that was replaced sees nothing that came later (DOMAIN section 7).
    """
    mine, units = _in_court(user.pk, **court_places(user, right))
    seats = Participant.objects.filter(
        seats_with(right), user=user, thread__designation__is_current=True
    )
    # A union, not "or": PostgreSQL takes each by its own index.
    open_ = seats.values("thread__designation__measure").union(
        Measure.objects.filter(mine).values("pk"),
        Measure.objects.filter(units).values("pk"),
    )
    return Measure.objects.filter(pk__in=open_)


def court_places(user: User, right: str) -> dict[str, list[Any]]:
    """`courts` and `units` where the person holds the right from a place of a court."""
    in_court = [p for p in places_in(user, right) if p.role in COURT_ROLES]
    units = [place.unit_id for place in in_court if place.unit_id]
    return {"courts": [place.court_id for place in in_court], "units": units}


def _in_court(user: UUID, courts: Keys, units: Keys) -> tuple[Q, Q]:
    """Of one's own, and of one's units."""
    mine = Q(Q(judge=user) | Q(prepared_by=user), court__among=courts)
    return mine, Q(unit__among=units)


def measures_at(user: UUID, courts: Keys, units: Keys) -> "QuerySet[Measure]":
    """Those of `measures_open_to` that no seat is needed for, given `court_places`."""
    mine, in_units = _in_court(user, courts, units)
    return Measure.objects.filter(mine | in_units)


def measure_for(user: User, reference: str, right: str = "measure.read") -> Measure:
    """A measure that the person may read, with what its pages show.

    Raises NotFound for a stranger or a missing measure, Forbidden for a reader who
    may not do this.
    """
    found = measures_open_to(user).filter(reference=reference)
    measure = found.select_related(
        "court__appeal_court", "court__departement", "judge", "prepared_by", "terms"
    ).first()
    if measure is None:
        raise NotFound
    if right != "measure.read":
        place_in_measure(user, measure, right)
    return measure


def place_in_measure(user: User, measure: Measure, right: str) -> Membership:
    """The place from which the person does this. Raises NotFound or Forbidden."""
    places = list(_places_near(user, measure))
    readers = [p for p in places if p.role in roles_with("measure.read")]
    if not readers:
        raise NotFound
    for place in readers:
        if place.role in roles_with(right):
            return place
    raise Forbidden(right)


def rights_in_measure(user: User, measure: Measure) -> frozenset[str]:
    """Every right that the person's places give in this measure, in one query.

    For what a page shows or offers; an act asks `place_in_measure` again. Empty for a
    stranger.
    """
    roles = {place.role for place in _places_near(user, measure)}
    if roles.isdisjoint(roles_with("measure.read")):
        return frozenset()
    listed = matrix().rights
    return frozenset(
        r for r, allowed in listed.items() if not roles.isdisjoint(allowed)
    )


def places_in(user: User, right: str) -> list[Membership]:
    """The person's current places whose role holds the right."""
    return [place for place in user.places if place.role in roles_with(right)]


def place_where(user: User, right: str, *, organisation: str) -> Membership:
    """The person's place in the court or centre with this code, with the right.

    Raises NotFound for a stranger, Forbidden for a member who may not.
    """
    near = [p for p in user.places if p.organisation_code == organisation]
    if not near:
        raise NotFound
    for place in near:
        if place.role in roles_with(right):
            return place
    raise Forbidden(right)


def place_over(user: User, right: str, *, organisation: str) -> Membership:
    """Like `place_where`, but the national service reaches every organisation."""
    for place in places_in(user, right):
        if place.role == Role.NATIONAL:
            return place
    return place_where(user, right, organisation=organisation)


def roles_managed_by(role: str) -> list[str]:
    """The roles that somebody in this role invites, changes and ends."""
    return matrix().members.get(role, [])


def _places_near(user: User, measure: Measure) -> "QuerySet[Membership]":
    """The person's places that reach this measure, seats first."""
    seats = Participant.objects.filter(
        seats_with("measure.read"),
        user=user,
        thread__designation__measure=measure,
        thread__designation__is_current=True,
    )
    reached = Q(pk__in=seats.values("membership"))
    in_court = Q(court=measure.court_id, role__in=COURT_ROLES)
    if user.pk in (measure.judge_id, measure.prepared_by_id):
        reached |= in_court
    if measure.unit_id:
        reached |= Q(unit=measure.unit_id)
    places = Membership.objects.current().filter(
        reached, user=user, user__is_active=True
    )
    return places.select_related("court", "centre", "user").order_by("since")
