"""Turning web push on and off, and the worker that shows it. 404 without PUSH_KEY."""

import json
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from hub.views.requests import person
from notifications import devices
from notifications.push_endpoints import WrongEndpoint
from notifications.push_key import is_set

WORKER = Path(__file__).parent / "static" / "notifications" / "js" / "push-worker.js"


def own_devices(request: HttpRequest) -> HttpResponse:
    """POST `endpoint`: this browser is the person's from now on."""
    user = person(request)
    offer = devices.offer(request, user)
    if offer is None:
        raise Http404
    if request.method != "POST":
        return render(request, "notifications/devices.html", {"push": offer})
    try:
        browser = request.headers.get("User-Agent", "")
        device = devices.turn_on(user, request.POST.get("endpoint", ""), browser)
    except WrongEndpoint:
        context = {"push": offer, "push_refused": True}
        return render(request, "notifications/devices.html", context, status=400)
    response = redirect(_list())
    devices.remember(response, device)
    return response


def device_end(request: HttpRequest, device: int) -> HttpResponse:
    if not is_set():
        raise Http404
    devices.turn_off(person(request), device)
    return redirect(_list())


def push_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the words of `?langue=`; it stands at the root of the
    site because a worker governs what lies below it."""
    if not is_set():
        raise Http404
    language = request.GET.get("langue", "")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    with translation.override(language):
        words = {
            "lang": language,
            "title": _("Measures hub"),
            "body": _("A message awaits you."),
        }
    source = f"const WORDS = {json.dumps(words)};\n{WORKER.read_text()}"
    response = HttpResponse(source, content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Content-Security-Policy"] = "default-src 'none'"  # no fetching
    return response


def _list() -> str:
    """Where a form leads back to: the devices among the preferences."""
    return f"{reverse('notifications:preferences')}#appareils"
