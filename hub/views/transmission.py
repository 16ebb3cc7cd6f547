"""Reading a draft once more, and transmitting it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from hub import permissions, wording
from hub.actions import transmission
from hub.calendar import local_day
from hub.errors import Illegal
from hub.models import Measure, User
from hub.models.choices import Priority
from hub.queries.addresses import Reach, reach_of
from hub.queries.measures import Contents, contents_of
from hub.views.measures import safety_lines
from hub.views.order_documents import document_context
from hub.views.requests import person, whole_number
from hub.views.steps import ORDER, step_address, steps_of


def review(request: HttpRequest, reference: str) -> HttpResponse:
    """GET shows everything that will be sent and what is missing; POST transmits."""
    user = person(request)
    measure = permissions.measure_for(user, reference, "measure.edit")
    if measure.state != "draft" and request.method != "POST":
        where = reverse("hub:measure", args=[reference])
        return HttpResponseRedirect(where, status=303)
    if request.method == "POST":
        return _transmit(request, user, measure)
    return _page(request, user, measure)


def _transmit(request: HttpRequest, user: User, measure: Measure) -> HttpResponse:
    read = (
        whole_number(request.POST["revision"]) if "revision" in request.POST else None
    )
    try:
        thread = transmission.transmit(measure, by=user, revision=read)
    except Illegal as error:
        return _page(request, user, measure, refused=error.detail, status=409)
    where = reverse("hub:thread", args=[thread.pk])
    return HttpResponseRedirect(where, status=303)


def _page(
    request: HttpRequest,
    user: User,
    measure: Measure,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    contents = contents_of(
        measure,
        with_safety="safety.read" in permissions.rights_in_measure(user, measure),
    )
    context = {
        "measure": measure,
        "contents": contents,
        "terms": wording.describe(contents.terms),
        "phases": wording.describe_phases(contents.phases),
        "safety": safety_lines(contents.safety) if contents.safety else [],
        "today": local_day(timezone.now(), measure.court.departement_id),
        "steps": steps_of(measure, {one.step for one in contents.missing}),
        "addresses": {step: step_address(measure.reference, step) for step in ORDER},
        "missing": contents.missing,
        "reach": _reach(measure, contents),
        **document_context(request, measure),
        "refused": refused,
    }
    return render(request, "measures/review.html", context, status=status)


def _reach(measure: Measure, contents: Contents) -> Reach | None:
    """Before something urgent leaves, who would be reached: a call may be quicker.

    And before anything leaves that nobody would read.
    """
    if not contents.designation:
        return None
    reach = reach_of(contents.designation.centre)
    return reach if measure.priority == Priority.URGENT or not reach.contacts else None
