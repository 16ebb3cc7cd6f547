"""Who is writing: forwarded at once, kept nowhere, at most once in three seconds.

Asks no database: where a socket's person may write is known to realtime.registry. The
page lets a sign go out after five seconds.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from realtime import broadcasts
from realtime.delivery import send_all
from realtime.protocol import Ready, encode
from realtime.registry import registry

PACE_SECONDS = 3.0  # PROTOCOL section 1: at most one of a person and thread


class Pace:
    """Lets each sign pass once in PACE_SECONDS."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._passed: OrderedDict[tuple[UUID, UUID], float] = OrderedDict()

    def lets(self, thread: UUID, user: UUID) -> bool:
        now = self._clock()
        self._forget(now)
        if (thread, user) in self._passed:
            return False
        self._passed[thread, user] = now
        return True

    def __len__(self) -> int:
        return len(self._passed)

    def _forget(self, now: float) -> None:
        while self._passed:
            place, passed = next(iter(self._passed.items()))  # the oldest
            if now - passed < PACE_SECONDS:
                return
            del self._passed[place]


sent = Pace()  # before a sign leaves this process, whatever the number of tabs
heard = Pace()  # before it reaches a page: the person's tabs may be at two processes


def forward(thread: UUID, user: UUID) -> None:
    """To the others in the thread, at every process. The caller checked the right."""
    if sent.lets(thread, user):
        hint = {"kind": "typing", "thread": str(thread), "user": str(user)}
        broadcasts.publish(hint)


def hand_on(hint: dict[str, Any]) -> None:
    """To the sockets of the others at this process."""
    thread = UUID(hint["thread"])
    if heard.lets(thread, UUID(hint["user"])):
        frame = Ready(encode("typing", thread=hint["thread"], user=hint["user"]))
        others = [s for s in registry.sockets(thread) if s.person != hint["user"]]
        send_all(others, frame)
