"""The standard answers of one's own organisations, and one filled for a thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hub import answer_variables as variables
from hub import permissions
from hub.actions import answers as actions
from hub.errors import Illegal, InvalidInput, NotFound
from hub.models import Membership, Participant, StandardAnswerVersion
from hub.queries import answers as queries
from hub.views.requests import person, whole_number

READ, WRITE = "answers.read", "answers.write"
INSERT = "thread.write"
NOTHING: Mapping[str, str] = {}


@dataclass
class Shelf:
    """One organisation's answers, as one of its people sees them."""

    place: Membership
    may_write: bool
    offered: list[StandardAnswerVersion]
    retired: list[StandardAnswerVersion]


def answers(request: HttpRequest) -> HttpResponse:
    return _list(request)


def new(request: HttpRequest) -> HttpResponse:
    """For the organisation of the address, or the only one where the person writes."""
    user, place = person(request), _place(request)
    typed, errors = _typed(request), NOTHING
    if _saves(request):
        try:
            answer = actions.create_answer(place.organisation_code, typed, by=user)
        except InvalidInput as wrong:
            errors = wrong.fields
        else:
            return _to(f"{reverse('hub:answers')}#r-{answer.pk}")
    return _form(request, place, typed, errors, {})


def answer(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """Its words, who changed them and when; POST keeps a new version."""
    user, errors, status = person(request), NOTHING, 200
    found, place = queries.answer_for(user, answer_id)
    current = queries.words_of(found)
    typed = actions.Words(current.title, current.body)
    if request.method == "POST":
        place = _writer(request, place)
        typed = _typed(request)
    if _saves(request):
        seen = whole_number(request.POST.get("version"))
        try:
            actions.change_answer(answer_id, typed, seen=seen, by=user)
        except InvalidInput as wrong:
            errors = wrong.fields
        except Illegal as refusal:
            errors, status = {"body": refusal.detail}, 409
        else:
            return _to(f"{reverse('hub:answers')}#r-{answer_id}")
    context = {
        "answer": found,
        "current": current,
        "versions": queries.versions_of(found, request.GET.get("page")),
    }
    return _form(request, place, typed, errors, context, status)


def take_again(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    number = whole_number(request.POST.get("version"))
    try:
        actions.take_again(answer_id, number, by=person(request))
    except InvalidInput as wrong:
        return _list(request, wrong.fields)
    return _to(reverse("hub:answer", args=[answer_id]))


def offer(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """`offre=oui` offers it again, anything else retires it."""
    is_offered = request.POST.get("offre") == "oui"
    try:
        actions.offer(answer_id, is_offered, by=person(request))
    except InvalidInput as wrong:
        return _list(request, wrong.fields)
    return _to(f"{reverse('hub:answers')}#r-{answer_id}")


def filled(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """The text of an answer with this thread's values, for the composer's script."""
    user = person(request)
    seat = permissions.seat_in_thread(user, thread_id, INSERT)
    wanted = _named(request)
    if wanted is None:
        return HttpResponse(status=400)
    text = queries.filled(seat, user, wanted)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def chosen_answer(request: HttpRequest, seat: Participant) -> dict[str, object]:
    """For the composer of a page without scripts: what `?reponse=` puts into it."""
    wanted = _named(request)
    if wanted is None or seat.membership.role not in permissions.roles_with(INSERT):
        return {}
    try:
        return {"inserted": queries.filled(seat, person(request), wanted)}
    except NotFound:
        return {"is_answer_gone": True}


def _named(request: HttpRequest) -> UUID | None:
    """The answer that the address names, if it is an id at all."""
    try:
        return UUID(request.GET.get("reponse", ""))
    except ValueError:
        return None


def _list(request: HttpRequest, errors: Mapping[str, str] = NOTHING) -> HttpResponse:
    user = person(request)
    places = {p.organisation_code: p for p in permissions.places_in(user, READ)}
    writes = {p.organisation_code for p in permissions.places_in(user, WRITE)}
    words = queries.answers_of(places.values())
    shelves = []
    for code, place in places.items():
        mine = [w for w in words if _owner(w) == (place.court_id, place.centre_id)]
        offered = [w for w in mine if w.answer.retired_at is None]
        retired = [w for w in mine if w.answer.retired_at is not None]
        shelves.append(Shelf(place, code in writes, offered, retired))
    examples = {code: variables.example(place, user) for code, place in places.items()}
    context = {
        "shelves": shelves,
        "examples": examples,
        "fill": variables.fill,
        "errors": errors,
    }
    status = 400 if errors else 200
    return render(request, "answers/list.html", context, status=status)


def _owner(words: StandardAnswerVersion) -> tuple[object, object]:
    return words.answer.court_id, words.answer.centre_id


def _form(
    request: HttpRequest,
    place: Membership,
    typed: actions.Words,
    errors: Mapping[str, str],
    more: Mapping[str, object],
    status: int = 200,
) -> HttpResponse:
    user = person(request)
    code = place.organisation_code
    writers = permissions.places_in(user, WRITE)
    if request.method == "POST" and not errors:
        errors = _wrong_in(typed)
    example = variables.example(place, user)
    context = {
        "place": place,
        "code": code,
        "may_write": any(p.organisation_code == code for p in writers),
        "typed": typed,
        "errors": errors,
        "preview": "" if "body" in errors else variables.fill(typed.body, example),
        "variables": variables.VARIABLES,
        **more,
    }
    if errors and status == 200:
        status = 400
    return render(request, "answers/answer.html", context, status=status)


def _wrong_in(typed: actions.Words) -> Mapping[str, str]:
    """Of words that are only previewed."""
    try:
        actions.checked(typed)
    except InvalidInput as wrong:
        return wrong.fields
    return NOTHING


def _typed(request: HttpRequest) -> actions.Words:
    return actions.Words(request.POST.get("title", ""), request.POST.get("body", ""))


def _saves(request: HttpRequest) -> bool:
    return request.method == "POST" and "apercu" not in request.POST


def _place(request: HttpRequest) -> Membership:
    given = request.POST if request.method == "POST" else request.GET
    code = given.get("organisation", "")
    user = person(request)
    if code:
        return permissions.place_where(user, WRITE, organisation=code)
    places = permissions.places_in(user, WRITE)
    if not places:
        raise NotFound
    return places[0]


def _writer(request: HttpRequest, place: Membership) -> Membership:
    code = place.organisation_code
    return permissions.place_where(person(request), WRITE, organisation=code)


def _to(where: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(where, status=303)
