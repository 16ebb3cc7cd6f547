"""An empty hub beside the one under test, with its own database and the same keys."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from django.conf import settings

from tests.clients.server import ServedHub
from tests.conftest import SERVERS
from tests.faults.checker import Record


@contextmanager
def empty_hub(folder: Path, **keys: str) -> Iterator[ServedHub]:
    """In the shape of the tests; nothing is served, `manage` works.

    `keys` are those of the tests unless others are given.
    """
    keys = keys or {
        "SECRET_KEY": settings.SECRET_KEY,
        "FILES_KEY": base64.b64encode(settings.FILES_KEYS[0]).decode(),
    }
    if not SERVERS:
        yield ServedHub(folder, **keys)
        return
    with empty_database(SERVERS[0].url) as url:
        yield ServedHub(folder, DATABASE_URL=url, **keys)


@contextmanager
def empty_database(address: str) -> Iterator[str]:
    """The address of a new database on that server, which goes afterwards."""
    name = f"empty_{uuid4().hex[:8]}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield address.replace("/postgres?", f"/{name}?")
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def is_earlier(restored: Record, live: Record) -> bool:
    """Whether each thread is the beginning of what the live hub holds, whole."""
    return restored.keys() <= live.keys() and all(
        thread["messages"] == live[name]["messages"][: thread["head"]]
        and thread["broken"] is None
        and len(thread["messages"]) == thread["head"]
        for name, thread in restored.items()
    )
