"""The one writer of a process: sockets hand it drafts, it commits them in groups.

Whatever arrives while a commit is in flight is the next group: a group grows with the
load, and an idle hub waits for nothing. The rules of posting are not here.
"""

import asyncio
import logging
import math
import os
import socket
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from django.db import DatabaseError, DataError, IntegrityError, connection
from django.db.utils import InterfaceError
from django.utils.translation import gettext_lazy as _

from hub.actions.messages import post_messages
from hub.errors import Unavailable
from hub.posting import Draft, Outcome, Refused

MOST_IN_GROUP = 256  # larger groups gain nothing more and hold the threads' locks long
PATIENCE_SECONDS = 10.0  # of whoever waits for a database that says nothing at all
SETTLE_SECONDS = 1.0  # before a process ends; half of hub.server.FAREWELL_SECONDS

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Entry:
    draft: Draft
    future: "asyncio.Future[Outcome]"
    overdue_at: float  # on the loop's clock
    is_given_up: bool = False


class Ledger:
    """One per process: a thread with a database connection of its own.

    Drafts are posted in the order in which they were submitted. Every method but the
    thread's own is called on the loop that serves the sockets.
    """

    def __init__(self) -> None:
        self._waiting: SimpleQueue[_Entry | None] = SimpleQueue()
        self._open: deque[_Entry] = deque()  # not yet answered, oldest first
        self._thread: threading.Thread | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._begun_at = math.inf  # of the group in hand, on the loop's clock
        self._connected: object = (
            None  # the driver's connection that `_line` belongs to
        )
        self._line: socket.socket | None = None

    def submit(self, draft: Draft) -> "asyncio.Future[Outcome]":
        """Takes a draft and never waits. The future has its outcome after the commit.

        It fails with Unavailable when the database is out of reach or silent: whether
        the draft was stored is not known, and the same id finds out.
        """
        if self._thread is None:
            self._start()
        overdue_at = self._loop.time() + PATIENCE_SECONDS
        entry = _Entry(draft, self._loop.create_future(), overdue_at)
        self._open.append(entry)
        if self._alarm is None:
            self._alarm = self._loop.call_at(overdue_at, self._give_up)
        self._waiting.put(entry)
        return entry.future

    async def settle(self) -> None:
        """Waits a moment for the answers to everything that was submitted so far."""
        if futures := [entry.future for entry in self._open]:
            await asyncio.wait(futures, timeout=SETTLE_SECONDS)

    async def stop(self) -> None:
        """Answers what is in hand and ends the thread."""
        if self._thread is not None:
            self._waiting.put(None)
            await asyncio.to_thread(self._thread.join)
            await asyncio.sleep(0)  # the last answers were handed over before this
            self._thread = None
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    def _answer(
        self, group: list[_Entry], answers: Sequence[Outcome | Unavailable]
    ) -> None:
        for entry, answer in zip(group, answers, strict=True):
            if entry.future.done():
                continue  # given up, or its socket has gone
            if isinstance(answer, Unavailable):
                entry.future.set_exception(answer)
            else:
                entry.future.set_result(answer)
        while self._open and self._open[0].future.done():
            self._open.popleft()

    def _give_up(self) -> None:
        """Answers whoever waited too long, and lets go of a silent database."""
        self._alarm = None
        now = self._loop.time()
        while self._open and (
            self._open[0].overdue_at <= now or self._open[0].future.done()
        ):
            entry = self._open.popleft()
            if not entry.future.done():
                entry.is_given_up = True
                entry.future.set_exception(Unavailable())
        if now - self._begun_at > PATIENCE_SECONDS / 2:  # no queue: it is silent
            logger.error("Database silent, hanging up")
            self._hang_up()
        if self._open:
            self._alarm = self._loop.call_at(self._open[0].overdue_at, self._give_up)

    def _hang_up(self) -> None:
        """The thread that waits for an answer gets an error instead."""
        if self._line is not None:
            with suppress(OSError):  # it is closed already
                self._line.shutdown(socket.SHUT_RDWR)

    # The thread's own.

    def _run(self) -> None:
        try:
            while group := self._next_group():
                self._begun_at = self._loop.time()
                answers = self._answers_to(group)
                self._begun_at = math.inf
                self._loop.call_soon_threadsafe(self._answer, group, answers)
        finally:
            connection.close()
            self._forget_line()

    def _next_group(self) -> list[_Entry]:
        """At least one draft, or none at the end."""
        group: list[_Entry] = []
        entry = self._waiting.get()
        while entry is not None:
            if not entry.is_given_up:
                group.append(entry)
            try:
                if len(group) == MOST_IN_GROUP:
                    return group
                entry = self._waiting.get(block=not group)
            except Empty:
                return group
        if group:
            self._waiting.put(None)  # the end comes next
        return group

    def _answers_to(self, group: list[_Entry]) -> Sequence[Outcome | Unavailable]:
        try:
            return self._post(group)
        except Exception:  # the top of a loop: without it nobody could post any more
            logger.exception("A group could not be posted")
            with suppress(Exception):  # it may be what failed
                connection.close()
            return [Unavailable() for _entry in group]

    def _post(self, group: list[_Entry]) -> Sequence[Outcome | Unavailable]:
        had_connection = connection.connection is not None
        try:
            self._connect()
            return _post([entry.draft for entry in group])
        except (DatabaseError, InterfaceError) as error:
            logger.error("Database out of reach: %s", type(error).__name__)
            connection.close()
        if had_connection and not group[0].is_given_up:
            return self._post(group)  # the server restarted: one try with a fresh one
        return [Unavailable() for _entry in group]

    def _connect(self) -> None:
        """Connects if need be, and keeps an end of the line for `_hang_up`."""
        connection.ensure_connection()
        driver = connection.connection
        if driver is self._connected:
            return
        self._forget_line()
        self._connected = driver
        if connection.vendor == "postgresql":
            self._line = socket.socket(fileno=os.dup(driver.fileno()))

    def _forget_line(self) -> None:
        line, self._line, self._connected = self._line, None, None
        if line is not None:
            line.close()


def _post(drafts: list[Draft]) -> Sequence[Outcome | Unavailable]:
    """One transaction, or several when a draft spoils it: that one is refused alone."""
    try:
        return post_messages(drafts)
    except (DataError, IntegrityError) as error:
        if len(drafts) == 1:
            logger.error("A message cannot be stored: %s", type(error).__name__)
            sentence = _("This message cannot be stored. Change it, then send again.")
            return [Refused(drafts[0].id, "invalid", sentence)]
    except (DatabaseError, InterfaceError):
        raise
    except Exception:  # the top of a loop: one draft must not stop the others
        if len(drafts) == 1:
            logger.exception("A message could not be posted")
            return [Unavailable()]  # a final answer would claim that nothing was stored
    middle = len(drafts) // 2
    return [*_post(drafts[:middle]), *_post(drafts[middle:])]


ledger = Ledger()
