"""Absences: one's own, and those of the members that one manages."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from hub.actions.absences import enter_absence, take_back
from hub.errors import InvalidInput, NotFound
from hub.forms.organisations import AbsenceForm, checked
from hub.models import Membership, User
from hub.queries.absences import absences_shown, managed_members
from hub.queries.people import substitutes_for
from hub.views.requests import person


def absences(request: HttpRequest) -> HttpResponse:
    user = person(request)
    members = managed_members(user)
    errors: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            _enter(request, user, members)
        except InvalidInput as wrong:
            errors = wrong.fields
        else:
            return HttpResponseRedirect(reverse("hub:absences"), status=303)
    context = {
        "absences": absences_shown(user, members),
        "members": members,
        "substitutes": substitutes_for(user, or_oneself=bool(members)),
        "errors": errors,
        "typed": request.POST,
    }
    status = 400 if errors else 200
    return render(request, "accounts/absences.html", context, status=status)


def end(request: HttpRequest, absence: int) -> HttpResponse:
    take_back(absence, by=person(request))
    return HttpResponseRedirect(reverse("hub:absences"), status=303)


def _enter(request: HttpRequest, user: User, members: list[Membership]) -> None:
    given = checked(AbsenceForm(request.POST))
    absent = user
    if given["member"] and given["member"] != user.pk:
        known = {m.user_id: m.user for m in members}
        if given["member"] not in known:
            raise NotFound
        absent = known[given["member"]]
    substitute = None
    if given["substitute"]:
        places = Membership.objects.select_related("user", "court", "centre")
        substitute = places.filter(pk=given["substitute"]).first()
        if substitute is None:
            sentence = _("Choose a colleague of the same organisation.")
            raise InvalidInput({"substitute": sentence})
    enter_absence(
        absent,
        first_day=given["first_day"],
        last_day=given["last_day"],
        substitute=substitute,
        by=user,
    )
