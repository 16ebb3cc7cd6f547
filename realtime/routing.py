"""The socket's address and the origins it accepts; all else is refused alike."""

from typing import Any, cast

from channels.routing import URLRouter
from django.conf import settings
from django.urls import path, re_path

from realtime.consumer import ThreadsConsumer


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """HTTP 403 before the handshake."""
    await receive()
    await send({"type": "websocket.close"})


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Lets in who sends one Origin, written exactly as one of ours.

    A missing one is refused too: only browsers and honest clients send one. Channels'
    own validator compares parts, so that `http://user@host` would pass.
    """
    given = [value for name, value in scope["headers"] if name == b"origin"]
    ours = [origin.encode() for origin in settings.ALLOWED_ORIGINS]
    inner: Any = _routes if len(given) == 1 and given[0] in ours else refuse
    await inner(scope, receive, send)


_consumer: Any = ThreadsConsumer.application  # Django's `path` is typed for pages
_patterns: list[Any] = [path("ws/", _consumer), re_path(r"", cast(Any, refuse))]
_routes = URLRouter(_patterns)
