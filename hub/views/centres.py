"""The list of espaces de rencontre, the page of one, the map of waiting."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hub import permissions, reasons
from hub.errors import NotFound
from hub.models import Court
from hub.models.centres import VisitKind
from hub.queries.addresses import reach_of
from hub.queries.centres import centre_detail
from hub.queries.choosing import candidates
from hub.queries.maps import france
from hub.views.requests import person
from hub.views.searching import (
    question_address,
    search,
    shown_context,
    words_context,
)
from hub.waits_map import waits_map

PER_PAGE = 50


def centres(request: HttpRequest) -> HttpResponse:
    court = _own_court(request)
    found = search(request, court=court, starts_at_court=True)
    context = {
        **shown_context(request, found, PER_PAGE),
        "court": court,
        "question": question_address(found.need, found.ranking)
        if permissions.may(person(request), "availability.ask")
        else "",
        "map_kind": found.need.visit_kind or VisitKind.VISIT,
    }
    return render(request, "centres/centres.html", context)


def centre(request: HttpRequest, code: str) -> HttpResponse:
    detail = centre_detail(code)
    if detail is None:
        raise NotFound
    asks = permissions.may(person(request), "availability.ask")
    context = {
        "detail": detail,
        "reach": reach_of(detail.centre),
        "asks": asks,
        "day_names": [reasons.day_name(n) for n in range(7)],
        "language_names": reasons.language_names(),
        **words_context(),
    }
    return render(request, "centres/centre.html", context)


def departements_map(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("kind", "")
    kind = asked if asked in VisitKind.values else VisitKind.VISIT
    drawn = waits_map(
        france(), candidates(), kind, smallest_count=settings.RULES.smallest_count
    )
    context = {"map": drawn, "map_kind": kind, **words_context()}
    return render(request, "centres/map.html", context)


def _own_court(request: HttpRequest) -> Court | None:
    """The court of the person, whose area the list can be narrowed to."""
    courts = (place.court for place in person(request).places)
    return next((court for court in courts if court), None)
