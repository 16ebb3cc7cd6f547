"""Django's entry to the hub package. Only what must run once per process."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class HubConfig(AppConfig):
    name = "hub"

    def ready(self) -> None:
        from hub import (
            checks,  # noqa: F401 (registers the system checks)
            inspector,
            own_clamd,
            schedule,
        )

        inspector.connect()
        schedule.connect()
        own_clamd.connect()
        connection_created.connect(allow_large_groups)


def allow_large_groups(connection: Any, **_: Any) -> None:
    """Tells Django how many variables this SQLite really takes.

    Django assumes 999 and would cut a group of 200 messages into several inserts.
    """
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = limit


SQLITE_LIMIT_VARIABLE_NUMBER = 9  # sqlite3.h; the same value since SQLite 3.5.
