"""One listener per process: takes hints from the layer, gives them to delivery.py.

Every few seconds it compares what it delivered with the record, and what it may
deliver with the rights: a lost hint costs seconds, never a message or a secret.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import DatabaseError
from django.utils import timezone
from redis.exceptions import RedisError

from hub import events
from hub.actions import presence
from hub.queries import threads as queries
from hub.queries.sessions import sessions_alive
from realtime import broadcasts
from realtime.delivery import deliver, deliver_file, fill, fill_files, send_all
from realtime.ledger import ledger
from realtime.protocol import Close, encode
from realtime.registry import Socket, registry

CHECK_SECONDS = 5.0  # PROTOCOL allows 15 s for losses of every kind
PRESENCE_SECONDS = 20.0  # with hub.actions.presence: `seen_at` ages 85 s at most
PAUSE_SECONDS = 1.0  # before asking a layer again that did not answer

logger = logging.getLogger(__name__)


def connect() -> None:
    events.server_stops.connect(on_server_stops)


def on_server_stops(**_: Any) -> Coroutine[Any, Any, None]:
    return say_goodbye()


class Relay:
    """Started by the first socket; lives as long as its loop."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._one_at_a_time = asyncio.Lock()
        self._noted_at = -PRESENCE_SECONDS  # on the monotonic clock

    def start(self) -> None:
        if any(not task.done() for task in self._tasks):
            return
        broadcasts.serving_loop = asyncio.get_running_loop()
        self._one_at_a_time = asyncio.Lock()
        self._tasks = [
            asyncio.create_task(self._listen()),
            asyncio.create_task(self._check_for_ever()),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        broadcasts.serving_loop = None

    async def _listen(self) -> None:
        layer = get_channel_layer()
        assert layer is not None
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(broadcasts.GROUP, channel)
                while True:
                    hint = await layer.receive(channel)
                    async with self._one_at_a_time:
                        await take(hint)
            except (RedisError, OSError, DatabaseError) as error:
                logger.warning("Layer lost, trying again: %s", type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)
            except Exception:  # the top of a loop: all pages depend on it
                logger.exception("A hint could not be handed on")
                await asyncio.sleep(PAUSE_SECONDS)

    async def _check_for_ever(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                async with self._one_at_a_time:
                    await check()
                await self._note_presence()
            except DatabaseError as error:
                logger.warning("Check postponed: %s", type(error).__name__)
            except Exception:  # the top of a loop: all pages depend on it
                logger.exception("The check failed")

    async def _note_presence(self) -> None:
        """An open page is somebody who is here, even if they only read."""
        now = time.monotonic()
        if now - self._noted_at >= PRESENCE_SECONDS:
            self._noted_at = now
            await note_presence()


async def take(hint: dict[str, Any]) -> None:
    """One hint of hub/events, as realtime.broadcasts wrote it."""
    if hint["kind"] == "messages":
        for thread, messages in hint["threads"].items():
            await deliver(UUID(thread), messages)
    elif hint["kind"] == "frame":
        for thread in hint["threads"]:
            await send_all(registry.sockets(UUID(thread)), hint["frame"])
    elif hint["kind"] == "file":
        await deliver_file(UUID(hint["thread"]), hint)
    elif hint["kind"] == "rights":
        users = {UUID(user) for user in hint["users"]}
        await apply_rights([s for s in registry.everyone() if s.user_id in users])
    else:
        await end_dead_sessions()


async def check() -> None:
    """Heals lost hints: heads, rights, sessions, in three queries per process."""
    if not registry.everyone():
        return
    known = registry.delivered.keys() | registry.files.keys()
    heads = await database_sync_to_async(queries.heads_of)(known)
    for thread, head in heads.items():
        if head.seq > registry.delivered.get(thread, head.seq):
            await fill(thread)
        if head.change > registry.files.get(thread, head.change):
            await fill_files(thread, head.change)
    await apply_rights(registry.everyone())
    await end_dead_sessions()


async def note_presence() -> None:
    """One UPDATE for everybody who has a socket open in this process."""
    if users := {socket.user_id for socket in registry.everyone()}:
        await database_sync_to_async(presence.note_seen)(users, timezone.now())


async def apply_rights(sockets: list[Socket]) -> None:
    """Takes lost threads away and adds new ones; a person without any is told so."""
    users = {socket.user_id for socket in sockets}
    allowed = await database_sync_to_async(queries.threads_open_to)(users)
    for socket in sockets:
        before = set(registry.threads_of.get(socket, ()))
        now = allowed.get(socket.user_id, set())
        registry.drop(socket, before - now)
        if before and not now:
            await socket.end(Close.RIGHTS_LOST)
            continue
        await _join_new(socket, now - before)
        for thread in before ^ now:
            await socket.send_text(encode("reload", thread=str(thread)))


async def _join_new(socket: Socket, threads: set[UUID]) -> None:
    """From their present heads on, so that the next check finds what gets lost."""
    if threads:
        registry.join(socket, threads)
        heads = await database_sync_to_async(queries.heads_of)(list(threads))
        for thread, head in heads.items():
            registry.settle_files(thread, head.change)
            registry.settle(thread, head.seq)


async def end_dead_sessions() -> None:
    sockets = registry.everyone()
    alive = await database_sync_to_async(sessions_alive)(
        {socket.session_key for socket in sockets}
    )
    for socket in sockets:
        if socket.session_key not in alive:
            registry.leave(socket)
            await socket.end(Close.SESSION_ENDED)


async def say_goodbye() -> None:
    """Answers what is in hand, then tells every socket to come back (1012)."""
    await ledger.settle()
    await end_all(Close.RESTART)


async def end_all(code: Close) -> None:
    """Says good-bye to every socket of this process."""
    await asyncio.gather(*(socket.end(code) for socket in registry.everyone()))


relay = Relay()
