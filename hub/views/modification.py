"""Modifying the terms of a measure that runs: the same questions as its form."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from hub import languages, permissions
from hub.actions.course import modify
from hub.calendar import local_day
from hub.errors import Illegal, InvalidInput, StaleForm
from hub.forms.fields import Field, Filled, read
from hub.forms.measure_fields import LISTS
from hub.forms.measure_steps import read_terms, show_terms
from hub.models import Measure, Role
from hub.queries.measures import contents_of
from hub.terms_rules import wrong_effective_day, wrong_terms
from hub.views.requests import person, whole_number
from hub.views.steps import form_context

OWN_FIELDS = (Field("effective_from", "day"), Field("holds_decision", "flag"))


def modification(request: HttpRequest, reference: str) -> HttpResponse:
    measure = permissions.measure_for(person(request), reference, "measure.modify")
    if request.method != "POST":
        return _page(request, measure, _as_saved(measure))
    filled = Filled()
    own = read(OWN_FIELDS, request.POST, filled)
    terms = read_terms(request.POST, filled, without=request.POST.get("without", ""))
    if request.POST.get("add") or request.POST.get("without"):
        filled.errors = {}
        return _page(request, measure, filled, add=request.POST.get("add", ""))
    try:
        _refuse_unclear(measure, filled, own, terms)
        modify(
            measure,
            **terms,
            **own,
            by=person(request),
            version=whole_number(request.POST.get("version")),
        )
    except InvalidInput as error:
        filled.errors = error.fields
        return _page(request, measure, filled, 400)
    except Illegal as error:
        stale = isinstance(error, StaleForm)
        return _page(request, measure, filled, 409, refused=error.detail, stale=stale)
    return HttpResponseRedirect(reverse("hub:measure", args=[reference]), status=303)


def _refuse_unclear(
    measure: Measure, filled: Filled, own: dict[str, object], terms: dict[str, object]
) -> None:
    """What was not understood, together with what the action would refuse anyway."""
    day = own["effective_from"]
    if not filled.errors and day:
        return
    today = local_day(timezone.now(), measure.court.departement_id)
    raise InvalidInput(
        {
            **wrong_effective_day(day, measure.decided_on, today),  # type: ignore[arg-type]
            **wrong_terms(terms["values"], terms["phases"]),  # type: ignore[arg-type]
            **filled.errors,
        }
    )


def _as_saved(measure: Measure) -> Filled:
    contents = contents_of(measure, with_safety=False)
    filled = Filled()
    show_terms(contents.terms, contents.phases, filled)
    return filled


def _page(
    request: HttpRequest,
    measure: Measure,
    filled: Filled,
    status: int = 200,
    *,
    add: str = "",
    refused: str = "",
    stale: bool = False,
) -> HttpResponse:
    user = person(request)
    fresh = permissions.measure_for(user, measure.reference, "measure.modify")
    place = permissions.place_in_measure(user, fresh, "measure.modify")
    saved = _as_saved(fresh) if stale else None
    context = {
        "measure": fresh,
        "form": form_context(filled, add=add, saved=saved),
        "refused": refused,
        "lists": LISTS,
        "languages": languages.groups(),
        "confirms": place.role == Role.CLERK,
    }
    return render(request, "measures/modify.html", context, status=status)
