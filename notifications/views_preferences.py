"""A person's own preferences: how often, when not, hearings, a test mail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.errors import InvalidInput
from hub.forms.organisations import checked
from hub.models import AddressRecord, User
from hub.queries.people import substitutes_for
from hub.views.requests import person, whole_number
from hub.zones import NAMES
from notifications import devices, preferences
from notifications.kinds import RULES, Frequency, Subject
from notifications.models import HearingSlot
from notifications.moments import Times, times_of
from notifications.preference_forms import (
    FLOOR_REASONS,
    WEEKDAYS,
    AudienceForm,
    HearingForm,
    PreferencesForm,
    typed,
)
from notifications.preferences import TooManyTests

DONE = ("enregistre", "essai", "audience")  # what a page after a POST may say


def own_preferences(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        try:
            preferences.change(person(request), PreferencesForm(request.POST).chosen())
        except InvalidInput as wrong:
            return _page(request, wrong.fields)
        return _back("enregistre")
    return _page(request)


def hearing(request: HttpRequest) -> HttpResponse:
    """Begins or ends a hearing by hand."""
    user, now = person(request), timezone.now()
    if "end" in request.POST:
        preferences.end_hearing(user, now)
        return _back("", "audiences")
    zone = times_of([user.pk])[user.pk].zone
    try:
        until = AudienceForm(request.POST).moment(now, zone)
        preferences.begin_hearing(user, until, now)
    except InvalidInput as wrong:
        return _page(request, wrong.fields)
    return _back("audience", "audiences")


def hearing_slots(request: HttpRequest) -> HttpResponse:
    """Adds a slot of the week, or removes the one that the pressed button names."""
    user = person(request)
    if "remove" in request.POST:
        preferences.remove_hearing(user, whole_number(request.POST.get("remove")))
        return _back("", "audiences")
    try:
        preferences.add_hearing(user, **checked(HearingForm(request.POST)))
    except InvalidInput as wrong:
        return _page(request, wrong.fields)
    return _back("enregistre", "audiences")


def test_mail(request: HttpRequest) -> HttpResponse:
    try:
        preferences.owe_test_mail(person(request), timezone.now())
    except TooManyTests:
        too_many = _("Three test mails left within the hour. Try again later.")
        return _page(request, {"test": too_many}, status=429)
    return _back("essai", "essai")


def _page(
    request: HttpRequest, errors: Mapping[str, str] | None = None, status: int = 400
) -> HttpResponse:
    user, now = person(request), timezone.now()
    stored, times = preferences.preference_of(user), times_of([user.pk])[user.pk]
    sent_here = request.resolver_match and request.resolver_match.url_name
    retyped = request.POST if request.method == "POST" else {}
    is_main = retyped and sent_here == "preferences"
    context = {
        "values": typed(user, stored) if not is_main else request.POST,
        "typed": retyped,
        "subjects": _subjects(),
        "frequencies": Frequency.choices,
        "zones": NAMES.items(),
        "zone_name": NAMES[times.zone.key],
        "languages": settings.LANGUAGES,
        "weekdays": WEEKDAYS,
        "slots": _slots(user),
        "hearing_until": _hearing_until(times, now),
        "has_hearings": any(place.court_id for place in user.places),
        "unsubscribed_at": stored.unsubscribed_at,
        "substitutes": substitutes_for(user),
        "address": AddressRecord.objects.filter(email=user.email.lower()).first(),
        "push": devices.offer(request, user),
        "errors": errors or {},
        "return_to": reverse("notifications:preferences"),
        "done": request.GET.get("fait", "") if not errors else "",
    }
    return render(
        request,
        "notifications/preferences.html",
        context,
        status=status if errors else 200,
    )


def _subjects() -> list[dict[str, Any]]:
    return [
        {
            "id": f"f-{subject}",
            "label": subject.label,
            "usual": rule.usual,
            "floor": FLOOR_REASONS.get(subject, "") if rule.is_floor else "",
        }
        for subject, rule in ((s, RULES[s]) for s in Subject)
    ]


def _slots(user: User) -> list[dict[str, object]]:
    names = dict(WEEKDAYS)
    rows = HearingSlot.objects.filter(user=user).order_by("weekday", "begins")
    return [
        {
            "pk": row.pk,
            "day": names[row.weekday],
            "begins": f"{row.begins:%H:%M}",
            "ends": f"{row.ends:%H:%M}",
        }
        for row in rows
    ]


def _hearing_until(times: Times, now: datetime) -> str:
    """The local time at which the hearing begun by hand ends; empty without one."""
    until = times.hearing_until
    if until is None or until <= now:
        return ""
    return f"{until.astimezone(times.zone):%H:%M}"


def _back(done: str, anchor: str = "") -> HttpResponse:
    query = f"?fait={done}" if done in DONE else ""
    where = reverse("notifications:preferences") + query
    return HttpResponseRedirect(f"{where}#{anchor}" if anchor else where, status=303)
