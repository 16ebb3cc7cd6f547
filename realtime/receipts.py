"""Read marks, gathered: at most one write per person, thread and second.

Every socket of this process hands its marks to one batcher; hub.actions.reading
writes them, and the `receipt` frames follow that commit like any other hint. What is
waiting belongs to the process, not to a socket: who leaves has still read.
"""

import asyncio
import logging
from functools import partial
from uuid import UUID

from django.db import InterfaceError, OperationalError

from hub.actions.reading import MOST, Mark, mark_many
from realtime.database import writes

PERIOD_SECONDS = 1.0  # between two writes; the first one after a silence is at once

logger = logging.getLogger(__name__)


class Receipts:
    """What was displayed and is not on record yet: person and thread -> highest seq."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[UUID, UUID], int] = {}
        self._writer: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    def note(self, user: UUID, thread: UUID, seq: int) -> None:
        """Everything up to `seq` was displayed. Rights are checked in the write."""
        place = (user, thread)
        self._waiting[place] = max(seq, self._waiting.get(place, 0))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_while_any())

    async def drain(self) -> None:
        """Writes what waits now, without a pause; gives up when the record is away.

        Waits for the write in hand too: if that fails, its marks wait again.
        """
        while self._waiting or self._one_at_a_time.locked():
            if not await self._write_some():
                return

    async def stop(self) -> None:
        """Drains, then ends the writer; a later mark starts it again."""
        await self.drain()
        if self._writer:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
            self._writer = None

    async def _write_while_any(self) -> None:
        while self._waiting:
            everything = len(self._waiting)
            while everything > 0 and await self._write_some():
                everything -= MOST
            await asyncio.sleep(PERIOD_SECONDS)

    async def _write_some(self) -> bool:
        """One transaction; whether it went well. A lost database keeps the marks."""
        async with self._one_at_a_time:
            places = list(self._waiting)[:MOST]
            if not places:
                return True
            marks = [Mark(*place, self._waiting.pop(place)) for place in places]
            try:
                await writes.run(partial(mark_many, marks))
            except (OperationalError, InterfaceError) as error:
                logger.warning("Read marks wait: %s", type(error).__name__)
                for user, thread, seq in marks:
                    later = self._waiting.get((user, thread), 0)
                    self._waiting[user, thread] = max(seq, later)
                return False
            except Exception:  # a fault of ours must not stop the marks of everybody
                logger.exception("Read marks could not be written")
            return True


receipts = Receipts()
