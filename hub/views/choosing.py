"""Choosing the espace de rencontre of a measure: the ranks, and the choice."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub import permissions
from hub.actions import drafts
from hub.actions.guards import centre_refusal
from hub.actions.transmission import redesignate
from hub.calendar import local_day
from hub.errors import Illegal, InvalidInput
from hub.models import Centre, Measure, Role, User
from hub.models.centres import VisitKind
from hub.models.choices import MeasureState
from hub.queries.choosing import area_departements, chosen_centre, said_unable
from hub.queries.maps import france
from hub.queries.measures import contents_of
from hub.queries.needs import need_of
from hub.ranking import Ranking
from hub.views.requests import person
from hub.views.searching import Found, question_address, search, shown_context
from hub.views.steps import steps_of
from hub.waits_map import waits_map

PER_PAGE = 20


def choose(request: HttpRequest, reference: str) -> HttpResponse:
    user = person(request)
    measure = permissions.measure_for(user, reference, "measure.edit")
    found = search(
        request,
        court=measure.court,
        base=need_of(measure),
        said_unable=said_unable(measure),
    )
    if request.method != "POST":
        return _page(request, user, measure, found)
    try:
        return _chosen(request, user, measure, found.ranking)
    except InvalidInput as wrong:
        return _page(request, user, measure, found, wrong.fields, 400)
    except Illegal as refused:
        errors = {"list": refused.detail}
        return _page(request, user, measure, found, errors, 409)


def _chosen(
    request: HttpRequest, user: User, measure: Measure, ranking: Ranking
) -> HttpResponse:
    """Any centre that the law allows can be chosen, also one that was set aside."""
    code = request.POST.get("centre", "")
    known = [*ranking.shown, *ranking.set_aside]
    row = next((row for row in known if row.candidate.code == code), None)
    if row is None:
        raise InvalidInput({"list": _("Choose an espace de rencontre of the list.")})
    centre = Centre.objects.get(pk=row.candidate.centre_id)
    counts = {
        "shown": len(ranking.shown),
        "set_aside": len(ranking.set_aside),
        "rank": ranking.place_of(code),
    }
    if measure.state == MeasureState.UNABLE:
        holds = request.POST.get("holds_decision") == "on"
        thread = redesignate(
            measure, centre, by=user, holds_decision=holds, counts=counts
        )
        return _see(reverse("hub:thread", args=[thread.pk]))
    today = local_day(timezone.now(), measure.court.departement_id)
    if refusal := centre_refusal(centre, row.wait.visit_kind, today):
        raise Illegal(refusal)
    drafts.choose_centre(measure, centre, by=user, counts=counts)
    return _see(reverse("hub:measure-review", args=[measure.reference]))


def _see(where: str) -> HttpResponse:
    return HttpResponseRedirect(where, status=303)


def _page(
    request: HttpRequest,
    user: User,
    measure: Measure,
    found: Found,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    place = permissions.place_in_measure(user, measure, "measure.edit")
    unable = measure.state == MeasureState.UNABLE
    contents = contents_of(measure, with_safety=False)
    lacking = {one.step for one in contents.missing}
    context = {
        **shown_context(request, found, PER_PAGE),
        "measure": measure,
        "steps": steps_of(measure, lacking),
        "access_needs": measure.terms.access_needs if measure.terms else "",
        "current": chosen_centre(measure),
        "unable": unable,
        "open": unable or measure.state == MeasureState.DRAFT,
        "confirms": unable and place.role == Role.CLERK,
        "errors": errors or {},
        "posted": request.POST,
        "question": question_address(found.need, found.ranking),
        "map": waits_map(
            france(),
            found.everyone,
            found.need.visit_kind or VisitKind.VISIT,
            smallest_count=settings.RULES.smallest_count,
            here=area_departements(measure.court),
        ),
        "map_kind": found.need.visit_kind or VisitKind.VISIT,
    }
    return render(request, "centres/choose.html", context, status=status)
