"""The ways out of a socket: the public one of ASGI here, the direct one by its name.

The direct one is made by the server (hub.daphne_sockets) and comes in the scope.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from realtime.protocol import Ready

EXTENSION = "hub.line"  # the key of the direct one, as hub.daphne_sockets sets it

logger = logging.getLogger(__name__)


class Line(Protocol):
    """Where frames go. Both ways keep the order of frames and never raise."""

    def write(self, frame: Ready) -> int:
        """Returns how many bytes now wait for the reader, as far as is known."""

    def waiting(self) -> int:
        """How many bytes wait now."""

    def close(self, code: int) -> None:
        """Says good-bye after what was written."""

    def pause(self) -> None:
        """Reads nothing more from the client, where that is possible."""

    def resume(self) -> None: ...


class DirectLine(Line, Protocol):
    """hub.daphne_sockets.Line: gives frames to a listener as well."""

    def listen(self, listener: Callable[[str], None]) -> None: ...


class PublicLine:
    """ASGI's `send`, one event after the other. Knows what `send` has not taken yet;
    Daphne takes everything, other servers make the sender wait."""

    def __init__(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._send = send
        self._events: deque[tuple[dict[str, Any], int]] = deque()
        self._bytes = 0
        self._sending: asyncio.Task[None] | None = None

    def write(self, frame: Ready) -> int:
        self._put({"type": "websocket.send", "text": frame.text}, len(frame.text))
        return self._bytes

    def waiting(self) -> int:
        return self._bytes

    def close(self, code: int) -> None:
        self._put({"type": "websocket.close", "code": int(code)}, 0)

    def pause(self) -> None:
        """Nothing to do: whoever reads by `receive` simply asks for nothing more."""

    def resume(self) -> None: ...

    def _put(self, event: dict[str, Any], size: int) -> None:
        self._events.append((event, size))
        self._bytes += size
        if not self._sending:
            self._sending = asyncio.get_running_loop().create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            while self._events:
                event, size = self._events.popleft()
                await self._send(event)
                self._bytes -= size
        except Exception:  # a broken socket harms nobody else; its page comes back
            logger.exception("A socket could not be written to")
            self._events.clear()
            self._bytes = 0
        finally:
            self._sending = None
