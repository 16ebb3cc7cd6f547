"""Signing in and out, and the list of one's sessions."""

from math import ceil
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _

from hub.actions import sessions as session_actions
from hub.actions import sign_in as actions
from hub.actions.display import choose
from hub.errors import SignInFailed, TooManyTries
from hub.forms.pages import AddressForm, CodeForm
from hub.models import Session, User
from hub.sessions import describe_browser
from hub.views.requests import is_ours, person

# Which browser asked: the link works there without the code.
ASKED_COOKIE = "__Host-demande" if settings.SESSION_COOKIE_SECURE else "demande"


def sign_in(request: HttpRequest) -> HttpResponse:
    """The address. The answer is the same for a known and an unknown one."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = actions.request_sign_in(form.cleaned_data["email"])
        response = redirect("hub:sign-in-code")
        _remember_asking(response, str(asked.pk), form.cleaned_data["email"])
        _set(response, "suite", _next(request))
        return response
    context = {"form": form, "next": _next(request)}
    status = 400 if form.is_bound else 200
    return render(request, "accounts/sign_in.html", context, status=status)


def code(request: HttpRequest) -> HttpResponse:
    """The six digits, in the browser that asked for them."""
    asked, email = _asked(request)
    if not asked:
        return redirect("hub:sign-in")
    context: dict[str, Any] = {"email": email, "valid_for": actions.VALID_FOR}
    if request.method != "POST":
        return render(request, "accounts/code.html", context)
    form = CodeForm(request.POST)
    try:
        given = form.cleaned_data["code"] if form.is_valid() else ""
        user = actions.confirm_code(UUID(asked), given)
    except SignInFailed as error:
        return _refused(request, "accounts/code.html", context, error)
    return _enter(request, user)


def link(request: HttpRequest, secret: str) -> HttpResponse:
    """The link of the e-mail. GET shows a button; only POST signs in, once."""
    asked, _email = _asked(request)
    context: dict[str, Any] = {}
    try:
        found = actions.find_link(secret)
        here = asked == str(found.pk)
        context["ask_code"] = found.needs_code_elsewhere and not here
        if request.method != "POST":
            return render(request, "accounts/link.html", context)
        user = actions.confirm_link(secret, here, request.POST.get("code", ""))
    except SignInFailed as error:
        context["gone"] = "ask_code" not in context
        return _refused(request, "accounts/link.html", context, error)
    return _enter(request, user)


def sign_out(request: HttpRequest) -> HttpResponse:
    key = request.session.session_key
    session = Session.objects.filter(session_key=key).first()
    if session:
        session_actions.end_session(person(request), session.public_id)
    logout(request)
    return redirect("hub:sign-in")


def sessions(request: HttpRequest) -> HttpResponse:
    mine = Session.objects.filter(user=person(request), expire_date__gt=timezone.now())
    found = mine.order_by("-created_at")
    context = {"sessions": found, "here": request.session.session_key}
    return render(request, "accounts/sessions.html", context)


def end_session(request: HttpRequest, public_id: UUID) -> HttpResponse:
    session_actions.end_session(person(request), public_id)
    return redirect("hub:sessions")


def display(request: HttpRequest) -> HttpResponse:
    """Theme and language, kept in the browser and (language) on the account."""
    back = request.POST.get("retour", "")
    response = HttpResponseRedirect(back if is_ours(request, back) else "/")
    theme, language = request.POST.get("theme"), request.POST.get("langue", "")
    if theme is not None:
        _set(response, "theme", theme if theme in ("light", "dark") else "")
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        _set(response, settings.LANGUAGE_COOKIE_NAME, language)
        if isinstance(request.user, User):
            choose(request.user, locale=language)
    return response


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    # Who signs in again before the end begins anew, under whatever session was there.
    request.session["since"] = timezone.now().isoformat()
    request.session["browser"] = describe_browser(request.headers.get("User-Agent", ""))
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if not user.locale and chosen in dict(settings.LANGUAGES):
        choose(user, locale=chosen)  # before signing in: mails are to follow it too
    wanted = request.COOKIES.get("suite", "")
    response = HttpResponseRedirect(
        wanted if is_ours(request, wanted) else "/", status=303
    )
    response.delete_cookie(ASKED_COOKIE)
    response.delete_cookie("suite")
    return response


def _refused(
    request: HttpRequest, template: str, context: dict[str, Any], error: SignInFailed
) -> HttpResponse:
    blocked = error.until if isinstance(error, TooManyTries) else None
    context |= {
        "blocked_until": blocked,
        "error": _("This code does not fit, was already used or has expired."),
    }
    if not blocked:
        return render(request, template, context, status=400)
    wait = ceil((blocked - timezone.now()).total_seconds())
    response = render(request, template, context, status=429)
    response.headers["Retry-After"] = str(max(wait, 1))
    return response


def _asked(request: HttpRequest) -> tuple[str, str]:
    """The request this browser made and the address typed, or two empty strings."""
    value = request.get_signed_cookie(
        ASKED_COOKIE, default="", max_age=actions.VALID_FOR
    )
    request_id, _space, email = (value or "").partition(" ")
    return request_id, unquote(email)


def _remember_asking(response: HttpResponse, request_id: str, email: str) -> None:
    response.set_signed_cookie(
        ASKED_COOKIE,
        f"{request_id} {quote(email)}",  # cookies are ASCII, a domain need not be
        max_age=actions.VALID_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _set(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("suite") or request.GET.get("suite", "")
    return iri_to_uri(wanted) if is_ours(request, wanted) else ""
