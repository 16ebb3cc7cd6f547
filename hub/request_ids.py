"""The id under which all that one request, frame or job does is found in the log.

It travels in a context variable: through threads of asgiref by itself, into others by
`contextvars.copy_context`. It names a happening, never a person.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Request-Id"
# What proxies make: hex, UUIDs, ULIDs. Nothing that could break a log line.
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The present one; empty where nobody set any."""
    return _current.get()


def new_id() -> str:
    """96 random bits in hex: no two in the life of a log are alike."""
    return secrets.token_hex(12)


def accepted(given: str) -> str:
    """The id that a proxy gave, if it is well formed, else a new one."""
    return given if _GIVEN.fullmatch(given) else new_id()


def enter(request_id: str) -> None:
    """From here on in this task; for a task that serves one happening after another."""
    _current.set(request_id)


@contextmanager
def under(request_id: str) -> Iterator[str]:
    """Within the block."""
    token = _current.set(request_id)
    try:
        yield request_id
    finally:
        _current.reset(token)
