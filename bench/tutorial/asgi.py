"""The address of the chat. Origins and sign-in are left out, in its favour."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.tutorial.settings")
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from bench.tutorial.consumers import ChatConsumer  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": URLRouter(
            [re_path(r"^ws/chat/(?P<room_name>\w+)/$", ChatConsumer.as_asgi())]  # type: ignore[arg-type]
        ),
    }
)
