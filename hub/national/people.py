"""Who works in the courts and in the centres: accounts and places, not yet stored.

Belongs here: how many there are, since when, in which unit. What they do: lives.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from hub.models import Centre, Court, CourtUnit, Membership, Role, User
from hub.national.chance import happens, identifier
from hub.national.names import Names

COURT_MAIL, CENTRE_MAIL = "justice.demo.invalid", "centre.demo.invalid"
OPENED = timedelta(days=600)  # before the first measure, so that everybody had a place
# Courts with several family chambers: about four times the cases of an ordinary one.
LARGE = {
    "Paris", "Bobigny", "Créteil", "Nanterre", "Versailles", "Pontoise", "Évry",
    "Évry-Courcouronnes", "Meaux", "Marseille", "Lyon", "Lille", "Bordeaux",
    "Toulouse", "Nantes", "Rennes", "Strasbourg", "Montpellier", "Grenoble", "Rouen",
    "Nice", "Toulon", "Saint-Denis", "Aix-en-Provence",
}  # fmt: skip


@dataclass(eq=False)
class CourtTeam:
    """A court's people. `weight`: how many cases it has beside the others."""

    court: Court
    weight: float
    units: list[CourtUnit] = field(default_factory=list)
    places: list[Membership] = field(default_factory=list)

    def of(self, role: Role, at: datetime) -> list[Membership]:
        return [p for p in self.places if p.role == role and in_force(p, at)]


@dataclass(eq=False)
class CentreTeam:
    """A centre's people and pace. `weeks`: declared, by kind of visit.

    `slowness`: how much longer than declared one really waits; `weight`: how many
    measures it is sent beside the others of the same court.
    """

    centre: Centre
    weeks: dict[str, int]
    slowness: float
    weight: float
    places: list[Membership] = field(default_factory=list)

    def of(self, roles: Sequence[str], at: datetime) -> list[Membership]:
        return [p for p in self.places if p.role in roles and in_force(p, at)]


def in_force(place: Membership, at: datetime) -> bool:
    return place.since <= at and (place.until is None or place.until > at)


def court_team(
    court: Court, chance: Random, names: Names, present: datetime
) -> CourtTeam:
    """Judges and clerks; where large, a chief clerk and units as well."""
    large = court.city in LARGE
    team = CourtTeam(court, (4.0 if large else 1.0) * chance.uniform(0.5, 1.5))
    if large:
        labels = ["Cabinet A", "Cabinet B", "Cabinet C"][: chance.randint(1, 3)]
        team.units = [CourtUnit(court=court, label=label) for label in labels]
    for role in _court_roles(large, chance):
        person = _somebody(chance, names, COURT_MAIL, present)
        place = _place(person, role, chance, present)
        place.court = court
        team.places.append(place)
    _join_units(team)
    if large:
        _leave(next(p for p in team.places if p.role == Role.CLERK), chance, present)
    return team


def centre_team(
    centre: Centre,
    weeks: dict[str, int],
    chance: Random,
    names: Names,
    present: datetime,
) -> CentreTeam:
    """A coordinator, one or two of the staff, for some a manager."""
    # One in five declares far less than families really wait.
    slowness = chance.uniform(1.4, 1.9) if happens(chance, 0.2) else None
    team = CentreTeam(
        centre, weeks, slowness or chance.uniform(0.8, 1.25), chance.uniform(0.4, 1.6)
    )
    roles = [Role.COORDINATOR, *[Role.STAFF] * chance.randint(1, 2)]
    if happens(chance, 0.35):
        roles.append(Role.CENTRE_MANAGER)
    for role in roles:
        person = _somebody(chance, names, CENTRE_MAIL, present)
        place = _place(person, role, chance, present)
        place.centre = centre
        team.places.append(place)
    return team


def _court_roles(large: bool, chance: Random) -> Iterator[Role]:
    yield from [Role.JUDGE] * (chance.randint(6, 9) if large else chance.randint(2, 4))
    yield from [Role.CLERK] * (chance.randint(6, 10) if large else chance.randint(2, 4))
    if large or happens(chance, 0.3):
        yield Role.CHIEF_CLERK


def _somebody(chance: Random, names: Names, domain: str, present: datetime) -> User:
    given, usual, email = names.person(domain)
    return User(
        id=identifier(chance),
        email=email,
        given_name=given,
        usual_name=usual,
        created_at=present - OPENED,
    )


def _place(person: User, role: Role, chance: Random, present: datetime) -> Membership:
    since = present - OPENED + timedelta(hours=chance.randrange(24 * 20))
    return Membership(user=person, role=role, since=since)


def _join_units(team: CourtTeam) -> None:
    """In turn, so that each unit has judges and clerks; the chief clerk is in none."""
    workers = [p for p in team.places if p.role != Role.CHIEF_CLERK]
    if team.units:
        for number, place in enumerate(workers):
            place.unit = team.units[number % len(team.units)]


def _leave(place: Membership, chance: Random, present: datetime) -> None:
    """One clerk of a large court left it some months ago."""
    place.until = present - timedelta(days=chance.randint(60, 200))
