"""What the pages of reply links take from a request and leave in the browser: headers,
two cookies, and forms that work without a referrer.

What a cookie opens is decided in notifications.links.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from hub.views import errors
from notifications.link_codes import BROWSER_LASTS
from notifications.links import SESSION_LASTS

_prefix = "__Host-" if settings.SESSION_COOKIE_SECURE else ""
SESSION_COOKIE = f"{_prefix}reponse"
BROWSERS_COOKIE = f"{_prefix}navigateur"
MOST_BROWSERS = 6  # people who share one browser, each known by a secret of their own
SECRET_CHARACTERS = 43
PATHS = re.compile(r"/(?:r/|reponse(?:/|$)|desinscription/)")
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}

View = Callable[..., HttpResponse]


class HeadersMiddleware:
    """On every answer under these addresses, also on those that no view gave."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if PATHS.match(request.path):
            for name, value in HEADERS.items():
                response.headers[name] = value
        return response


def guarded(view: View) -> View:
    """Forms of this page come from this page.

    `no-referrer` makes browsers send `Origin: null` with a form (Fetch, "append a
    request Origin header"), which Django takes for a foreign one. Sec-Fetch-Site says
    what Origin cannot; the token of the form is asked for as ever.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "POST":
            if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
                return errors.csrf_failure(request)
            if request.headers.get("Origin", "null") == "null":
                own = f"{request.scheme}://{request.get_host()}"
                request.META["HTTP_ORIGIN"] = own
        return protected(request, *args, **kwargs)

    return answer


def session_secret(request: HttpRequest) -> str:
    return request.COOKIES.get(SESSION_COOKIE, "")


def browser_secrets(request: HttpRequest) -> list[str]:
    held = request.COOKIES.get(BROWSERS_COOKIE, "").split(".")
    return [one for one in held if len(one) == SECRET_CHARACTERS][-MOST_BROWSERS:]


def remember_session(response: HttpResponse, secret: str) -> None:
    _set(response, SESSION_COOKIE, secret, SESSION_LASTS)


def remember_browser(request: HttpRequest, response: HttpResponse, secret: str) -> None:
    held = [*browser_secrets(request), secret][-MOST_BROWSERS:]
    _set(response, BROWSERS_COOKIE, ".".join(held), BROWSER_LASTS)


def _set(response: HttpResponse, name: str, value: str, lasts: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=lasts,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
