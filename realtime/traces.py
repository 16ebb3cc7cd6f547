"""What one socket leaves behind: ids for the log, figures, a line at its end."""

import logging
import time
from collections.abc import Mapping
from typing import Any

from hub import request_ids
from hub.log_lines import fields
from realtime import figures

_HEADER = request_ids.HEADER.lower().encode()

# Below hub.access, so that ACCESS_LOG turns both on and off.
logger = logging.getLogger("hub.access.sockets")


class Traces:
    """The socket has one id, its frames are ID.1, ID.2 ..."""

    __slots__ = ("_began", "_frames", "_id")

    def __init__(self, scope: Mapping[str, Any]) -> None:
        given = dict(scope.get("headers", ())).get(_HEADER, b"")
        self._id = request_ids.accepted(given.decode("latin-1"))
        self._frames = 0
        self._began = time.monotonic()
        request_ids.enter(self._id)

    def opened(self) -> None:
        figures.socket_opened()

    def next_frame(self) -> None:
        """From here on in this task, all is done for the next frame."""
        self._frames += 1
        request_ids.enter(f"{self._id}.{self._frames}")

    def closed(self, code: int | None) -> None:
        figures.socket_closed(code)
        lived = round(time.monotonic() - self._began, 1)
        told = fields(request=self._id, code=code, frames=self._frames, seconds=lived)
        logger.info("socket closed with %s", code, extra=told)
