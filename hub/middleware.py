"""What every request passes through: headers, language, rights, a lost database."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from hub import permissions, zones
from hub.actions import presence, sessions
from hub.errors import Forbidden, NotFound
from hub.uploads import body_limit
from hub.views import errors

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

SENT_BY_PAGES = frozenset({"hub:thread-read"})  # nobody need be there

HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Permitted-Cross-Domain-Policies": "none",
}


class HeadersMiddleware:
    """Headers on every answer (RELIABILITY section 5); pages are never stored."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class BodyLimitMiddleware:
    """413 for a body too large for its path; before anything reads it.

    hub.server refuses the same while it arrives; this is for other servers.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("CONTENT_LENGTH") or "0"
        length = int(told) if told.isascii() and told.isdigit() else 0
        if length > body_limit(request.path):
            return errors.too_large(request)
        return self.get_response(request)


class DatabaseDownMiddleware:
    """A lost database is a 503 that keeps what was typed, not a stack trace.

    The person is looked up here, so that no layer below meets the loss first.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            bool(request.user.is_authenticated)
        except (OperationalError, InterfaceError) as error:
            request.user = AnonymousUser()  # or the page that says so would ask again
            return errors.unavailable(request, error)
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        if isinstance(error, OperationalError | InterfaceError):
            return errors.unavailable(request, error)
        return None


class StayingMiddleware:
    """Puts the end of the session off when its person does something.

    Loading a page and every POST of a person count; what a page does by itself (asks
    the API or for a part of a page, says what was on the screen) does not. An open page
    says so on its own (hub.views.session_end).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> None:
        session: Any = request.session
        if request.user.is_authenticated and session.ends_at and _is_an_act(request):
            try:
                session.ends_at = sessions.stay(
                    session.session_key, session.since, session.ends_at
                )
            except (OperationalError, InterfaceError) as error:
                logger.warning("Session not put off: %s", type(error).__name__)


def _is_an_act(request: HttpRequest) -> bool:
    if request.method == "POST":
        assert request.resolver_match is not None
        return request.resolver_match.view_name not in SENT_BY_PAGES
    wants_page = "text/html" in request.headers.get("Accept", "text/html")
    # Browsers before 2023 name no destination; their scripts accept anything at all.
    named = request.headers.get("Sec-Fetch-Dest", "document" if wants_page else "")
    return named == "document" and not is_api(request)


class PresenceMiddleware:
    """Notes that the person is here, at most once a minute; no query otherwise.

    Whatever was asked for: a page whose socket does not open asks the API instead. An
    answer is not lost because this could not be noted.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user, now = request.user, timezone.now()
        if user.is_authenticated and presence.is_due(user.seen_at, now):
            try:
                presence.note_seen([user.pk], now)
            except (OperationalError, InterfaceError) as error:
                logger.warning("Presence not noted: %s", type(error).__name__)
        return response


class LanguageMiddleware:
    """The browser's language: its cookie, then what it asks for.

    Outside of everything that may answer by itself, so that a refusal is understood.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


class ReaderMiddleware:
    """The person's own language, which goes before the browser's, and their clock."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "locale", "") or translation.get_language()
        with translation.override(language), zones.shown_to(request.user):
            response = self.get_response(request)
        if language:
            response.headers.setdefault("Content-Language", language)
        return response


class PermissionMiddleware:
    """Asks hub.permissions before any view: a route that is not listed is closed.

    Rights on one thread or measure are asked again by the view, for that object.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        assert request.resolver_match is not None
        name = request.resolver_match.view_name
        method = "GET" if request.method == "HEAD" else request.method or ""
        right = permissions.route_right(name, method)
        if right is None:
            listed = permissions.matrix().routes.get(name, {})
            return errors.not_allowed(request, list(listed))
        if right == permissions.PUBLIC:
            return None
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        if right != permissions.SIGNED_IN and permissions.is_general(right):
            return (
                None
                if permissions.may(request.user, right)
                else errors.forbidden(request)
            )
        return None

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        if isinstance(error, NotFound):
            return errors.not_found(request)
        if isinstance(error, Forbidden):
            return errors.forbidden(request)
        return None


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    detail = translation.gettext("Sign in first.")
    if is_api(request):
        return JsonResponse({"code": "forbidden", "detail": detail}, status=401)
    if request.headers.get("Accept", "") == "application/json":
        return JsonResponse({"said": detail}, status=401)
    if request.method == "POST" and errors.holds_words(request):
        return errors.signed_out(request)
    query = ""
    if request.method == "GET" and request.path != "/":
        query = "?" + urlencode({"suite": request.get_full_path()})
    return HttpResponseRedirect(reverse("hub:sign-in") + query)
