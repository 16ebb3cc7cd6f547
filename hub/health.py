"""What other packages add to /readyz and /metrics, which are pages of the hub.

Belongs here: the lists, filled once when the process starts, and whether the process
is about to end. What is added reads only, and tells counts and ages, never content.
"""

from collections.abc import Callable

from prometheus_client.registry import Collector

# Name of a part -> how it is, in words; told, and never a reason for 503.
parts: dict[str, Callable[[], str]] = {}
# The same for parts of this process without which it serves nobody well: anything but
# "ok" is a reason for 503. They ask no database.
needed: dict[str, Callable[[], str]] = {}
collectors: list[Collector] = []

STUCK_SECONDS = 30.0  # a database that answers takes milliseconds, SQLite waits 20 s

_is_stopping = False


def stop() -> None:
    """From now on /readyz asks for nobody new: the process was told to end."""
    global _is_stopping
    _is_stopping = True


def process() -> str:
    """Whether this process stays, for /readyz."""
    return "stopping" if _is_stopping else "ok"
