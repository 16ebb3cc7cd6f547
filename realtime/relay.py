"""What a process does with hints, and what it does when they get lost.

Every few seconds it compares what it delivered with the record, and what it may
deliver with the rights: a lost hint costs seconds, never a message or a secret.
Handing on is in delivery.py, the way to other processes in layer.py.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils import timezone

from hub import events, request_ids
from hub.actions.presence import note_seen
from hub.queries import threads as queries
from hub.queries.sessions import sessions_alive
from realtime import broadcasts, figures, typing
from realtime.database import reads, writes
from realtime.delivery import deliver, deliver_file, fill, fill_files, send_all
from realtime.layer import Layer
from realtime.ledger import ledger
from realtime.presence import presence
from realtime.protocol import Close, Ready, encode
from realtime.receipts import receipts
from realtime.registry import Socket, registry

CHECK_SECONDS = 5.0  # PROTOCOL allows 15 s for losses of every kind
PRESENCE_SECONDS = 20.0  # with hub.actions.presence: `seen_at` ages 85 s at most
FAREWELL_STEP_SECONDS = 0.02  # hub.server ends the waiting

logger = logging.getLogger(__name__)


def connect() -> None:
    events.server_stops.connect(on_server_stops)


def on_server_stops(**_: Any) -> Coroutine[Any, Any, None]:
    """To be awaited. Django's signal would run an `async def` in its own way."""
    return _say_good_bye()


async def _say_good_bye() -> None:
    """Answers what is in hand, then tells every socket to come back (1012).

    Read marks need not wait for the slowest socket to be gone.
    """
    await ledger.settle()
    last = (end_all(Close.RESTART), receipts.drain(), presence.say_goodbye())
    await asyncio.gather(*last)


class Relay:
    """Started by the first socket; lives as long as its loop."""

    def __init__(self) -> None:
        self._layer = Layer()
        self._tasks: list[asyncio.Task[None]] = []
        self._due: dict[Hashable, Callable[[], Awaitable[None]]] = {}
        self._something_due = asyncio.Event()
        self._concerned: set[UUID] = set()  # people whose rights changed
        self._noted_at = -PRESENCE_SECONDS  # on the monotonic clock

    def start(self) -> None:
        if any(not task.done() for task in self._tasks):
            return
        broadcasts.serving_loop = asyncio.get_running_loop()
        broadcasts.hand_on = self.hand_on
        figures.check_loop_started()
        with request_ids.under(""):  # not that of the socket which happened to be first
            self._layer.start(self.take)
            self._something_due = asyncio.Event()
            self._tasks = [
                asyncio.create_task(self._do_what_is_due()),
                asyncio.create_task(self._check_for_ever()),
                asyncio.create_task(presence.run()),
            ]

    async def stop(self) -> None:
        await receipts.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._layer.stop()
        figures.check_loop_stopped()
        self._tasks = []
        self._due.clear()
        broadcasts.serving_loop = broadcasts.hand_on = None

    def hand_on(self, hint: dict[str, Any]) -> None:
        """A hint of this process: to its own sockets at once, then to the others."""
        figures.hints("own")
        self.take(hint)
        self._layer.offer(hint)

    def take(self, hint: dict[str, Any]) -> None:
        """One hint of hub/events, as realtime.broadcasts wrote it. Never fails."""
        try:
            with figures.fan_out():
                self._take(hint)
        except Exception:  # all pages depend on it
            logger.exception("A hint could not be handed on")

    def _take(self, hint: dict[str, Any]) -> None:
        if hint["kind"] == "messages":
            for name, messages in hint["threads"].items():
                if not deliver(thread := UUID(name), messages):
                    self._later(("fill", thread), partial(fill, thread))
        elif hint["kind"] == "frame":
            frame = Ready(hint["frame"])
            for name in hint["threads"]:
                send_all(registry.sockets(UUID(name)), frame)
        elif hint["kind"] == "file":
            if not deliver_file(thread := UUID(hint["thread"]), hint):
                work = partial(fill_files, thread, hint["change"])
                self._later(("files", thread), work)
        elif hint["kind"] == "rights":
            concerned = {UUID(user) for user in hint["users"]}
            self._concerned |= concerned
            presence.online.hurry(concerned)
            self._later("rights", self._apply_rights)
        elif hint["kind"] == "presence":
            presence.hear(hint)
        elif hint["kind"] == "typing":
            typing.hand_on(hint)
        else:
            self._later("sessions", end_dead_sessions)

    def _later(self, name: Hashable, work: Callable[[], Awaitable[None]]) -> None:
        """What needs the record: soon, one after the other, each name once."""
        self._due[name] = work
        self._something_due.set()

    async def _do_what_is_due(self) -> None:
        while True:
            await self._something_due.wait()
            while self._due:
                work = self._due.pop(next(iter(self._due)))
                await self._try(work, "Left to the next check")
            self._something_due.clear()

    async def _check_for_ever(self) -> None:
        while True:
            planned = time.monotonic() + CHECK_SECONDS
            await asyncio.sleep(CHECK_SECONDS)
            counted = partial(self._check, time.monotonic() - planned)
            await self._try(counted, "Check postponed")
            await self._try(self._note_presence, "Check postponed")

    async def _check(self, late_seconds: float) -> None:
        with figures.check(late_seconds):
            await check()

    async def _try(self, work: Callable[[], Awaitable[None]], lost: str) -> None:
        try:
            await work()
        except DatabaseError as error:
            logger.warning("%s: %s", lost, type(error).__name__)
        except Exception:  # the top of a loop: all pages depend on it
            logger.exception("The relay failed")

    async def _apply_rights(self) -> None:
        users, self._concerned = self._concerned, set()
        await apply_rights([s for s in registry.everyone() if s.user_id in users])

    async def _note_presence(self) -> None:
        """An open page is somebody who is here, even if they only read."""
        now = time.monotonic()
        if now - self._noted_at >= PRESENCE_SECONDS:
            self._noted_at = now
            await note_presence()


