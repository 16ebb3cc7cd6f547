"""Database work for sockets: a few threads, each with a connection it keeps.

Those that read never wait behind one that writes: on SQLite a writer waits up to 20 s
for others. Not for posts, which have the ledger. Django's usual way would give each
piece of work the one thread that all of the process shares, and a connection opened
anew.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, connections

# More of them quarrel about Python's lock: beside thirty readers of history a post took
# 8 to 10 ms with two threads and 15 ms with four, and they read less (measured).
READERS = 2
IDLE_SECONDS = 60.0  # a thread without work gives its connection back

T = TypeVar("T")
Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]


logger = logging.getLogger(__name__)


class Database:
    """Two per process. Threads start with the first work."""

    def __init__(self, name: str, size: int) -> None:
        self._name, self._size = name, size
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work`, done in a thread; it must be safe to do twice.

        Twice, because a kept connection may turn out to be dead: then a new one is
        opened and the work done again. Raises what `work` raises.
        """
        if not self._threads:
            self._start()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put((work, future))
        return await future

    def close(self) -> None:
        """Ends the threads after the work in hand. The next `run` starts new ones."""
        for _thread in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _start(self) -> None:
        self._threads = [
            threading.Thread(target=self._serve, name=f"{self._name}-{n}", daemon=True)
            for n in range(self._size)
        ]
        for thread in self._threads:
            thread.start()

    def _serve(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                _give_back()
                continue
            if job is None:
                _give_back()
                return
            self._do(*job)

    def _do(self, work: Callable[[], Any], future: "asyncio.Future[Any]") -> None:
        try:
            result = _with_live_connection(work)
        except StopIteration as error:  # the one that no future can carry
            self._tell(future, future.set_exception, RuntimeError(repr(error)))
        except BaseException as error:  # whatever it is, it belongs to who asked
            self._tell(future, future.set_exception, error)
        else:
            self._tell(future, future.set_result, result)

    def _tell(
        self, future: "asyncio.Future[Any]", say: Callable[[Any], None], what: Any
    ) -> None:
        def unless_given_up() -> None:
            if not future.done():
                say(what)

        loop = future.get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(unless_given_up)


def _give_back() -> None:
    try:
        connections.close_all()
    except Exception:  # the thread must live: others wait for it
        logger.exception("A connection could not be closed")


def _with_live_connection(work: Callable[[], T]) -> T:
    kept = {c.alias for c in connections.all(initialized_only=True) if c.connection}
    try:
        return work()
    except (DatabaseError, InterfaceError):
        if not _drop_dead(kept):
            raise
    return work()


def _drop_dead(kept: set[str]) -> bool:
    """Closes what is no longer usable; whether one of `kept` was among it."""
    found = False
    for connection in connections.all(initialized_only=True):
        if connection.connection is not None and not connection.is_usable():
            connection.close()
            found = found or connection.alias in kept
    return found


reads, writes = Database("reads", READERS), Database("writes", 1)
