"""The list of espaces de rencontre and the page of one."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hub.errors import NotFound
from hub.forms.pages import SearchForm
from hub.models.centres import VisitKind
from hub.queries.centres import (
    PER_PAGE,
    centre_detail,
    departements_with_centres,
    find_centres,
)


def centres(request: HttpRequest) -> HttpResponse:
    search = SearchForm(request.GET).search()
    rows = find_centres(search)
    pages = Paginator(rows, PER_PAGE)
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "search": search,
        "page": pages.get_page(request.GET.get("page")),
        "total": len(rows),
        "query": kept.urlencode(),
        "departements": departements_with_centres(),
        "kinds": VisitKind.choices,
    }
    return render(request, "centres/centres.html", context)


def centre(request: HttpRequest, code: str) -> HttpResponse:
    row = centre_detail(code)
    if row is None:
        raise NotFound
    context = {"row": row, "kinds": VisitKind, "courts_served": row.courts_served}
    return render(request, "centres/centre.html", context)
