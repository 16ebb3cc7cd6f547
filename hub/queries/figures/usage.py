"""Who uses the hub, and what centres declare: counts, never names."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.db.models import Count, Q

from hub.models import (
    CENTRE_ROLES,
    Court,
    Departement,
    JournalEntry,
    Membership,
    Message,
    Role,
    Side,
    WaitingDeclaration,
)
from hub.models.centres import CentreStatus
from hub.queries.figures.facts import Facts
from hub.queries.figures.indicator import Indicator, Unit, indicator, share
from hub.queries.waiting import newest_declarations

ACTIVE = timedelta(days=30)  # DOMAIN section 9
# Weeks, both included; the last band has no end (design/chiffres-cles.html).
BANDS = ((0, 4), (5, 8), (9, 12), (13, 16), (17, 20), (21, 24), (25, 28), (29, None))


class Band(TypedDict):
    """`weeks`: 5-8, or 29+."""

    weeks: str
    centres: int


class Covered(TypedDict):
    """A département and the centres registered in it."""

    departement: str
    name: str
    centres: int


def usage_figures(
    facts: Facts,
    now: datetime,
    covered: Sequence[Covered],
    declared: Sequence[WaitingDeclaration],
) -> list[Indicator]:
    centres = sum(place["centres"] for place in covered)
    active = _active_centres(facts, now)
    recent = [sent for sent in facts if sent.sent_at >= now - ACTIVE]
    messages = Message.objects.aggregate(
        sent=Count("pk"), threads=Count("thread", distinct=True)
    )
    return [
        indicator(
            "active_courts",
            len({sent.court for sent in recent}),
            Unit.COUNT,
            len(recent),
            Court.objects.count(),
        ),
        indicator("registered_centres", centres, Unit.COUNT, centres),
        indicator("active_centres", active, Unit.COUNT, active, centres),
        indicator(
            "covered_departements",
            sum(place["centres"] > 0 for place in covered),
            Unit.COUNT,
            centres,
            len(covered),
        ),
        *_people(now),
        indicator("measures_transmitted", len(facts), Unit.COUNT, len(facts)),
        indicator("messages", messages["sent"], Unit.COUNT, messages["threads"]),
        share("fresh_declarations", (not one.stale for one in declared)),
    ]


def coverage() -> list[Covered]:
    """Every département, with how many centres are registered in it. One query."""
    registered = Count("centre", filter=~Q(centre__status=CentreStatus.CLOSED))
    rows = Departement.objects.annotate(registered=registered).order_by("code")
    return [
        Covered(departement=row.code, name=row.name, centres=row.registered)
        for row in rows
    ]


def declarations() -> list[WaitingDeclaration]:
    """The newest of each site and kind, closed centres left out. One query."""
    return list(
        newest_declarations()
        .exclude(site__centre__status=CentreStatus.CLOSED)
        .select_related("site")
    )


def declared_waiting(declared: Sequence[WaitingDeclaration]) -> list[Band]:
    """Centres by the shortest wait that each declares, over its kinds of visit."""
    shortest: dict[int, int] = {}
    for one in declared:
        centre = one.site.centre_id
        shortest[centre] = min(one.weeks, shortest.get(centre, one.weeks))
    return [
        Band(
            weeks=f"{first}+" if last is None else f"{first}-{last}",
            centres=sum(
                first <= weeks and (last is None or weeks <= last)
                for weeks in shortest.values()
            ),
        )
        for first, last in BANDS
    ]


def _active_centres(facts: Facts, now: datetime) -> int:
    """Centres that acknowledged or wrote lately."""
    since = now - ACTIVE
    wrote = Message.objects.filter(author_side=Side.CENTRE, at__gte=since)
    writing = set(wrote.values_list("thread__designation__centre", flat=True))
    return len(
        writing
        | {s.centre for s in facts if s.acknowledged_at and s.acknowledged_at >= since}
    )


def _people(now: datetime) -> list[Indicator]:
    """Who wrote or did something lately, by what they are; and contacts a centre."""
    since = now - ACTIVE
    acted = JournalEntry.objects.filter(at__gte=since, actor__isnull=False)
    wrote = Message.objects.filter(at__gte=since)
    active = Q(user__in=acted.values("actor")) | Q(user__in=wrote.values("author"))
    places = Membership.objects.current(now).filter(user__is_active=True)
    rows = places.values("role").annotate(
        people=Count("user", distinct=True),
        active=Count("user", filter=active, distinct=True),
    )
    found: dict[str, Any] = {row["role"]: row for row in rows}

    def people(column: str, *roles: str) -> int:
        return sum(int(found[role][column]) for role in roles if role in found)

    judges = people("active", Role.JUDGE)
    clerks = people("active", Role.CLERK, Role.CHIEF_CLERK)
    contacts = people("active", *CENTRE_ROLES)
    # Of the centres that have anybody here: one that was never invited says nothing.
    in_centres = places.filter(role__in=CENTRE_ROLES)
    staffed = in_centres.aggregate(n=Count("centre", distinct=True))["n"]
    each = round(people("people", *CENTRE_ROLES) / staffed, 1) if staffed else None
    return [
        indicator("active_judges", judges, Unit.COUNT, judges),
        indicator("active_clerks", clerks, Unit.COUNT, clerks),
        indicator("active_contacts", contacts, Unit.COUNT, contacts),
        indicator("contacts_per_centre", each, Unit.RATIO, staffed),
    ]
