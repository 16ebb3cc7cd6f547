"""What each request leaves behind: an id in the answer, a figure, a line in the log.

The outermost middleware, so that nothing is answered without it. The line tells the
name of the route, never the path: paths hold ids, and some hold secrets.
"""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hub import instruments, request_ids
from hub.log_lines import fields

# Asked every few seconds by machines: worth no line of their own.
PROBES = {"hub:healthz", "hub:readyz", "hub:metrics"}
STATIC, NONE = "static", "none"  # of requests that reached no route

logger = logging.getLogger(__name__)


class AccessMiddleware:
    """Runs everything else under the request's id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        given = request.headers.get(request_ids.HEADER, "")
        with request_ids.under(request_ids.accepted(given)) as request_id:
            response = self.get_response(request)
            response.headers[request_ids.HEADER] = request_id
            _note(request, response.status_code, time.perf_counter() - began)
        return response


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    route, method = _route(request), request.method or ""
    instruments.count_request(route, method, status, seconds)
    level = logging.DEBUG if route in PROBES or route == STATIC else logging.INFO
    milliseconds = round(seconds * 1000, 1)
    known = method if method in instruments.METHODS else instruments.OTHER
    logger.log(
        level,
        "%s %s %s %s ms",
        *(known, route, status, milliseconds),
        extra=fields(method=known, route=route, status=status, ms=milliseconds),
    )


def _route(request: HttpRequest) -> str:
    if request.resolver_match:
        return request.resolver_match.view_name or NONE
    return STATIC if request.path.startswith(settings.STATIC_URL) else NONE
