"""Posts of all sockets on their way to the record, in the order in which they came."""

import asyncio
from collections import deque
from functools import partial

from hub.actions.messages import post_messages
from hub.posting import Draft, Outcome
from realtime.database import database

SETTLE_SECONDS = 1.0  # before a process ends; half of hub.server.FAREWELL_SECONDS


class Ledger:
    """One per process. One post after the other."""

    def __init__(self) -> None:
        self._drafts: deque[tuple[Draft, asyncio.Future[Outcome]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    def submit(self, draft: Draft) -> "asyncio.Future[Outcome]":
        """Answered after the commit; fails with what the database says."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._drafts.append((draft, future))
        if not self._writing:
            self._writing = loop.create_task(self._write())
        return future

    async def settle(self) -> None:
        """Waits a moment for the answers to everything that was submitted so far."""
        if self._writing:
            await asyncio.wait([self._writing], timeout=SETTLE_SECONDS)

    async def stop(self) -> None:
        await self.settle()

    async def _write(self) -> None:
        while self._drafts:
            draft, future = self._drafts.popleft()
            try:
                [outcome] = await database.run(partial(post_messages, [draft]))
            except Exception as error:
                future.set_exception(error)
            else:
                future.set_result(outcome)
        self._writing = None


ledger = Ledger()
