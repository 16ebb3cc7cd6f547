"""Asking for room before the decision: the questions, a new one, one, its answer."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from hub import permissions
from hub.actions.availability import (
    MOST_CENTRES,
    MOST_CHILDREN,
    MOST_VISITS,
    MOST_WEEKS,
    AgeBand,
    AvailabilityNeed,
)
from hub.actions.availability import answer as give_answer
from hub.actions.availability import ask as put_question
from hub.errors import Illegal, InvalidInput, NotFound
from hub.forms.availability import QuestionForm, answered_weeks
from hub.models import AvailabilityRequest, Court, User
from hub.models.centres import VisitKind
from hub.queries.availability import (
    asked_by,
    asked_question,
    centres_named,
    questions_to,
)
from hub.views.requests import person
from hub.views.searching import words_context

LISTS = {
    "bands": dict(AgeBand.choices),
    "needs_list": dict(AvailabilityNeed.choices),
    "visit_kinds": dict(VisitKind.choices),
    "most": {
        "centres": MOST_CENTRES,
        "children": MOST_CHILDREN,
        "visits": MOST_VISITS,
        "weeks": MOST_WEEKS,
    },
}


def requests(request: HttpRequest) -> HttpResponse:
    user = person(request)
    context = {
        "asks": permissions.may(user, "availability.ask"),
        "asked": asked_by(user, [court.code for court in _courts(user)]),
        "answers": permissions.may(user, "availability.answer"),
        "questions": questions_to(_centre_ids(user)),
        **LISTS,
        **words_context(),
    }
    return render(request, "availability/list.html", context)


def new(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if request.method != "POST":
        return _new_page(request, user)
    centres = centres_named(request.POST.getlist("espace"))
    courts = {court.code: court for court in _courts(user)}
    court = courts.get(request.POST.get("court", ""), next(iter(courts.values())))
    values = QuestionForm(request.POST).values()
    try:
        asked = put_question(by=user, court=court, centres=centres, **values)
    except InvalidInput as wrong:
        return _new_page(request, user, wrong.fields, 400)
    return _see(asked.pk)


def request_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    return _request_page(request, request_id)


def answer(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """An answer of one centre. A person of two centres says for which."""
    user = person(request)
    questions = questions_to(_centre_ids(user), request_id)
    code = request.POST.get("espace", "")
    named = [one for one in questions if one.centre_code == code] or questions
    if not named:
        raise NotFound
    [centre] = centres_named([named[0].centre_code])
    weeks, understood = answered_weeks(request.POST)
    try:
        if not understood:
            raise InvalidInput({"weeks": _("Write a number of weeks, or “no place”.")})
        give_answer(
            by=user,
            request=AvailabilityRequest(pk=request_id),
            centre=centre,
            weeks=weeks,
        )
    except InvalidInput as wrong:
        return _request_page(request, request_id, wrong.fields, 400)
    except Illegal as refused:
        return _request_page(request, request_id, {"weeks": refused.detail}, 409)
    return _see(request_id)


def _see(request_id: UUID) -> HttpResponse:
    where = reverse("hub:availability-request", args=[request_id])
    return HttpResponseRedirect(where, status=303)


def _request_page(
    request: HttpRequest,
    request_id: UUID,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The asker's page, or that of a centre that was asked; others find nothing."""
    user = person(request)
    asked = asked_question(user, [c.code for c in _courts(user)], request_id)
    questions = [] if asked else questions_to(_centre_ids(user), request_id)
    if asked is None and not questions:
        raise NotFound
    context = {
        "asked": asked,
        "questions": questions,
        "errors": errors or {},
        "posted": request.POST,
        **LISTS,
        **words_context(),
    }
    return render(request, "availability/request.html", context, status=status)


def _new_page(
    request: HttpRequest,
    user: User,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    context = {
        "given": given,
        "ticked": set(given.getlist("age_bands")) | set(given.getlist("needs")),
        "centres": centres_named(given.getlist("espace")),
        "courts": _courts(user),
        "errors": errors or {},
        **LISTS,
        **words_context(),
    }
    return render(request, "availability/new.html", context, status=status)


def _courts(user: User) -> list[Court]:
    """Each court once: a person may hold two roles in the same one."""
    places = permissions.places_in(user, "availability.ask")
    return list({p.court.code: p.court for p in places if p.court}.values())


def _centre_ids(user: User) -> list[int]:
    places = permissions.places_in(user, "availability.answer")
    return [place.centre_id for place in places if place.centre_id]
