"""What a tab asks and hears: each frame of PROTOCOL section 1, and who may speak."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import parse_cookie
from django.utils import timezone
from django.utils.translation import trans_real

from hub import permissions
from hub.actions.messages import acknowledge
from hub.chain import wire_time
from hub.errors import Forbidden, NotFound
from hub.instruments import count_post
from hub.models import User
from hub.posting import Draft, Outcome, Refused
from hub.queries import threads as queries
from hub.queries.history import MOST, History, history
from hub.queries.sessions import organisation_of, user_of_session
from hub.wire import wire_history, wire_posted
from hub.wire_files import FileChanges, wire_changes
from realtime import protocol, typing
from realtime.connection import Connection
from realtime.database import reads
from realtime.flow import Tabs, fitting, posts
from realtime.ledger import ledger
from realtime.presence import presence
from realtime.protocol import Close, Ready, encode, limits
from realtime.receipts import receipts
from realtime.registry import registry
from realtime.relay import relay

OWN_REMEMBERED = 500  # posted ids kept to leave out the echo; more than fit in flight


tabs: "Tabs[ThreadsConsumer]" = Tabs()


class ThreadsConsumer(Connection):
    """Carries every thread of one person."""

    user: User
    user_id: UUID
    session_key: str

    async def admit(self) -> bool:
        self.session_key = _cookie(self.scope, settings.SESSION_COOKIE_NAME)
        try:
            user = await reads.run(partial(user_of_session, self.session_key))
        except (DatabaseError, InterfaceError):
            user = None  # refused like a stranger: the page polls and tries again
        offered = self.scope.get("subprotocols") or [protocol.SUBPROTOCOL]
        if user is None or protocol.SUBPROTOCOL not in offered:
            return False
        self.user, self.user_id, self.person = user, user.pk, str(user.pk)
        self.language = user.locale or accepted_language(self.scope)
        self.own: dict[str, None] = {}  # ids, in the order of posting
        self.greeted = False
        return True

    def opened(self) -> None:
        relay.start()
        loop = asyncio.get_running_loop()
        if one_too_many := tabs.opened(self.person, self):
            one_too_many.end(Close.TOO_MUCH)
        late = partial(self.end, Close.NO_HELLO)
        self.deadline = loop.call_later(protocol.HELLO_SECONDS, late)

    def closed(self) -> None:
        self.deadline.cancel()
        tabs.closed(self.person, self)
        registry.leave(self)

    def check_turn(self, frame: protocol.ClientFrame) -> None:
        if not self.greeted and not isinstance(frame, protocol.Hello):
            raise ValueError("hello comes first")
        if not isinstance(frame, protocol.Ping):
            tabs.used(self.person, self)

    # Frames, in the order of PROTOCOL section 1.

    async def on_hello(self, frame: protocol.Hello) -> None:
        self.deadline.cancel()
        self.greeted = True
        rows, welcome = await self.read(self._welcome)
        heads = self._join(rows)
        self.write(welcome)
        for thread, held in self._behind(frame.threads, heads):
            await self._send_missed(thread, held)
        for thread, held in frame.files.items():
            if thread in heads:
                await self._send_missed_files(thread, held)
        await presence.greet(self, frame.threads)

    def on_post(self, frame: protocol.Post) -> None:
        """Answered by `posted` or `refused`; later frames do not wait for it."""
        if not posts.take(self.person):
            count_post("socket", "rate_limited")
            self.refuse(frame, "rate_limited")
            return
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
            session=self.session_key,
        )
        self._remember_own(str(frame.id))
        outcome = ledger.submit(draft)
        outcome.add_done_callback(partial(self._decided, frame))

    def on_read(self, frame: protocol.Read) -> None:
        if not registry.may_read(self, frame.thread):
            raise NotFound
        receipts.note(self.user_id, frame.thread, frame.seq)

    async def on_acknowledge(self, frame: protocol.Acknowledge) -> None:
        def act() -> None:
            if user_of_session(self.session_key) is None:
                raise Forbidden("session")
            acknowledge(self.user, frame.thread, frame.seq)

        await self.act(act)

    def on_typing(self, frame: protocol.Typing) -> None:
        if not registry.may_write(self, frame.thread):
            raise Forbidden("thread.write")
        typing.forward(frame.thread, self.user_id)

    async def on_history(self, frame: protocol.History) -> None:
        def read() -> Ready:
            head = permissions.head_for(self.user, frame.thread)
            before, after, limit = frame.before, frame.after, frame.limit
            part = history(frame.thread, head, before=before, after=after, limit=limit)
            return self._messages(frame.thread, fitting(part, keep_last=after is None))

        await self.answer(read)

    def on_ping(self, frame: protocol.Ping) -> None:
        # Whoever lost frames was not told all up to there about files.
        files = {} if self.lost_frames else registry.changes(self)
        self.tell("pong", heads=registry.heads(self), files=files)

    def unavailable(self, frame: protocol.ClientFrame) -> None:
        if isinstance(frame, protocol.Hello):
            # Half welcomed, it would take up a count whose files it never got.
            registry.leave(self)
            self.end(Close.TRY_AGAIN)
        else:
            super().unavailable(frame)

    # What delivery asks of a socket (realtime.registry.Socket).

    def is_own(self, author: str, client_id: str) -> bool:
        return client_id in self.own and author == self.person

    # Steps of the above.

    def _remember_own(self, client_id: str) -> None:
        self.own[client_id] = None
        if len(self.own) > OWN_REMEMBERED:
            del self.own[next(iter(self.own))]

    def _decided(self, frame: protocol.Post, future: "asyncio.Future[Outcome]") -> None:
        if future.cancelled() or (error := future.exception()):
            self.own.pop(str(frame.id), None)
            if not future.cancelled():
                assert isinstance(error, Exception)
                self._failed(frame, error)
        elif isinstance(outcome := future.result(), Refused):
            self.own.pop(str(frame.id), None)
            self.refuse(frame, outcome.code, outcome.sentence)
        else:
            self.tell("posted", **wire_posted(outcome.message))

    def _welcome(self) -> tuple[list[dict[str, Any]], Ready]:
        rows = queries.welcome_rows(self.user)
        me = {
            "id": self.person,
            "name": self.user.name,
            "organisation": organisation_of(self.user),
        }
        now = wire_time(timezone.now())
        frame = encode(
            "welcome", user=me, threads=rows, server_time=now, limits=limits()
        )
        return rows, Ready(frame)

    def _join(self, rows: list[dict[str, Any]]) -> dict[UUID, int]:
        """From now on hints reach this socket; the heads that it was told."""
        heads = {UUID(row["thread"]): row["head"] for row in rows}
        registry.join(self, heads)
        registry.let_write(self, (UUID(row["thread"]) for row in rows if row["write"]))
        for row in rows:
            registry.settle_files(UUID(row["thread"]), row["files"])
        for thread, head in heads.items():
            registry.settle(thread, head)
        return heads

    def _behind(
        self, shown: Mapping[UUID, int], heads: Mapping[UUID, int]
    ) -> list[tuple[UUID, int]]:
        """The threads in which something came after what the page holds.

        This process may have delivered more than the heads that were read: what came
        between that and the joining reached everybody but this socket.
        """
        known = {t: max(h, registry.delivered.get(t, 0)) for t, h in heads.items()}
        return [(t, held) for t, held in shown.items() if known.get(t, 0) > held]

    async def _send_missed(self, thread: UUID, held: int) -> None:
        """What came after `held`, in one frame; the client asks for more."""

        def read() -> Ready:
            head = permissions.head_for(self.user, thread)
            part = history(thread, head, after=held, limit=MOST)
            return self._messages(thread, fitting(part, keep_last=False))

        with suppress(NotFound):  # the right was lost this moment: the relay follows
            await self.answer(read)

    def _messages(self, thread: UUID, part: History) -> Ready:
        return Ready(encode("messages", **wire_history(thread, part, self.user_id)))

    async def _send_missed_files(self, thread: UUID, held: int) -> None:
        """What became of files after that count, one frame each."""

        def read() -> FileChanges:
            seat = permissions.seat_in_thread(self.user, thread, "thread.read")
            return wire_changes(seat, held)

        more = True
        with suppress(NotFound):
            while more:
                part = await self.read(read)
                held, more = part["change"], part["more"]
                for one in part["attachments"]:
                    self.tell("attachment", thread=str(thread), attachment=one)


def _cookie(scope: Mapping[str, Any], name: str) -> str:
    return parse_cookie(_header(scope, b"cookie")).get(name, "")


def accepted_language(scope: Mapping[str, Any]) -> str:
    """As for pages: chosen in this browser, else the first it asks that we speak."""
    chosen = _cookie(scope, settings.LANGUAGE_COOKIE_NAME)
    if chosen in dict(settings.LANGUAGES):
        return chosen
    wanted = _header(scope, b"accept-language")
    for code, _quality in trans_real.parse_accept_lang_header(wanted):
        if code[:2] in dict(settings.LANGUAGES):
            return code[:2]
    return settings.LANGUAGE_CODE


def _header(scope: Mapping[str, Any], name: bytes) -> str:
    values = [value for key, value in scope.get("headers", []) if key == name]
    return b"; ".join(values).decode("latin-1")
