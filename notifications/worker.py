"""The worker that reaches people: looks, claims, looks again, writes, sends.

Any number may run on one database, in `serve` or as `manage.py deliver`. What is
decided about a row is in the modules that it calls; here is only the order.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    connections,
)
from django.utils import timezone

from hub import request_ids
from hub.log_lines import fields
from notifications import batches, queue
from notifications.batches import Letter
from notifications.look import look
from notifications.models import Notification
from notifications.transports.base import Carrier, TransportError

LOOK_SECONDS = 2.0  # how often it looks without having been woken

T = TypeVar("T")

logger = logging.getLogger(__name__)
traces = logging.getLogger("hub.access.mails")  # as in outbox.py


class Worker:
    """Runs in one event loop; the database is met in one thread beside it."""

    def __init__(
        self, carriers: Callable[[str], Carrier], database: Executor | None = None
    ) -> None:
        """`carriers`: from a transport ("email", "push") to what carries it.

        `database`: where queries run; by default a thread with its own connections.
        """
        own = database is None
        self._renew = _renew if own else _nothing
        self._close = connections.close_all if own else _nothing
        self._carriers = carriers
        self._stopping = False
        self._woken = asyncio.Event()
        self._sent: list[Notification] = []
        self._lines = asyncio.Semaphore(settings.MAIL.mail_connections)
        self._database = database or ThreadPoolExecutor(1, thread_name_prefix="deliver")

    async def run(self, *, until_empty: bool = False) -> None:
        """Until `stop`, or until nothing is due any more."""
        await self._db(lambda: queue.recover_alerts(timezone.now()))
        try:
            while not self._stopping:
                busy = await self.step()
                if not busy and until_empty:
                    break
                if not busy:
                    await self._rest()
        finally:
            await self._db(self._close)
            self._database.shutdown()

    def stop(self) -> None:
        """Mails on the wire go on to their end; no other is begun."""
        self._stopping = True
        self._woken.set()

    def wake(self) -> None:
        self._woken.set()

    async def step(self) -> bool:
        """Looks, and carries one batch; False when nothing was due."""
        request_ids.enter(f"mail-{request_ids.new_id()}")  # one id a batch
        try:
            await self._db(self._renew)
            looked = await self._db(_look)
            batch = await self._db(lambda: batches.prepare(timezone.now()))
            await asyncio.gather(*(self._send(letter) for letter in batch.letters))
            await self._db(self._note_sent)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("Mail waits: %s", type(error).__name__)
            return False
        except Exception:  # the top of a loop: one batch must not end the others
            logger.exception("A batch of mails failed; it is tried again")
            return False
        return looked or batch.claimed > 0

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), LOOK_SECONDS)
        except TimeoutError:
            return
        finally:
            self._woken.clear()

    async def _send(self, letter: Letter) -> None:
        """One mail; whatever happens to it harms no other."""
        row = letter.row
        async with self._lines:
            if not await self._may_go(letter):
                return
            try:
                accepted = partial(self._accepted, row)
                await self._carriers(row.transport).send(letter.parcel, accepted)
            except TransportError as error:
                logger.info("A mail was not taken: %s", error.reason)
                await self._db(partial(queue.failed, row, error, timezone.now()))
            except (DatabaseError, InterfaceError):
                raise
            except Exception as error:  # one mail must not end, or wait for ever
                # Not its text, which may hold an address.
                failed = TransportError(type(error).__name__, permanent=False)
                logger.error("A mail could not be carried: %s", failed.reason)
                await self._db(partial(queue.failed, row, failed, timezone.now()))

    async def _may_go(self, letter: Letter) -> bool:
        """Whether it may still leave, once its turn has come."""
        now = timezone.now()
        if self._stopping or batches.is_held_too_long(letter, now):
            await self._db(lambda: queue.release([letter.row], now))
            return False
        if batches.is_fresh(letter, now):
            return True
        return await self._db(lambda: batches.is_still_owed(letter, now))

    async def _accepted(self, row: Notification, answer: str) -> None:
        won = await self._db(lambda: queue.sent(row, answer, timezone.now()))
        self._sent.append(row)
        told = fields(notification=row.pk, thread=row.thread_id, kind=row.kind)
        traces.info("Left by %s: %s", row.transport, row.pk, extra=told)
        if not won:
            logger.warning("Two workers sent the same mail: %s", row.pk)

    def _note_sent(self) -> None:
        queue.note_alerts(self._sent, timezone.now())
        self._sent.clear()

    async def _db(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        here = copy_context()  # with the id of the batch
        return await loop.run_in_executor(self._database, here.run, work)


def _look() -> bool:
    """A thread that cannot be judged must not keep back what is owed already."""
    try:
        return look(timezone.now())
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # the top of a loop
        logger.exception("Threads could not be looked at; they are tried again")
        return False


def _renew() -> None:
    """A connection for one step. All that this thread writes can be done again from
    what was there before, so SQLite need not wait for the disk at each commit: a killed
    process loses nothing, a power cut may repeat the last mails."""
    close_old_connections()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")


def _nothing() -> None:
    """Connections of somebody else are theirs to close."""
