"""The socket's address; every other address is refused like a stranger."""

from typing import Any

from channels.routing import URLRouter
from channels.security.websocket import OriginValidator
from django.conf import settings
from django.urls import path, re_path

from realtime.consumer import ThreadsConsumer


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close"})


# A missing Origin is refused too: only browsers and honest clients send one.
application = OriginValidator(
    URLRouter([path("ws/", ThreadsConsumer.as_asgi()), re_path(r"", refuse)]),
    settings.ALLOWED_ORIGINS,
)
