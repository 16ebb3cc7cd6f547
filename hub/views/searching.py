"""What pages that search centres share: criteria of an address, ranks, sort links."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse

from hub import reasons, waiting_words
from hub.actions.availability import band_of
from hub.candidates import Candidate, Need, Sort
from hub.forms.choosing import (
    DISTANCES_KM,
    WEEKDAYS,
    CriteriaForm,
    language_choices,
)
from hub.models import Court
from hub.models.centres import VisitKind
from hub.queries.centres import departements_with_centres
from hub.queries.choosing import candidates
from hub.queries.places import Places, known_places
from hub.ranking import Ranked, Ranking, rank
from hub.waits_map import BOUNDS_WEEKS

ASKED_AT_ONCE = 3  # centres that "ask before the decision" proposes


@dataclass(frozen=True)
class Found:
    """One search: what was asked, every candidate, and who fits."""

    form: CriteriaForm
    places: Places
    need: Need
    everyone: list[Candidate]
    ranking: Ranking


def search(
    request: HttpRequest,
    *,
    court: Court | None = None,
    base: Need | None = None,
    said_unable: set[int] | None = None,
    starts_at_court: bool = False,
) -> Found:
    """Reads the criteria and ranks every centre by them. Constant queries.

    `starts_at_court`: unless a place is given or taken away, the list begins near it.
    """
    places, typed = known_places(), request.GET.copy()
    if court and starts_at_court and "place" not in typed:
        typed["place"] = places.label_of(court.city, court.departement_id)
        typed.setdefault("sort", Sort.DISTANCE)
    form = CriteriaForm(typed)
    need = form.need(places, court=court, base=base)
    everyone = candidates(places)
    ranking = rank(
        need,
        everyone,
        smallest_count=settings.RULES.smallest_count,
        said_unable=said_unable or (),
    )
    return Found(form, places, need, everyone, ranking)


def shown_context(request: HttpRequest, found: Found, per_page: int) -> dict[str, Any]:
    """What templates/components/criteria.html and the lists need."""
    page = Paginator(found.ranking.shown, per_page).get_page(request.GET.get("page"))
    return {
        "need": found.need,
        "ranking": found.ranking,
        "page": page,
        "total": len(found.ranking.shown),
        "soonest": _soonest(page),
        "narrowed": _narrowed(found.need),
        "query": _address(request),
        "sorts": _sorts(request, found.need),
        "typed": found.form.data,
        "problems": found.form.problems(found.need, found.places),
        "places": found.places.labels,
        "departements": departements_with_centres(),
        "distances": DISTANCES_KM,
        "languages": language_choices(found.need.languages),
        "days": [(n, reasons.day_name(n)) for n in WEEKDAYS],
        **words_context(),
    }


def question_address(need: Need, ranking: Ranking) -> str:
    """The address of the anonymous question to the first centres; no reference."""
    asked: list[tuple[str, Any]] = [
        ("espace", row.candidate.code) for row in ranking.shown[:ASKED_AT_ONCE]
    ]
    if not asked:
        return ""
    if need.visit_kind:
        asked.append(("visit_kind", need.visit_kind))
    if need.children:
        asked.append(("children_count", need.children))
    if need.visits_per_month:
        asked.append(("visits_per_month", max(1, round(need.visits_per_month))))
    bands = {band_of(months // 12) for months in need.ages_months}
    asked += [("age_bands", band) for band in sorted(bands)]
    needs = {
        "wheelchair": need.wheelchair,
        "entrances": need.separate_entrances,
        "transport": need.public_transport,
        "interpreter": need.interpreter or bool(need.languages),
        "protection": need.protection_order,
    }
    asked += [("needs", name) for name, wanted in needs.items() if wanted]
    return f"{reverse('hub:availability-new')}?{urlencode(asked)}"


def words_context() -> dict[str, Any]:
    return {
        "words": reasons,
        "waiting": waiting_words,
        "rules": settings.RULES,
        "kinds": VisitKind.choices,
        "bounds": BOUNDS_WEEKS,
    }


def _narrowed(need: Need) -> bool:
    """Whether a criterion of the fold is in use: it is then open."""
    plain = Need(
        visit_kind=need.visit_kind,
        origin=need.origin,
        area=replace(need.area, court="", court_point=None),
        words=need.words,
        max_weeks=need.max_weeks,
        sort=need.sort,
    )
    return need != plain


def _soonest(page: "Page[Ranked]") -> Ranked | None:
    """The shortest wait of the whole list, where anything is known."""
    rows = list(page.paginator.object_list)
    known = [row for row in rows if row.wait.declared or row.wait.published]
    return min(known, key=lambda row: row.wait.weeks, default=None)


def _address(request: HttpRequest, **changed: str) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    for name, value in changed.items():
        kept[name] = value
    return kept.urlencode()


def _sorts(request: HttpRequest, need: Need) -> list[tuple[Sort, str]]:
    """Each order that makes sense, with its address: distance needs a place."""
    known = [Sort.FIT, Sort.WAIT, *([Sort.DISTANCE] if need.origin else [])]
    return [(sort, _address(request, sort=sort)) for sort in known]
