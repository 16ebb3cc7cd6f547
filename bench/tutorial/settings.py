"""Settings of the comparison. LAYER, CONN_MAX_AGE and the servers' addresses vary."""

import os
from typing import Any

import dj_database_url

SECRET_KEY = "only ever measured"  # noqa: S105 (serves 127.0.0.1 for a few minutes)
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["daphne", "channels", "bench.tutorial"]
ASGI_APPLICATION = "bench.tutorial.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

# Django's default opens a connection for every save; `None` keeps it.
_age = os.environ.get("CONN_MAX_AGE", "0")
DATABASES = {
    "default": dj_database_url.parse(
        os.environ["DATABASE_URL"], conn_max_age=None if _age == "None" else int(_age)
    )
}

LAYERS = {
    "core": "channels_redis.core.RedisChannelLayer",
    "pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
}
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": LAYERS[os.environ.get("LAYER", "core")],
        # Without this redis-py 8 ends idle consumers of the first layer after 5 s.
        "CONFIG": {
            "hosts": [{"address": os.environ["REDIS_URL"], "socket_timeout": None}]
        },
    }
}
