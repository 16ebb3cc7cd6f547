"""Answers to what went wrong, as a page or, under /api/, as JSON."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from hub.models import User

logger = logging.getLogger(__name__)
RETRY_SECONDS = 5
LONGEST_CODE = 40  # characters of what a script or a button sends: ids, numbers, names


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same bytes for a missing object and for a stranger's."""
    detail = _("Nothing here, or nothing that you may see.")
    return _answer(request, 404, "forbidden", detail)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    detail = _("Your role does not allow this.")
    return _answer(request, 403, "forbidden", detail)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of ours whose token is old comes back with a new one: its author signed in
    again meanwhile. Another site's form is never shown, nor another person's: who is
    signed in now would send these words in their own name.
    """
    if holds_words(request) and isinstance(request.user, User):
        typed_by, name = request.POST.get("typed_by"), {"name": request.user.name}
        # Empty: a page for whoever has its link, which acts in no account's name.
        if typed_by in ("", str(request.user.pk)):
            detail = _(
                "%(name)s, you signed in after this form was shown. Check and send it."
            )
            return _answer(request, 403, "forbidden", detail % name, shows_again=True)
        if typed_by:
            detail = _(
                "Nothing was sent: somebody else wrote this. %(name)s is signed in now."
            )
            return _answer(request, 403, "forbidden", detail % name)
    detail = _("This form has expired. Go back, reload the page and send it again.")
    return _answer(request, 403, "forbidden", detail)


def signed_out(request: HttpRequest) -> HttpResponse:
    """The session ended before this form was sent: what was typed is shown again."""
    detail = _("Your session ended before this was sent. What you wrote is below.")
    return _answer(request, 401, "forbidden", detail, shows_again=True)


def holds_words(request: HttpRequest) -> bool:
    """Whether a form of this hub was sent that holds more than a press of a button."""
    if request.headers.get("Origin", "") not in settings.ALLOWED_ORIGINS:
        return False
    values = [
        value.strip()
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    return any(" " in value or len(value) > LONGEST_CODE for value in values)


def bad_request(
    request: HttpRequest, exception: Exception | None = None
) -> HttpResponse:
    return _answer(request, 400, "invalid", _("This request cannot be understood."))


def not_allowed(request: HttpRequest, methods: list[str]) -> HttpResponse:
    """A form's address that was loaded as a page: by a reload, or another language."""
    detail = _("Only a form leads here. Go back to the page before.")
    response = _answer(request, 405, "invalid", detail)
    response.headers["Allow"] = ", ".join(methods)
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    detail = _("Too much at once: 25 MB a file, 10 files a message.")
    return _answer(request, 413, "too_large", detail)


def server_error(request: HttpRequest) -> HttpResponse:
    detail = _("Something failed on our side. It has been recorded. Try again.")
    return _answer(request, 500, "unavailable", detail)


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """503; a message that was being sent is shown again, ready to be sent again."""
    logger.error("Database out of reach: %s", type(error).__name__)
    detail = _("Not sent: the record is out of reach for a moment. Try again.")
    again = request.method == "POST"
    response = _answer(request, 503, "unavailable", detail, shows_again=again)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _answer(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    shows_again: bool = False,
) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "detail": detail}, status=status)
    typed = request.POST if shows_again else None
    context = {"status": status, "detail": detail, "typed": typed}
    return render(request, "errors/error.html", context, status=status)
