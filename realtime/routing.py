"""The socket's address; every other address is refused like a stranger."""

from typing import Any, cast

from channels.routing import URLRouter
from channels.security.websocket import OriginValidator
from django.conf import settings
from django.urls import path, re_path

from realtime.consumer import ThreadsConsumer


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close"})


# A missing Origin is refused too: only browsers and honest clients send one.
_consumer: Any = ThreadsConsumer.as_asgi()  # Django's `path` is typed for pages
_routes: list[Any] = [path("ws/", _consumer), re_path(r"", cast(Any, refuse))]
application = OriginValidator(URLRouter(_routes), settings.ALLOWED_ORIGINS)
