"""`serve` in development keeps a clamd of its own running, where there is one.

Belongs here: when it starts, starts again and ends. What it is: hub/files/own_clamd.py.
"""

import logging
import threading
from typing import Any

from django.conf import settings

from hub import events
from hub.files.own_clamd import OwnClamd

LOOK_SECONDS = 5.0

logger = logging.getLogger(__name__)

_stop = threading.Event()


def connect() -> None:
    events.server_starts.connect(_on_server_starts)
    events.server_stops.connect(_on_server_stops)


class Keeper:
    """Says each trouble once, however often it meets it."""

    def __init__(self, own: OwnClamd) -> None:
        self.own = own
        self.said = ""

    def keep(self, stop: threading.Event, look_seconds: float = LOOK_SECONDS) -> None:
        """Until told to stop; the child lives no longer than the calling thread."""
        while not stop.is_set():
            self.look()
            stop.wait(look_seconds)
        self.own.stop()

    def look(self) -> None:
        """Starts it if it does not run and can be started."""
        if self.own.is_running():
            return
        trouble = self.own.obstacle() or self.own.end()
        if not self.own.obstacle():
            try:
                self.own.start()
            except OSError as error:
                trouble = f"clamd cannot be started: {error.strerror}."
        if trouble and trouble != self.said:
            logger.warning(
                "Files wait for a virus scanner (docs/operations.md): %s", trouble
            )
        self.said = trouble


def _on_server_starts(**_: Any) -> None:
    if not settings.OWN_CLAMD:
        return
    _stop.clear()
    keeper = Keeper(OwnClamd(settings.DATA_FOLDER.resolve() / "clamd"))
    threading.Thread(
        target=keeper.keep, args=(_stop,), name="own-clamd", daemon=True
    ).start()


def _on_server_stops(**_: Any) -> None:
    _stop.set()
