"""Where List-Unsubscribe leads: a page for people, and a door for mail programs."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from hub.models import User
from notifications import preferences, unsubscribing
from notifications.link_requests import guarded
from notifications.unsubscribing import FIELD, VALUE, NotSigned


@csrf_exempt
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Mail programs post without cookies, so only the token says who asks.

    GET changes nothing: scanners follow every address.
    """
    try:
        user = unsubscribing.person(token)
    except NotSigned:
        return _page(request, done=False, known=False, status=404)
    if not User.objects.filter(pk=user).exists():
        return _page(request, done=False, known=False, status=404)
    if request.method == "POST" and request.POST.get(FIELD) == VALUE:
        return _done(request, user)
    return _by_hand(request, user)


@guarded
def _by_hand(request: HttpRequest, user: UUID) -> HttpResponse:
    """The button of the page, with the token of its form."""
    if request.method == "POST" and "stop" in request.POST:
        return _done(request, user)
    return _page(request, done=False, known=True)


def _done(request: HttpRequest, user: UUID) -> HttpResponse:
    preferences.unsubscribe(user, timezone.now())
    return _page(request, done=True, known=True)


def _page(
    request: HttpRequest, *, done: bool, known: bool, status: int = 200
) -> HttpResponse:
    context = {"done": done, "known": known}
    return render(request, "notifications/unsubscribe.html", context, status=status)
