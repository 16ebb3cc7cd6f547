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

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import translation
from django.utils.translation import gettext as _

from hub.errors import Forbidden, NotFound, Unavailable
from realtime import figures, flow, protocol
from realtime.database import reads, writes
from realtime.flow import Bucket, Window
from realtime.lines import EXTENSION, DirectLine, Line, PublicLine
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
        self.traces = Traces(scope)
        direct: DirectLine | None = scope.get("extensions", {}).get(EXTENSION)
        self.line: Line = direct or PublicLine(send)
        if direct:
            direct.listen(self.take)
        self.closing = False  # nothing is written any more
        self.lost_frames = False  # some were not sent, because the reader was slow
        self._is_muted = False
        self._window = Window(self.line)
        self._turns = Bucket()
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
                while not self.closing and (self._doing or self._is_muted):
                    if self._doing:
                        await asyncio.wait([self._doing])
                    else:
                        await asyncio.sleep(flow.LOOK_SECONDS)
        finally:
            self.closing = True
            if self._doing:  # it must not join or answer for a socket that has gone
                self._doing.cancel()
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
        if settings.RATE_LIMITS and not self._turns.take():
            self.end(Close.TOO_MUCH)
        elif self._doing or self._is_muted:
            self._waiting.append(text)
            if len(self._waiting) >= flow.MOST_UNREAD:
                self.line.pause()
        else:
            self._begin(text)

    def _begin(self, text: str) -> None:
        if work := self._handle(text):
            self._doing = asyncio.get_running_loop().create_task(self._finish(work))

    async def _finish(self, work: Work) -> None:
        try:
            await work
        finally:
            self._doing = None
        self._go_on()

    def _go_on(self) -> None:
        """With what came meanwhile."""
        while self._waiting and not self._doing and not self._is_muted:
            self._begin(self._waiting.popleft())
        if len(self._waiting) < flow.MOST_UNREAD:
            self.line.resume()

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
        elif isinstance(error, Unavailable):
            self.unavailable(frame)
        elif isinstance(error, (DatabaseError, InterfaceError)):
            logger.error("Database out of reach: %s", type(error).__name__)
            self.unavailable(frame)
        else:
            logger.error("A frame could not be handled", exc_info=error)
            self.end(Close.FAILED)

    def unavailable(self, frame: ClientFrame) -> None:
        self.refuse(frame, "unavailable")

    # Frames out.

    def write(self, frame: Ready) -> None:
        """Never waits and never fails; nothing after `end`.

        A reader who has not taken what was sent before is told to `reload`, and is sent
        nothing more until it has.
        """
        if self.closing or self._is_muted:
            return
        if not self._window.write(frame):
            self._is_muted = self.lost_frames = True
            self.line.write(Ready(encode("reload")))
            figures.reload_sent("slow")
            loop = asyncio.get_running_loop()
            self._look_again(loop, loop.time() + flow.DRAIN_SECONDS)

    async def answer(self, read: Callable[[], Ready]) -> None:
        """Reads and tells what was asked for, once everything before it was taken:
        whoever asks for much on a slow line gets it piece by piece, and no `reload`.

        Reads only then, so that rights are checked when it is told. Ends a socket that
        takes nothing for DRAIN_SECONDS.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + flow.DRAIN_SECONDS
        while not self.closing and (self._is_muted or not self._window.is_drained()):
            if loop.time() >= deadline:
                self.end(Close.TRY_AGAIN)
            await asyncio.sleep(flow.ROOM_SECONDS)
        if not self.closing:
            self.write(await self.read(read))

    def _look_again(self, loop: asyncio.AbstractEventLoop, deadline: float) -> None:
        """Whether a slow reader has taken what waited for it."""
        if self.closing:
            return
        if self._window.is_drained():
            self._is_muted = False
            self._go_on()
        elif loop.time() >= deadline:
            self.end(Close.TRY_AGAIN)
        else:
            loop.call_later(flow.LOOK_SECONDS, self._look_again, loop, deadline)

    def end(self, code: Close) -> None:
        """Closes after what was written; what still arrives is ignored."""
        if not self.closing:
            self.closing = True
            self._waiting.clear()
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

    async def read(self, work: Callable[[], T]) -> T:
        """Domain code that reads, in a thread and in the person's language."""
        return await reads.run(self._spoken(work))

    async def act(self, work: Callable[[], T]) -> T:
        """The same for what writes."""
        return await writes.run(self._spoken(work))

    def _spoken(self, work: Callable[[], T]) -> Callable[[], T]:
        def speak() -> T:
            with translation.override(self.language):
                return work()

        return partial(copy_context().run, speak)  # with the id of the frame

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
        "rate_limited": _("Too many messages in a minute. Wait, then send again."),
        "unavailable": _(
            "Not sent: the record is out of reach for a moment. Try again."
        ),
    }
    return sentences[code]
