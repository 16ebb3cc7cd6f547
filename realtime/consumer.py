"""One browser tab: signs in by cookie, then frame in, action or query, frame out."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import parse_cookie
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import trans_real

from hub import permissions
from hub.actions.messages import acknowledge, mark_read
from hub.chain import wire_time
from hub.errors import Forbidden, NotFound, Unavailable
from hub.models import User
from hub.posting import Draft, Refused
from hub.queries import threads as queries
from hub.queries.sessions import user_of_session
from hub.wire import wire_history, wire_posted
from hub.wire_files import FileChanges, wire_changes
from realtime import protocol
from realtime.ledger import ledger
from realtime.protocol import Close, encode, limits
from realtime.registry import registry
from realtime.relay import relay

OWN_REMEMBERED = 500  # posted ids kept to leave out the echo; more than fit in flight

T = TypeVar("T")

logger = logging.getLogger(__name__)


class ThreadsConsumer(AsyncWebsocketConsumer):
    """Carries every thread of one person (PROTOCOL section 1)."""

    user: User
    session_key: str

    async def connect(self) -> None:
        self.session_key = _cookie(self.scope, settings.SESSION_COOKIE_NAME)
        try:
            user = await database_sync_to_async(user_of_session)(self.session_key)
        except (DatabaseError, InterfaceError):
            user = None  # refused like a stranger: the page polls and tries again
        offered = self.scope.get("subprotocols") or [protocol.SUBPROTOCOL]
        if user is None or protocol.SUBPROTOCOL not in offered:
            await self.close()
            return
        self.user, self.user_id = user, user.pk
        self.language = user.locale or _accepted_language(self.scope)
        self.bad_frames: deque[float] = deque(maxlen=protocol.MAX_BAD_FRAMES)
        self.own: deque[tuple[UUID, UUID]] = deque(maxlen=OWN_REMEMBERED)
        self.greeted = False
        chosen = protocol.SUBPROTOCOL if self.scope.get("subprotocols") else None
        await self.accept(chosen)
        relay.start()
        loop = asyncio.get_running_loop()
        self.deadline = loop.call_later(protocol.HELLO_SECONDS, self._no_hello)

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "deadline"):
            self.deadline.cancel()
            registry.leave(self)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        try:
            frame = protocol.decode(text_data or "")
            if not self.greeted and not isinstance(frame, protocol.Hello):
                raise ValueError("hello comes first")
        except ValueError:
            await self._refuse_bad_frame()
            return
        try:
            await getattr(self, f"on_{frame.type}")(frame)
        except (DatabaseError, InterfaceError) as error:
            logger.error("Database out of reach: %s", type(error).__name__)
            if isinstance(frame, protocol.Hello):
                # Half welcomed, it would take up a count whose files it never got.
                registry.leave(self)
                await self.end(Close.TRY_AGAIN)
            else:
                await self._refuse(frame, "unavailable")
        except Unavailable:
            await self._refuse(frame, "unavailable")
        except (NotFound, Forbidden):
            await self._refuse(frame, "forbidden")

    # Frames, in the order of PROTOCOL section 1.

    async def on_hello(self, frame: protocol.Hello) -> None:
        self.deadline.cancel()
        self.greeted = True
        rows = await self._run(lambda: queries.welcome_rows(self.user))
        mine = {UUID(row["thread"]): row["head"] for row in rows}
        registry.join(self, mine)  # before reading: what comes meanwhile is delivered
        for row in rows:
            registry.settle_files(UUID(row["thread"]), row["files"])
        await self.send_text(await self._run(lambda: self._welcome(rows)))
        for thread, held in frame.threads.items():
            if mine.get(thread, 0) > held:
                await self.send_text(
                    await self._run(partial(self._missed, thread, held))
                )
        for thread, held in frame.files.items():
            if thread in mine:
                await self._send_missed_files(thread, held)
        for thread, head in mine.items():
            registry.settle(thread, head)

    async def on_post(self, frame: protocol.Post) -> None:
        draft = Draft(
            thread=frame.thread,
            author=self.user_id,
            id=frame.id,
            body=frame.body,
            needs_ack=frame.needs_ack,
            urgent=frame.urgent,
            for_case_file=frame.for_case_file,
            corrects=frame.corrects,
            attachments=tuple(frame.attachments),
            door="socket",
        )
        self.own.append((self.user_id, frame.id))
        try:
            outcome = await ledger.submit(draft)
        except Unavailable:
            self.own.remove((self.user_id, frame.id))
            raise
        if isinstance(outcome, Refused):
            self.own.remove((self.user_id, frame.id))
            with translation.override(self.language):
                detail = outcome.detail
            await self._send_refused(str(frame.id), outcome.code, detail)
        else:
            await self.send_text(encode("posted", **wire_posted(outcome.message)))

    async def on_read(self, frame: protocol.Read) -> None:
        await self._run(lambda: mark_read(self.user, frame.thread, frame.seq))

    async def on_acknowledge(self, frame: protocol.Acknowledge) -> None:
        await self._run(lambda: acknowledge(self.user, frame.thread, frame.seq))

    async def on_history(self, frame: protocol.History) -> None:
        def read() -> dict[str, Any]:
            seat = permissions.seat_in_thread(self.user, frame.thread, "thread.read")
            part = queries.history(
                seat.thread, before=frame.before, after=frame.after, limit=frame.limit
            )
            return wire_history(frame.thread, part, self.user_id)

        await self.send_text(encode("messages", **await self._run(read)))

    async def on_ping(self, frame: protocol.Ping) -> None:
        heads, files = registry.heads(self), registry.changes(self)
        await self.send_text(encode("pong", heads=heads, files=files))

    # What the relay asks of a socket (realtime.registry.Socket).

    def is_own(self, author: UUID, client_id: UUID) -> bool:
        return (author, client_id) in self.own

    async def send_text(self, text: str) -> None:
        await self.send(text_data=text)

    async def end(self, code: Close) -> None:
        await self.close(code=code)

    # Steps of the above.

    def _welcome(self, rows: list[dict[str, Any]]) -> str:
        places = self.user.places
        me = {
            "id": str(self.user_id),
            "name": self.user.name,
            "organisation": places[0].organisation if places else "",
        }
        now = wire_time(timezone.now())
        return encode(
            "welcome", user=me, threads=rows, server_time=now, limits=limits()
        )

    def _missed(self, thread: UUID, held: int) -> str:
        """What came after `held`, in one frame; the client asks for more."""
        seat = permissions.seat_in_thread(self.user, thread, "thread.read")
        part = queries.history(seat.thread, after=held, limit=queries.MOST)
        return encode("messages", **wire_history(thread, part, self.user_id))

    async def _send_missed_files(self, thread: UUID, held: int) -> None:
        """What became of files after that count, one frame each."""

        def read() -> FileChanges:
            seat = permissions.seat_in_thread(self.user, thread, "thread.read")
            return wire_changes(seat, held)

        more = True
        while more:
            part = await self._run(read)
            held, more = part["change"], part["more"]
            for one in part["attachments"]:
                frame = encode("attachment", thread=str(thread), attachment=one)
                await self.send_text(frame)

    async def _run(self, work: Callable[[], T]) -> T:
        """Domain code, in a thread of its own kind and in the person's language."""

        def speak() -> T:
            with translation.override(self.language):
                return work()

        return await database_sync_to_async(speak)()

    def _no_hello(self) -> None:
        self.farewell = asyncio.ensure_future(self.end(Close.NO_HELLO))

    async def _refuse_bad_frame(self) -> None:
        now = time.monotonic()
        self.bad_frames.append(now)
        logger.info("A frame that is not the protocol")
        full = len(self.bad_frames) == protocol.MAX_BAD_FRAMES
        if full and now - self.bad_frames[0] < protocol.BAD_FRAME_SECONDS:
            await self.end(Close.NOT_THE_PROTOCOL)
            return
        await self._send_refused(None, "invalid", self._sentence("invalid"))

    async def _refuse(self, frame: protocol.ClientFrame, code: str) -> None:
        message_id = str(frame.id) if isinstance(frame, protocol.Post) else None
        await self._send_refused(message_id, code, self._sentence(code))

    async def _send_refused(self, id_: str | None, code: str, detail: str) -> None:
        named = {"id": id_} if id_ else {}
        await self.send_text(encode("refused", **named, code=code, detail=detail))

    def _sentence(self, code: str) -> str:
        with translation.override(self.language):
            sentences = {
                "invalid": _("This was not understood."),
                "forbidden": _("You may not do this in this thread."),
                "unavailable": _(
                    "Not sent: the record is out of reach for a moment. Try again."
                ),
            }
            return sentences[code]


def _cookie(scope: Mapping[str, Any], name: str) -> str:
    return parse_cookie(_header(scope, b"cookie")).get(name, "")


def _accepted_language(scope: Mapping[str, Any]) -> str:
    """The first language of the browser that we speak."""
    wanted = _header(scope, b"accept-language")
    for code, _quality in trans_real.parse_accept_lang_header(wanted):
        if code[:2] in dict(settings.LANGUAGES):
            return code[:2]
    return settings.LANGUAGE_CODE


def _header(scope: Mapping[str, Any], name: bytes) -> str:
    values = [value for key, value in scope.get("headers", []) if key == name]
    return b"; ".join(values).decode("latin-1")
