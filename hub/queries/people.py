"""Who works where, who is away and who answers: beside names, on every page alike."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from hub import permissions
from hub.calendar import today_in
from hub.models import (
    Absence,
    Assignment,
    Centre,
    Court,
    CourtUnit,
    Designation,
    Membership,
    User,
)


@dataclass(frozen=True)
class Colleague:
    """A current place, and the absence of its person today or to come."""

    place: Membership
    absence: Absence | None

    @property
    def away(self) -> bool:
        return self.absence is not None and self.absence.first_day <= today()


def units_of(organisation: Centre | Court) -> list[CourtUnit]:
    """The units of a court, in use or not; a centre has none."""
    if isinstance(organisation, Centre):
        return []
    return list(organisation.units.order_by("label"))


def today() -> date:
    return today_in()


def colleagues(organisation: Centre | Court) -> list[Colleague]:
    """Everybody who has a place here now, by name. Two queries."""
    here = (
        Q(centre=organisation)
        if isinstance(organisation, Centre)
        else Q(court=organisation)
    )
    places = list(
        Membership.objects.current()
        .filter(here, user__is_active=True)
        .select_related("user", "unit", "court", "centre")
        .order_by("user__usual_name", "user__given_name", "since")
    )
    away = absences_of(place.user_id for place in places)
    return [Colleague(place, away.get(place.user_id)) for place in places]


def absences_of(users: Iterable[UUID]) -> dict[UUID, Absence]:
    """Each person's absence that goes on or comes next. One query."""
    found = open_absences().filter(user__in=list(users)).order_by("-first_day")
    return {absence.user_id: absence for absence in found}


class Presence(NamedTuple):
    """`away`: who is absent today; `replaces`: substitute -> the absences, those that
    come included, since their seat is there before."""

    away: dict[UUID, Absence]
    replaces: dict[UUID, list[Absence]]


def presence_of(users: Iterable[UUID]) -> Presence:
    """Of the people of one thread. One query."""
    found = absences_of(users)
    replaces: dict[UUID, list[Absence]] = defaultdict(list)
    for absence in found.values():
        if absence.substitute_id:
            replaces[absence.substitute_id].append(absence)
    away = {user: a for user, a in found.items() if a.first_day <= today()}
    return Presence(away, dict(replaces))


def open_absences() -> QuerySet[Absence]:
    """Neither over nor taken back."""
    return Absence.objects.filter(ended_at=None, last_day__gte=today()).select_related(
        "user", "substitute"
    )


def answering_in(designation: Designation) -> dict[str, Assignment]:
    """Who answers on each side of a thread: side -> assignment. One query."""
    taken = Assignment.objects.filter(designation=designation, released_at=None)
    return {a.side: a for a in taken.select_related("user")}


def substitutes_for(user: User, *, or_oneself: bool = False) -> list[Membership]:
    """The colleagues of the person who can write instead, one place each. One query.

    `or_oneself`: a manager may replace the member whose absence they enter.
    """
    places = [p for p in user.places if p.court_id or p.centre_id]
    here = Q(court__in=[p.court_id for p in places if p.court_id])
    here |= Q(centre__in=[p.centre_id for p in places if p.centre_id])
    writers = permissions.roles_with("thread.write")
    found = Membership.objects.current().filter(
        here, user__is_active=True, role__in=writers
    )
    if not or_oneself:
        found = found.exclude(user=user)
    ordered = found.select_related("user", "court", "centre").order_by(
        "user__usual_name", "user__given_name", "-since"
    )
    return list({p.user_id: p for p in ordered}.values())
