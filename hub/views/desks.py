"""The desk: one for somebody with one place, a choice for somebody with several."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hub import permissions
from hub.actions.seating import seat_colleague as give_seat
from hub.acts import PAGES
from hub.calendar import today_in
from hub.errors import InvalidInput, NotFound
from hub.models import Membership, Role
from hub.models.centres import VisitKind
from hub.models.choices import Act
from hub.queries import desks, national
from hub.views.requests import person, whole_number
from hub.views.searching import words_context

# Acts that one button does; what has to be weighed is done on the measure's page.
WEIGHED = (Act.ANSWER_PROPOSAL, Act.DECIDE)
NEXT = {act: page for page in PAGES for act in page.answers if act not in WEIGHED}


def desk(request: HttpRequest) -> HttpResponse:
    found = desks.desks_of(person(request))
    if len(found) == 1:
        [code] = found
        return _page(request, code, found[code])
    places = [places[0] for places in found.values()]
    return render(request, "desk/choose.html", {"places": places})


def desk_of(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code, _places(request, code))


def seat_colleague(request: HttpRequest, code: str) -> HttpResponse:
    """A chief clerk gives a colleague a seat; wrong choices come back to the desk."""
    chosen = whole_number(request.POST.get("member"))
    member = Membership.objects.current().filter(pk=chosen).first()
    reference = request.POST.get("reference", "").replace("\0", "")
    try:
        give_seat(reference, member, organisation=code, by=person(request))
    except InvalidInput as wrong:
        return _page(request, code, _places(request, code), wrong.fields)
    return HttpResponseRedirect(
        reverse("hub:desk-of", args=[code]) + "#juridiction", status=303
    )


def _places(request: HttpRequest, code: str) -> list[Membership]:
    places = desks.desks_of(person(request)).get(code)
    if places is None:
        raise NotFound
    return places


def _page(
    request: HttpRequest,
    code: str,
    places: list[Membership],
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    user, place, pages = person(request), places[0], _pages(request)
    roles = {p.role for p in places}
    context = {
        **words_context(),
        "place": place,
        "code": code,
        "errors": errors or {},
        "today": today_in(),
        "kinds": dict(VisitKind.choices),
        "several": len(desks.desks_of(user)) > 1,
        "manages": bool(roles & set(permissions.roles_with("members.manage"))),
        "describes": bool(roles & set(permissions.roles_with("centre.describe"))),
        "acts": NEXT,
        "may_create": bool(roles & set(permissions.roles_with("measure.create"))),
        "writers": permissions.roles_with("thread.write"),
    }
    status = 400 if errors else 200
    if Role.NATIONAL in roles:
        context["desk"] = national.national_desk(pages)
        return render(request, "desk/national.html", context, status=status)
    if place.centre:
        context["desk"] = desks.centre_desk(user, place.centre, roles, pages)
        return render(request, "desk/centre.html", context, status=status)
    assert place.court is not None
    context["desk"] = desks.court_desk(user, place.court, roles, pages)
    return render(request, "desk/court.html", context, status=status)


def _pages(request: HttpRequest) -> dict[str, int]:
    """Which page of which queue: one queue is paged at a time."""
    return {request.GET.get("file", ""): whole_number(request.GET.get("page")) or 1}
