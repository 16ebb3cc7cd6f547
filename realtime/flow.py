"""How much one socket may ask and be sent, and how many sockets a person may have.

Daphne takes whatever is sent and keeps it for a reader that does not read. So what a
socket has not taken is bounded here: first it is told to `reload`, then closed.
RATE_LIMITS=off lets clients ask as fast as they can; readers stay bounded.
"""

import time
from collections.abc import Hashable
from dataclasses import replace
from typing import Generic, TypeVar

from django.conf import settings

from hub.queries.history import History
from realtime.lines import Line
from realtime.protocol import (
    FRAMES_BURST,
    FRAMES_PER_SECOND,
    MOST_SOCKETS,
    POSTS_PER_MINUTE,
    WINDOW_BYTES,
    WINDOW_FRAMES,
    Ready,
)

DRAIN_SECONDS = 60.0  # for what waits, after `reload`
LOOK_SECONDS = 1.0  # between two looks at whether it was taken
ROOM_SECONDS = 0.02  # the same, before an answer that was asked for
# Of bodies in one answer, unless one alone has more. The window holds it: a body is
# sent with its HTML, and a character takes up to three bytes and rarely four.
HISTORY_CHARACTERS = 32 * 1024
MOST_UNREAD = 64  # frames that wait behind one that takes time, then none is read
MANY = 10_000  # people, before those who did nothing lately are forgotten

S = TypeVar("S")


class Window:
    """What a socket was sent and its reader has not taken, as far as its line knows."""

    __slots__ = ("_frames", "_line")

    def __init__(self, line: Line) -> None:
        self._line = line
        self._frames = 0  # since nothing was waiting

    def write(self, frame: Ready) -> bool:
        """False: too much waits already, and the frame was not sent."""
        if self._frames and self._is_full():
            return False
        self._frames = self._frames + 1 if self._line.write(frame) else 0
        return True

    def is_drained(self) -> bool:
        return not self._line.waiting()

    def _is_full(self) -> bool:
        waiting = self._line.waiting()
        if not waiting:
            self._frames = 0
        return self._frames >= WINDOW_FRAMES or waiting >= WINDOW_BYTES


class Bucket:
    """Holds `size` turns and gets `rate` new ones a second."""

    __slots__ = ("_at", "_rate", "_size", "_turns")

    def __init__(
        self, rate: float = FRAMES_PER_SECOND, size: float = FRAMES_BURST
    ) -> None:
        self._rate, self._size, self._turns = rate, size, size
        self._at = time.monotonic()

    def take(self) -> bool:
        """Whether there was a turn left."""
        self._refill()
        if self._turns < 1:
            return False
        self._turns -= 1
        return True

    def is_full(self) -> bool:
        self._refill()
        return self._turns >= self._size

    def _refill(self) -> None:
        now = time.monotonic()
        self._turns = min(self._size, self._turns + (now - self._at) * self._rate)
        self._at = now


class Posts:
    """Turns to post, by person: they outlive the person's sockets."""

    def __init__(self) -> None:
        self._buckets: dict[Hashable, Bucket] = {}

    def take(self, person: Hashable) -> bool:
        if not settings.RATE_LIMITS:
            return True
        if person not in self._buckets:
            if len(self._buckets) >= MANY:
                self._forget()
            self._buckets[person] = Bucket(POSTS_PER_MINUTE / 60, POSTS_PER_MINUTE)
        return self._buckets[person].take()

    def _forget(self) -> None:
        kept = {p: b for p, b in self._buckets.items() if not b.is_full()}
        self._buckets = kept


class Tabs(Generic[S]):
    """The open sockets of each person, the one used longest ago first."""

    def __init__(self) -> None:
        self._of: dict[Hashable, dict[S, None]] = {}

    def opened(self, person: Hashable, socket: S) -> S | None:
        """Counts it. Returns the socket that has to go for it, if one has."""
        sockets = self._of.setdefault(person, {})
        sockets[socket] = None
        if len(sockets) <= MOST_SOCKETS or not settings.RATE_LIMITS:
            return None
        oldest = next(iter(sockets))
        del sockets[oldest]
        return oldest

    def used(self, person: Hashable, socket: S) -> None:
        """Somebody did something in it."""
        sockets = self._of.get(person, {})
        if socket in sockets and len(sockets) > 1:
            del sockets[socket]
            sockets[socket] = None

    def closed(self, person: Hashable, socket: S) -> None:
        sockets = self._of.get(person, {})
        sockets.pop(socket, None)
        if not sockets:
            self._of.pop(person, None)


def fitting(part: History, *, keep_last: bool) -> History:
    """As much of a stretch as one answer may hold; `more` says that there is a rest."""
    messages = part.messages[::-1] if keep_last else part.messages
    room, count = HISTORY_CHARACTERS, 0
    for message in messages:
        room -= len(message.body)
        if room < 0 and count:
            break
        count += 1
    if count == len(messages):
        return part
    kept = messages[:count]
    return replace(part, messages=kept[::-1] if keep_last else kept, more=True)


posts = Posts()
