"""The application that any ASGI server can run: pages and JSON, and the socket."""

import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django_application = get_asgi_application()  # first: models must be ready below

from channels.routing import ProtocolTypeRouter  # noqa: E402

from realtime.routing import application as socket_application  # noqa: E402

application = ProtocolTypeRouter(
    {"http": django_application, "websocket": socket_application}
)

# What is loaded by now lives as long as the process: looked through at each full
# collection, it made everybody wait for some 80 ms.
gc.collect()
gc.freeze()
