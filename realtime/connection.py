"""One socket as an ASGI application: its own loop, and frames in order.

No thread and no task is spent on a frame that can be answered at once. What frames
mean is in consumer.py; how much a socket may send and be sent is in flow.py.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError
from django.utils import translation
from django.utils.translation import gettext as _

from hub.errors import Forbidden, NotFound, Unavailable
from realtime import figures, protocol
from realtime.database import database
from realtime.lines import Line, PublicLine
from realtime.protocol import ClientFrame, Close, Ready, encode
from realtime.traces import Traces

T = TypeVar("T")
Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Work = Coroutine[Any, Any, None]

logger = logging.getLogger(__name__)


class Connection:
    """A frame `x` is given to `on_x`: a plain function, or a coroutine to wait for.

    While a coroutine runs, later frames of this socket wait, so that they stay in
    order. NotFound, Forbidden and database errors of both become `refused`.
    """

    language: str

    def __init__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.line: Line = PublicLine(send)
        self.traces = Traces(scope)
        self.closing = False  # nothing is written any more
        self._waiting: deque[str] = deque()  # frames that came while another is done
        self._doing: asyncio.Task[None] | None = None
        self._bad_frames: deque[float] = deque(maxlen=protocol.MAX_BAD_FRAMES)

    @classmethod
    async def application(
        cls, scope: Mapping[str, Any], receive: Receive, send: Send
    ) -> None:
        await cls(scope, receive, send).serve()

    async def serve(self) -> None:
        """From the handshake to the end of the socket."""
        await self._receive()  # websocket.connect
        if not await self.admit():
            await self._send({"type": "websocket.close"})
            return
        offered = self.scope.get("subprotocols")
        chosen = protocol.SUBPROTOCOL if offered else None
        await self._send({"type": "websocket.accept", "subprotocol": chosen})
        self.traces.opened()
        self.opened()
        event: Event = {}
        try:
            while (event := await self._receive())["type"] == "websocket.receive":
                self.take(event.get("text") or "")
                if self._doing:
                    await asyncio.wait([self._doing])
        finally:
            self.closing = True
            self.closed()
            self.traces.closed(event.get("code"))

    async def admit(self) -> bool:
        """Whether this socket may open."""
        raise NotImplementedError

    def opened(self) -> None: ...

    def closed(self) -> None: ...

    # Frames in.

    def take(self, text: str) -> None:
        """One frame, after all before it. Never fails."""
        if self._doing:
            self._waiting.append(text)
        elif work := self._handle(text):
            self._doing = asyncio.get_running_loop().create_task(self._do(work))

    async def _do(self, work: Work | None) -> None:
        """Waits for `work`, then handles the frames that came meanwhile."""
        try:
            while work:
                await work
                work = None
                while self._waiting and not work:
                    work = self._handle(self._waiting.popleft())
        finally:
            self._doing = None

    def _handle(self, text: str) -> Work | None:
        """Does a frame at once, or returns what has to be waited for."""
        if self.closing:
            return None
        try:
            self.traces.next_frame()
            frame = protocol.decode(text)
            self.check_turn(frame)
        except ValueError:
            figures.frame_received("invalid")
            self._refuse_bad_frame()
            return None
        figures.frame_received(frame.type)
        try:
            work = getattr(self, f"on_{frame.type}")(frame)
        except Exception as error:
            self._failed(frame, error)
            return None
        return work and self._guarded(frame, work)

    async def _guarded(self, frame: ClientFrame, work: Work) -> None:
        try:
            await work
        except Exception as error:
            self._failed(frame, error)

    def check_turn(self, frame: ClientFrame) -> None:
        """Raises ValueError for a frame that may not come now."""

    def _failed(self, frame: ClientFrame, error: Exception) -> None:
        if isinstance(error, (NotFound, Forbidden)):
            self.refuse(frame, "forbidden")
        elif isinstance(error, (DatabaseError, InterfaceError, Unavailable)):
            logger.error("Database out of reach: %s", type(error).__name__)
            self.unavailable(frame)
        else:
            logger.error("A frame could not be handled", exc_info=error)
            self.end(Close.FAILED)

    def unavailable(self, frame: ClientFrame) -> None:
        self.refuse(frame, "unavailable")

    # Frames out.

    def write(self, frame: Ready) -> None:
        """Never waits and never fails; nothing after `end`."""
        if not self.closing:
            self.line.write(frame)

    def end(self, code: Close) -> None:
        """Closes after what was written; what still arrives is ignored."""
        if not self.closing:
            self.closing = True
            self.line.close(code)

    def tell(self, type_: str, **fields: Any) -> None:
        """One frame for this socket alone."""
        self.write(Ready(encode(type_, **fields)))

    def refuse(self, frame: ClientFrame | None, code: str, why: object = None) -> None:
        """`why` is for a person; by default the sentence for `code`."""
        named = {"id": str(frame.id)} if isinstance(frame, protocol.Post) else {}
        with translation.override(self.language):
            detail = _sentence(code) if why is None else str(why)
        self.tell("refused", **named, code=code, detail=detail)

    async def run(self, work: Callable[[], T]) -> T:
        """Domain code, in a thread and in the person's language."""

        def speak() -> T:
            with translation.override(self.language):
                return work()

        here = copy_context()  # with the id of the frame
        return await database.run(partial(here.run, speak))

    def _refuse_bad_frame(self) -> None:
        now = time.monotonic()
        self._bad_frames.append(now)
        logger.info("A frame that is not the protocol")
        full = len(self._bad_frames) == protocol.MAX_BAD_FRAMES
        if full and now - self._bad_frames[0] < protocol.BAD_FRAME_SECONDS:
            self.end(Close.NOT_THE_PROTOCOL)
            return
        self.refuse(None, "invalid")


def _sentence(code: str) -> str:
    sentences = {
        "invalid": _("This was not understood."),
        "forbidden": _("You may not do this in this thread."),
        "unavailable": _(
            "Not sent: the record is out of reach for a moment. Try again."
        ),
    }
    return sentences[code]