async def check() -> None:
    """Heals lost hints: rights, sessions, heads, in three queries per process.

    Rights come first, and no fault of ours in one step costs another: raises what the
    first that failed raised, after all of them; at once when the record is away.
    """
    if not registry.everyone():
        return
    failures = []
    everyone = partial(apply_rights, registry.everyone())
    for step in (everyone, end_dead_sessions, fill_all):
        try:
            await step()
        except (OperationalError, InterfaceError):
            raise  # the record is away: each further step would wait for it as long
        except (
            Exception
        ) as error:  # a fault of ours in one step must not cost the others
            failures.append(error)
    if failures:
        raise failures[0]


async def fill_all() -> None:
    """Reads what this process did not deliver; a thread that cannot be read is left."""
    known = registry.delivered.keys() | registry.files.keys()
    heads = await reads.run(partial(queries.heads_of, known))
    for thread, head in heads.items():
        try:
            await _fill_to(thread, head)
        except DatabaseError:
            raise  # the others cannot be read either
        except Exception:  # what is wrong with one thread must not cost the others
            logger.exception("A thread could not be read")


async def _fill_to(thread: UUID, head: queries.ThreadHead) -> None:
    if head.seq > registry.delivered.get(thread, head.seq):
        await fill(thread)
    if head.change > registry.files.get(thread, head.change):
        await fill_files(thread, head.change)


async def note_presence() -> None:
    """One UPDATE for everybody who has a socket open in this process."""
    if users := {socket.user_id for socket in registry.everyone()}:
        await writes.run(partial(note_seen, users, timezone.now()))


async def apply_rights(sockets: list[Socket]) -> None:
    """Takes lost threads away and adds new ones; a person without any is told so."""
    users = {socket.user_id for socket in sockets}
    allowed = await reads.run(partial(queries.threads_open_to, users))
    for socket in sockets:
        if socket not in registry.threads_of:
            continue  # it left meanwhile
        before = set(registry.threads_of.get(socket, ()))
        rights = allowed.get(socket.user_id, {})
        now = set(rights)
        registry.drop(socket, before - now)
        presence.online.cut(socket.user_id, before - now)
        registry.let_write(socket, (thread for thread in rights if rights[thread]))
        if before and not now:
            socket.end(Close.RIGHTS_LOST)
            continue
        await _join_new(socket, now - before)
        for thread in before ^ now:
            socket.write(Ready(encode("reload", thread=str(thread))))
            figures.reload_sent("rights")


async def _join_new(socket: Socket, threads: set[UUID]) -> None:
    """From their present heads on, so that the next check finds what gets lost."""
    if threads:
        registry.join(socket, threads)
        heads = await reads.run(partial(queries.heads_of, list(threads)))
        for thread, head in heads.items():
            registry.settle_files(thread, head.change)
            registry.settle(thread, head.seq)


async def end_dead_sessions() -> None:
    sockets = registry.everyone()
    keys = {socket.session_key for socket in sockets}
    alive = await reads.run(partial(sessions_alive, keys))
    for socket in sockets:
        if socket.session_key not in alive:
            registry.leave(socket)
            socket.end(Close.SESSION_ENDED)


async def end_all(code: Close) -> None:
    """Says good-bye to every socket of this process, and waits until they are gone."""
    for socket in registry.everyone():
        socket.end(code)
    while registry.everyone():
        await asyncio.sleep(FAREWELL_STEP_SECONDS)


relay = Relay()
