"""Answers to what went wrong, as a page or, under /api/, as JSON."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)
RETRY_SECONDS = 5


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same bytes for a missing object and for a stranger's."""
    detail = _("Nothing here, or nothing that you may see.")
    return _answer(request, 404, "forbidden", detail)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    detail = _("Your role does not allow this.")
    return _answer(request, 403, "forbidden", detail)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    detail = _("This form has expired. Go back, reload the page and send it again.")
    return _answer(request, 403, "forbidden", detail)


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
    response = _answer(request, 503, "unavailable", detail)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _answer(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "detail": detail}, status=status)
    typed = request.POST if status == 503 and request.method == "POST" else None
    context = {"status": status, "detail": detail, "typed": typed}
    return render(request, "errors/error.html", context, status=status)
