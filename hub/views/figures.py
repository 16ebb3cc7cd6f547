"""Key figures: the public page, its downloads, and one's own court or centre."""

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from hub import figure_titles, figure_words, permissions
from hub.charts import bar_chart, line_chart
from hub.models.centres import VisitKind
from hub.queries import figures as key
from hub.queries.figures import national, organisations
from hub.views.requests import person

COLUMNS = ("figure", "item", "value", "unit", "n", "status", "computed_at", "demo")


def key_figures(request: HttpRequest) -> HttpResponse:
    figures = key.newest()
    months, bands = figures["take_up_by_month"], figures["declared_waiting"]
    context = {
        "figures": figures,
        "computed_at": datetime.fromisoformat(figures["computed_at"]),
        "words": figure_words,
        "delays": figure_words.lines(figures, figure_titles.DELAYS),
        "spread": figure_words.lines(figures, figure_titles.SPREAD),
        "usage": figure_words.lines(figures, figure_titles.USAGE),
        "missing": figure_words.missing(figures),
        "trend": line_chart(
            [figure_words.month_name(m["month"], "MMM") for m in months],
            [[m["median"] for m in months], [m["p90"] for m in months]],
        ),
        "distribution": bar_chart(
            [band["weeks"].replace("-", "–") for band in bands],
            [band["centres"] for band in bands],
        ),
    }
    return render(request, "figures/key_figures.html", context)


def as_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse(key.newest(), json_dumps_params={"ensure_ascii": False})


def as_csv(request: HttpRequest) -> HttpResponse:
    text = StringIO()
    rows = csv.DictWriter(text, COLUMNS, restval="")
    rows.writeheader()
    rows.writerows(_rows(key.newest()))
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    name = "chiffres-cles.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def desk_figures(request: HttpRequest, code: str) -> HttpResponse:
    """Of one's own court or centre; a stranger's is a page that does not exist."""
    place = permissions.place_where(person(request), "desk.read", organisation=code)
    context = {"place": place, "words": figure_words}
    if place.court:
        context["figures"] = organisations.court_figures(place.court)
        return render(request, "figures/court.html", context)
    assert place.centre
    context |= {
        "figures": organisations.centre_figures(place.centre),
        "labels": dict(VisitKind.choices),
    }
    return render(request, "figures/centre.html", context)


def national_figures(request: HttpRequest) -> HttpResponse:
    context = {"figures": national.national_figures(), "words": figure_words}
    return render(request, "figures/national.html", context)


def _rows(figures: key.Figures) -> Iterator[dict[str, object]]:
    """One line a number; `item` is the month, weeks or département it is for."""
    about = {
        "computed_at": figures["computed_at"],
        "demo": str(figures["demo"]).lower(),
    }
    for one in figures["indicators"]:
        shown = {name: one[name] for name in ("value", "unit", "n", "status")}
        yield {"figure": one["key"], **shown, **about}
    for month in figures["take_up_by_month"]:
        status = "withheld" if month["n"] is None else "published"
        for name in ("median", "p90"):
            yield {
                "figure": f"take_up_{name}_by_month",
                "item": month["month"],
                "value": month[name],
                "unit": "days",
                "n": month["n"],
                "status": status,
                **about,
            }
    for band in figures["declared_waiting"]:
        counted = {"item": band["weeks"], "value": band["centres"]}
        yield {"figure": "declared_waiting", **counted, **_COUNT, **about}
    for place in figures["centres_by_departement"]:
        counted = {"item": place["departement"], "value": place["centres"]}
        yield {"figure": "centres_by_departement", **counted, **_COUNT, **about}


_COUNT = {"unit": "count", "status": "published"}
