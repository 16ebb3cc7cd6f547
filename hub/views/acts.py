"""The page of one act on a measure, and the row of buttons on the measure's page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hub import permissions
from hub.acts import BY_SLUG, PAGES, ActPage
from hub.errors import Forbidden, Illegal, InvalidInput, NotFound
from hub.forms.acts import ActForm, DecisionForm, MilestoneForm
from hub.models import Measure, User
from hub.queries.acts import Possible
from hub.states import ROWS
from hub.views.recorded import saying_act
from hub.views.requests import person, way_back


def act(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """GET asks, POST does; a refusal shows what was typed with its sentence."""
    user = person(request)
    measure = permissions.measure_for(user, reference)
    page = BY_SLUG.get(slug)
    if page is None:
        raise NotFound
    if ROWS[page.event].right not in permissions.rights_in_measure(user, measure):
        raise Forbidden(ROWS[page.event].right)
    if request.method == "POST":
        return _do(request, user, measure, page)
    return _show(request, measure, page, _form(page, measure, user))


def buttons(can: Possible, measure: Measure) -> dict[str, Any]:
    """The acts of the measure's page: the next ones first, the grave ones last."""
    mine = measure.awaits == can.side
    offered = [page for page in PAGES if page.event in can.events]
    following = [p for p in offered if mine and measure.awaits_act in p.answers]
    rest = [p for p in offered if p not in following]
    return {
        "next": following,
        "plain": [p for p in rest if not p.is_grave],
        "grave": [p for p in rest if p.is_grave],
    }


def _form(page: ActPage, measure: Measure, user: User, data: Any = None) -> ActForm:
    options: dict[str, Any] = {}
    if issubclass(page.form, MilestoneForm):
        options["opens"] = measure.state in ("received", "waiting")
    form = page.form(data, **options)
    if isinstance(form, DecisionForm) and measure.judge_id == user.pk:
        del form.fields["holds_decision"]
    return form


def _do(
    request: HttpRequest, user: User, measure: Measure, page: ActPage
) -> HttpResponse:
    form = _form(page, measure, user, request.POST)
    if not form.is_valid():
        return _show(request, measure, page, form, status=400)
    given = {"holds_decision": False, **form.cleaned_data}
    try:
        page.run(measure, user, given)
    except InvalidInput as error:
        for field, sentence in error.fields.items():
            form.add_error(_field_of(form, field), sentence)
        return _show(request, measure, page, form, status=400)
    except Illegal as error:
        return _show(request, measure, page, form, status=409, refused=error.detail)
    return HttpResponseRedirect(_after(request, user, measure), status=303)


def _field_of(form: ActForm, field: str) -> str | None:
    """Where to show a sentence; `on` of an act may be called `expected_on` here."""
    for name in (field, "expected_on", "occurred_on"):
        if name in form.fields and (name == field or field == "on"):
            return name
    return None


def _after(request: HttpRequest, user: User, measure: Measure) -> str:
    """Back to where the button stood, which says what was recorded: home, the thread,
    the desk or the measure."""
    back = way_back(request)
    if not back:
        still = permissions.measures_open_to(user).filter(pk=measure.pk).exists()
        measure_page = reverse("hub:measure", args=[measure.reference])
        back = measure_page if still else reverse("hub:home")
    return saying_act(back, measure, user)


def _show(
    request: HttpRequest,
    measure: Measure,
    page: ActPage,
    form: ActForm,
    *,
    status: int = 200,
    refused: str = "",
) -> HttpResponse:
    context = {
        "measure": measure,
        "act": page,
        "form": form,
        "refused": refused,
    }
    return render(request, "measures/act.html", context, status=status)
