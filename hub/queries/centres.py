"""The page of one espace de rencontre, and the départements that have one."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Prefetch, QuerySet
from django.utils import timezone

from hub.calendar import local_day
from hub.candidates import Wait
from hub.models import (
    Approval,
    Centre,
    Closure,
    Departement,
    ReceptionProfile,
    Site,
    WaitingDeclaration,
)
from hub.queries.choosing import declared_as_fact
from hub.queries.waiting import newest_declarations, observed_waits


@dataclass(frozen=True)
class CentreDetail:
    """`waits`: both waits of each kind that it receives or speaks of."""

    centre: Centre
    sites: list[Site]
    waits: list[Wait]
    approvals: list[tuple[Approval, bool]]  # and whether it is in force today
    closures: list[Closure]  # those that are not over
    courts_served: int


def centre_detail(code: str) -> CentreDetail | None:
    """Everything that the page of one centre shows. Nine queries."""
    found = Centre.objects.filter(code=code).select_related("departement")
    centre = found.prefetch_related(Prefetch("sites", _sites())).first()
    if centre is None:
        return None
    day = local_day(timezone.now(), centre.departement_id)
    approvals = centre.approvals.select_related("departement").order_by("-granted_on")
    return CentreDetail(
        centre=centre,
        sites=list(centre.sites.all()),
        waits=_waits(centre),
        approvals=[(one, one.in_force(day)) for one in approvals],
        closures=list(centre.closures.filter(last_day__gte=day).order_by("first_day")),
        courts_served=centre.courts_served.count(),
    )


def departements_with_centres() -> QuerySet[Departement]:
    return (
        Departement.objects.annotate(centres=Count("centre"))
        .filter(centres__gt=0)
        .order_by("code")
    )


def _sites() -> QuerySet[Site]:
    return Site.objects.order_by("pk").prefetch_related(
        "slots",
        Prefetch("profiles", ReceptionProfile.objects.order_by("visit_kind")),
        Prefetch("declarations", newest_declarations()),
    )


def _waits(centre: Centre) -> list[Wait]:
    observed = observed_waits([centre.pk])
    newest: dict[str, WaitingDeclaration] = {}
    kinds = {kind for _centre, kind in observed}
    for site in centre.sites.all():
        kinds |= {profile.visit_kind for profile in site.profiles.all()}
        for one in site.declarations.all():
            kept = newest.get(one.visit_kind)
            if kept is None or one.declared_at > kept.declared_at:
                newest[one.visit_kind] = one
    waits = []
    for kind in sorted(kinds | set(newest)):
        declared, seen = newest.get(kind), observed.get((centre.pk, kind))
        waits.append(
            Wait(
                kind,
                declared_as_fact(declared, centre.departement_id) if declared else None,
                seen,
                seen is not None and seen.n >= settings.RULES.smallest_count,
            )
        )
    return waits
