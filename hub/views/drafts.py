"""A measure that is prepared: a new draft, saving a step of its form, giving it up.

What a step's page shows is hub.views.steps.
"""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub import permissions
from hub.actions import drafts
from hub.calendar import local_day
from hub.completeness import DECISION, FAMILY, TERMS
from hub.errors import Illegal, InvalidInput, NotFound, StaleForm
from hub.forms.fields import Filled
from hub.forms.measure_fields import STEPS
from hub.forms.measure_steps import filled_in, senseless
from hub.models import Measure, Membership, User
from hub.models.choices import MeasureState
from hub.queries.measures import contents_of, judges_of
from hub.views.order_documents import receive_with, withdraw_from
from hub.views.requests import person, whole_number
from hub.views.steps import ORDER, judges_for, saved_sentence, step_address, step_page

SAVE: dict[str, Callable[..., Measure]] = {
    DECISION: drafts.save_decision,
    FAMILY: drafts.save_family,
    TERMS: drafts.save_terms,
}


def new(request: HttpRequest) -> HttpResponse:
    """A draft needs its court and its judge, and nothing else."""
    user = person(request)
    places = permissions.places_in(user, "measure.create")
    judges = {
        f"{judge.court_id}/{judge.user_id}": judge
        for judge in judges_of(place.court for place in places if place.court)
    }
    if request.method != "POST":
        return _new_page(request, judges, _likely(judges, user))
    chosen = request.POST.get("judge", "")
    if chosen not in judges:
        error = _("Choose the judge of this measure.")
        return _new_page(request, judges, chosen, error)
    judge = judges[chosen]
    assert judge.court is not None
    measure = drafts.create_draft(
        court=judge.court,
        judge=judge.user,
        by=user,
        id=_client_id(request.POST.get("id", "")),
    )
    return _to(step_address(measure.reference, STEPS[0]))


def step(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    if step not in STEPS:
        raise NotFound
    measure = permissions.measure_for(person(request), reference, "measure.edit")
    if request.method == "POST":
        return _save(request, measure, step)
    if measure.state != MeasureState.DRAFT:
        return _to(reverse("hub:measure", args=[reference]) + "#corrections")
    return step_page(request, measure, step)


def discard(request: HttpRequest, reference: str) -> HttpResponse:
    user = person(request)
    measure = permissions.measure_for(user, reference, "measure.edit")
    try:
        drafts.discard(measure, by=user)
    except Illegal as error:
        context = {"status": 409, "detail": error.detail, "typed": None}
        return render(request, "errors/error.html", context, status=409)
    return _to(reverse("hub:measure", args=[reference]))


def _new_page(
    request: HttpRequest, judges: dict[str, Membership], chosen: str, error: str = ""
) -> HttpResponse:
    context = {
        "judges": judges,
        "courts": sorted({j.court.name for j in judges.values() if j.court}),
        "chosen": chosen,
        "error": error,
        "id": request.POST.get("id") or uuid.uuid4(),
    }
    status = 400 if error else 200
    return render(request, "measures/new.html", context, status=status)


def _likely(judges: dict[str, Membership], user: User) -> str:
    """A judge prepares their own; a clerk of one judge prepares that judge's."""
    mine = [key for key, judge in judges.items() if judge.user_id == user.pk]
    only = list(judges) if len(judges) == 1 else []
    return next(iter([*mine, *only]), "")


def _client_id(given: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(given)
    except ValueError:
        return None


def _save(request: HttpRequest, measure: Measure, step: str) -> HttpResponse:
    data = request.POST
    without, add = data.get("without", ""), data.get("add", "")
    if withdrawn := data.get("withdraw", ""):
        withdraw_from(request, withdrawn)
    filled = filled_in(step, data, judges_for(measure, step), without=without)
    if add or without or withdrawn:
        filled.errors = {}
        return step_page(request, measure, step, filled, add=add)
    try:
        receive_with(request, measure)
        _act(measure, step, filled, person(request), whole_number(data.get("revision")))
    except InvalidInput as error:
        filled.errors = error.fields
        return _refused(request, measure, step, filled)
    except Illegal as error:
        return _refused(request, measure, step, filled, error)
    if _wants_json(request):
        return _saved(request, measure)
    if data.get("then") == "leave":
        return _to(reverse("hub:home"))
    following = ORDER[ORDER.index(step) + 1]
    return _to(step_address(measure.reference, following))


def _act(
    measure: Measure, step: str, filled: Filled, user: User, revision: int
) -> None:
    """Saves the step. What is not understood is told with what makes no sense."""
    if filled.errors and measure.state == MeasureState.DRAFT:
        today = local_day(timezone.now(), measure.court.departement_id)
        raise InvalidInput({**senseless(step, filled, today), **filled.errors})
    SAVE[step](measure, **filled.values, by=user, revision=revision)


def _refused(
    request: HttpRequest,
    measure: Measure,
    step: str,
    filled: Filled,
    refusal: Illegal | None = None,
) -> HttpResponse:
    status = 409 if refusal else 400
    if _wants_json(request):
        why = refusal.detail if refusal else next(iter(filled.errors.values()))
        said = _("Not saved yet: %(why)s") % {"why": why}
        return JsonResponse({"fields": filled.errors, "said": said}, status=status)
    fresh = permissions.measure_for(person(request), measure.reference, "measure.edit")
    return step_page(
        request,
        fresh,
        step,
        filled,
        status,
        refused=refusal.detail if refusal else "",
        stale=isinstance(refusal, StaleForm),
    )


def _saved(request: HttpRequest, measure: Measure) -> JsonResponse:
    """What the page's script needs to go on: revision, time, what is still needed."""
    fresh = permissions.measure_for(person(request), measure.reference, "measure.edit")
    needed = contents_of(fresh, with_safety=False).missing
    answer = {
        "revision": fresh.revision,
        "saved_at": fresh.changed_at.isoformat(timespec="seconds"),
        "said": saved_sentence(fresh),
        "needed": [f"{one.step}#{one.field}" for one in needed],
    }
    return JsonResponse(answer)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("accept", "") == "application/json"


def _to(address: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(address, status=303)
