"""What a reply link opens: a neutral page, and nothing before a button is pressed;
then the six digits, in a browser that is not known.

Nothing here says whether an address was ever one of ours (RELIABILITY 6.9).
"""

import time
from threading import BoundedSemaphore
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from hub import zones
from hub.models import User
from hub.sessions import describe_browser
from notifications import link_codes, links
from notifications.link_requests import (
    browser_secrets,
    guarded,
    remember_browser,
    remember_session,
    session_secret,
)
from notifications.links import LinkGone
from notifications.models import LinkSession, ReplyLink

# No refusal is faster than this, so that its time tells nothing (RELIABILITY 6.9).
FLOOR_SECONDS = 0.2
# Each wait holds a thread, and may hold one of the 20 connections of the pool. Whoever
# asks faster than these end is answered at once, and learns what they knew: that they
# made the address up.
_waiting = BoundedSemaphore(8)


@guarded
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET and HEAD change nothing but the trail; POST leads to a clean address."""
    begun = time.monotonic()
    try:
        if request.method == "POST":
            return _enter(request, token)
        found = links.find(token)
        links.opened(found)
    except LinkGone:
        links.refused(token=token if request.method == "POST" else "")
        return gone(request, begun)
    context = {"link": found, "sign_in": sign_in_address(found)}
    return render(request, "notifications/link.html", context)


@guarded
def code(request: HttpRequest) -> HttpResponse:
    """The six digits. Loaded again, as after a look at the mailbox: the page before."""
    if request.method != "POST":
        return _to_reply()
    begun = time.monotonic()
    secret = session_secret(request)
    name = describe_browser(request.headers.get("User-Agent", ""))
    try:
        known = link_codes.confirm(secret, request.POST.get("code", ""), name)
    except LinkGone:
        links.refused(secret=secret)
        return gone(request, begun)
    except link_codes.CodeRefused as refusal:
        return code_page(request, links.session_with(secret), refusal, status=400)
    response = _to_reply()
    remember_browser(request, response, known)
    return response


@guarded
def new_code(request: HttpRequest) -> HttpResponse:
    begun = time.monotonic()
    try:
        link_codes.send_code(session_secret(request))
    except LinkGone:
        return gone(request, begun)
    return _to_reply()


def code_page(
    request: HttpRequest,
    session: LinkSession,
    refusal: link_codes.CodeRefused | None = None,
    status: int = 200,
) -> HttpResponse:
    asked = link_codes.open_code(session.link)
    context = {
        "until": asked and asked.code_expires_at,
        "refusal": refusal,
        "sign_in": sign_in_address(session.link),
    }
    user = session.link.user
    return page(request, "notifications/code.html", context, user, status=status)


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    user: User,
    status: int = 200,
) -> HttpResponse:
    """In the language and on the clock of the link's person."""
    language = user.locale or translation.get_language()
    with translation.override(language), zones.shown_to(user):
        response = render(request, template, context, status=status)
    response.headers["Content-Language"] = language
    return response


def gone(request: HttpRequest, begun: float) -> HttpResponse:
    """The same for whatever does not open; what was typed is shown once more."""
    if _waiting.acquire(blocking=False):
        try:
            time.sleep(max(0.0, begun + FLOOR_SECONDS - time.monotonic()))
        finally:
            _waiting.release()
    context = {"typed": request.POST.get("body", "")}
    return render(request, "notifications/gone.html", context, status=404)


def sign_in_address(link: ReplyLink) -> str:
    """The ordinary way in, to the same thread."""
    where = ""
    if link.thread_id:
        where = "?suite=" + reverse("hub:thread", args=[link.thread_id])
    return reverse("hub:sign-in") + where


def _enter(request: HttpRequest, token: str) -> HttpResponse:
    secret, session = links.exchange(token, browser_secrets(request))
    if session.confirmed_at is None:
        link_codes.send_code(secret)
    response = _to_reply()
    remember_session(response, secret)
    return response


def _to_reply() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("notifications:reply"), status=303)
