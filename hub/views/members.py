"""The contacts of an organisation: who they are, and the acts of who manages them."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hub import permissions
from hub.actions import contacts, organisations
from hub.errors import Illegal, InvalidInput, NotFound
from hub.forms.organisations import InvitationForm
from hub.models import Centre, Court, Role
from hub.queries.addresses import records_of
from hub.queries.people import colleagues, units_of
from hub.views.recorded import saying_invitation
from hub.views.requests import person, whole_number

READ, MANAGE = "members.read", "members.manage"
Errors = Mapping[str, str]


def members(request: HttpRequest, code: str) -> HttpResponse:
    """Who works here; POST invites somebody."""
    if request.method != "POST":
        return _page(request, code)
    organisation = _organisation(request, code, MANAGE)
    try:
        invitation = InvitationForm(request.POST).invitation()
        place = contacts.invite(organisation, invitation, by=person(request))
    except InvalidInput as wrong:
        return _page(request, code, wrong.fields)
    where = reverse("hub:members", args=[code])
    return HttpResponseRedirect(saying_invitation(where, place), status=303)


def member(request: HttpRequest, code: str, place: int) -> HttpResponse:
    """Gives a member another role or unit."""
    organisation = _organisation(request, code, MANAGE)
    role = request.POST.get("role", "")
    unit = whole_number(request.POST.get("unit")) or None
    try:
        contacts.change_role(
            place, organisation=organisation, role=role, unit=unit, by=person(request)
        )
    except InvalidInput as wrong:
        return _page(request, code, {f"member-{place}": _said(wrong)})
    except Illegal as refusal:
        return _page(request, code, {f"member-{place}": refusal.detail}, 409)
    return _back(code)


def leave(request: HttpRequest, code: str, place: int) -> HttpResponse:
    """What ending a place does, then the act."""
    organisation = _organisation(request, code, MANAGE)
    user, error, status = person(request), "", 200
    leaving = contacts.place_in(organisation, place)
    if request.method == "POST":
        confirmed = "confirmed" in request.POST
        try:
            contacts.leave(
                place, organisation=organisation, by=user, confirmed=confirmed
            )
        except InvalidInput as wrong:
            error, status = _said(wrong), 400
        except Illegal as refusal:
            error, status = refusal.detail, 409
        else:
            mine = leaving.user_id == user.pk
            return HttpResponseRedirect("/", status=303) if mine else _back(code)
    context = {
        "place": leaving,
        "code": code,
        "organisation": organisation,
        "error": error,
        "own": leaving.user_id == user.pk,
    }
    return render(request, "members/leave.html", context, status=status)


def mailbox(request: HttpRequest, code: str) -> HttpResponse:
    organisation = _organisation(request, code, MANAGE)
    if not isinstance(organisation, Centre):
        raise NotFound
    try:
        email = request.POST.get("mailbox", "")
        organisations.change_mailbox(organisation, email, by=person(request))
    except InvalidInput as wrong:
        return _page(request, code, wrong.fields)
    return _back(code)


def units(request: HttpRequest, code: str) -> HttpResponse:
    """A new unit of the court."""
    court = _court(request, code)
    label, email = _unit_typed(request)
    try:
        organisations.create_unit(court, label, email, by=person(request))
    except InvalidInput as wrong:
        return _page(request, code, wrong.fields)
    return _back(code, "cabinets")


def unit(request: HttpRequest, code: str, unit: int) -> HttpResponse:
    """Renames a unit, gives it an address, closes or reopens it."""
    court = _court(request, code)
    label, email = _unit_typed(request)
    active = "active" in request.POST
    try:
        organisations.change_unit(
            court, unit, label=label, email=email, active=active, by=person(request)
        )
    except InvalidInput as wrong:
        return _page(request, code, {f"unit-{unit}": _said(wrong)})
    return _back(code, "cabinets")


def _page(
    request: HttpRequest, code: str, errors: Errors | None = None, status: int = 400
) -> HttpResponse:
    organisation = _organisation(request, code, READ)
    user = person(request)
    manager = _manager_role(request, code)
    roles = permissions.roles_managed_by(manager)
    is_court = isinstance(organisation, Court)
    people = colleagues(organisation)
    mailbox = organisation.email if isinstance(organisation, Centre) else ""
    context = {
        "organisation": organisation,
        "code": code,
        "is_court": is_court,
        "people": people,
        "known": records_of([mailbox, *(one.place.user.email for one in people)]),
        "units": units_of(organisation),
        "manages": bool(manager),
        "roles": [(r, Role(r).label) for r in roles if _fits(r, organisation)],
        "errors": errors or {},
        "typed": request.POST,
        "me": user.pk,
    }
    return render(
        request, "members/members.html", context, status=status if errors else 200
    )


def _organisation(request: HttpRequest, code: str, right: str) -> Centre | Court:
    permissions.place_over(person(request), right, organisation=code)
    centre = Centre.objects.filter(code=code).first()
    found = centre or Court.objects.filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def _court(request: HttpRequest, code: str) -> Court:
    found = _organisation(request, code, MANAGE)
    if not isinstance(found, Court):
        raise NotFound
    return found


def _manager_role(request: HttpRequest, code: str) -> str:
    """The role from which the person manages here; empty for a reader."""
    places = permissions.places_in(person(request), MANAGE)
    here = [p for p in places if p.organisation_code in (code, "")]
    return here[0].role if here else ""


def _fits(role: str, organisation: Centre | Court) -> bool:
    of_court = role in (Role.JUDGE, Role.CLERK, Role.CHIEF_CLERK)
    return of_court == isinstance(organisation, Court)


def _unit_typed(request: HttpRequest) -> tuple[str, str]:
    return request.POST.get("label", ""), request.POST.get("unit_email", "")


def _said(wrong: InvalidInput) -> str:
    return " ".join(wrong.fields.values())


def _back(code: str, anchor: str = "contacts") -> HttpResponse:
    where = reverse("hub:members", args=[code])
    return HttpResponseRedirect(f"{where}#{anchor}", status=303)
