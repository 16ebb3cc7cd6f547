"""What an open page asks before its session ends: to stay signed in."""

from typing import Any

from django.http import HttpRequest, JsonResponse

from hub.jinja import session_end


def stay(request: HttpRequest) -> JsonResponse:
    """Somebody is there: as for every POST, the middleware put the end off before this.

    The answer says when the session ends now, in the terms of hub.jinja.session_end.
    """
    told: dict[str, Any] = session_end(request) or {}
    return JsonResponse(told)
