"""Tells pages who is online in their threads, and other processes who is online here.

What is known, and when it ends, is in realtime.online; where sockets are is in
realtime.registry. `User.seen_at`, which mails ask, is written by hub.actions.presence.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from itertools import islice
from typing import Any
from uuid import UUID

from realtime import broadcasts, layer
from realtime.delivery import send_all
from realtime.online import Online
from realtime.protocol import Ready, encode
from realtime.registry import Socket, registry

TURN_SECONDS = 0.5  # changes within it are one saying, and one frame per thread
MOST_GREETED = 100  # threads that one `hello` shows; a page shows one
FRAMES_AT_ONCE = 16  # then sockets may drain: a judge of many threads is no slow reader

logger = logging.getLogger(__name__)


class Presence:
    """One per process; its loop lives as long as the relay's."""

    def __init__(self) -> None:
        self.online = Online()
        self._ends = False

    async def run(self) -> None:
        self.online, self._ends = Online(), False
        while not self._ends:
            try:
                await self.turn(time.monotonic())
            except Exception:  # the top of a loop: all pages depend on it
                logger.exception("A turn of presence failed")
            await asyncio.sleep(TURN_SECONDS)

    async def turn(self, now: float) -> None:
        """Looks who came and went; tells the other processes, then pages."""
        for user in registry.take_moved():
            self.online.seen(user, registry.threads_of_person(user), now)
        if saying := self.online.turn(now):
            broadcasts.publish(saying)
        news = self.online.news(registry.sockets_of)
        for number, (thread, people) in enumerate(news.items(), start=1):
            send_all(registry.sockets(thread), _frame(thread, people))
            if number % FRAMES_AT_ONCE == 0:
                await asyncio.sleep(0)

    def hear(self, saying: dict[str, Any]) -> None:
        """What a process says of its people; this one's own is passed over."""
        self.online.hear(saying, time.monotonic())

    async def greet(self, socket: Socket, threads: Iterable[UUID]) -> None:
        """A page has come that shows these: it need not wait for the next change."""
        person = registry.threads_of_person(socket.user_id)
        self.online.seen(socket.user_id, person, time.monotonic())
        readable = (t for t in threads if registry.may_read(socket, t))
        for number, thread in enumerate(islice(readable, MOST_GREETED), start=1):
            socket.write(_frame(thread, self.online.online(thread)))
            if number % FRAMES_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def say_goodbye(self) -> None:
        """The others need not wait until this process counts as dead."""
        self._ends = True
        if layer.is_shared():
            await layer.send([self.online.farewell()])


def _frame(thread: UUID, people: list[str]) -> Ready:
    return Ready(encode("presence", thread=str(thread), online=people))


presence = Presence()
