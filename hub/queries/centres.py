"""Lists of espaces de rencontre, with the waiting they declare."""

from dataclasses import dataclass, replace

from django.db.models import Count, Prefetch, Q, QuerySet

from hub.models import (
    Centre,
    Departement,
    ReceptionProfile,
    Site,
    WaitingDeclaration,
)
from hub.models.centres import VisitKind
from hub.text import fold

PER_PAGE = 50


@dataclass(frozen=True)
class Search:
    """What somebody looks for. Empty fields do not narrow."""

    words: str = ""
    departement: str = ""
    visit_kind: str = ""
    max_weeks: int | None = None


@dataclass(frozen=True)
class CentreRow:
    """A centre as the list shows it: newest declaration per kind of visit."""

    centre: Centre
    site: Site
    waits: dict[str, WaitingDeclaration]  # visit kind -> newest declaration
    courts_served: int = 0  # only on the page of one centre

    def shortest(self, visit_kind: str) -> int:
        """Weeks, for ranking; a centre that declared nothing comes last."""
        wanted = [
            w.weeks for k, w in self.waits.items() if not visit_kind or k == visit_kind
        ]
        return min(wanted, default=10_000)


def find_centres(search: Search) -> list[CentreRow]:
    """Centres that fit, soonest declared place first. Four queries."""
    rows = [_row(centre) for centre in _matching(search)]
    if search.max_weeks is not None:
        rows = [r for r in rows if r.shortest(search.visit_kind) <= search.max_weeks]
    return sorted(rows, key=lambda r: (r.shortest(search.visit_kind), r.centre.name))


def centre_detail(code: str) -> CentreRow | None:
    centre = _with_waits(Centre.objects.filter(code=code)).first()
    if centre is None:
        return None
    return replace(_row(centre), courts_served=centre.courts_served.count())


def departements_with_centres() -> QuerySet[Departement]:
    return (
        Departement.objects.annotate(centres=Count("centre"))
        .filter(centres__gt=0)
        .order_by("code")
    )


def _matching(search: Search) -> QuerySet[Centre]:
    fits = Q()
    for word in fold(search.words).split():
        fits &= Q(search__contains=word)
    if search.departement:
        fits &= Q(departement=search.departement)
    if search.visit_kind in VisitKind.values:
        fits &= Q(sites__profiles__visit_kind=search.visit_kind)
    return _with_waits(Centre.objects.filter(fits).distinct())


def _with_waits(centres: QuerySet[Centre]) -> QuerySet[Centre]:
    newest_last = WaitingDeclaration.objects.order_by("declared_at")
    profiles = ReceptionProfile.objects.order_by("visit_kind")
    sites = Site.objects.prefetch_related(
        Prefetch("declarations", newest_last), Prefetch("profiles", profiles)
    )
    return centres.select_related("departement").prefetch_related(
        Prefetch("sites", sites)
    )


def _row(centre: Centre) -> CentreRow:
    site = centre.sites.all()[0]
    # Ascending by date, so the newest of each kind wins.
    return CentreRow(centre, site, {d.visit_kind: d for d in site.declarations.all()})
