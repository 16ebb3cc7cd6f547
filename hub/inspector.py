"""Workers that empty the queue of files: threads of `serve`, or of `inspect_files`.

When a file is looked at, and by how many at once. What is done with it is in
hub.actions.inspection; any number of processes may run this on one database.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from hub import events, request_ids
from hub.actions import file_queue, inspection
from hub.actions.inspection import End
from hub.actions.tidying import clear_workshop
from hub.actions.verdicts import chosen
from hub.files.scanner import Scanner
from hub.models import Attachment

FAREWELL_SECONDS = 1.0  # for files in hand when `serve` ends
LOOK_SECONDS = 1.0  # how often a worker looks without having been woken

logger = logging.getLogger(__name__)


class Inspector:
    """`count` workers; each takes one file at a time."""

    def __init__(self, count: int, scanner: Callable[[], Scanner] = chosen) -> None:
        self._count, self._scanner = count, scanner
        self._stopping = threading.Event()
        self._woken = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []
        self._in_hand: dict[str, Attachment] = {}  # by the name of the worker
        self._unscanned: set[UUID] = set()  # waited here for a silent scanner

    def start(self) -> None:
        self._threads = [
            threading.Thread(target=self._loop, name=f"inspector-{n}", daemon=True)
            for n in range(self._count)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """No worker takes another file; files in hand go on to their end."""
        self._stopping.set()
        for _ in self._threads:
            self._woken.release()

    def finish(self, seconds: float) -> None:
        """Stops; what is still in hand after these seconds goes back into the queue.

        Whoever takes it then has overtaken the worker here, should that still go on.
        """
        self.stop()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        try:
            for held in list(self._in_hand.values()):
                file_queue.release(held)
        except DatabaseError as error:
            logger.warning("Files in hand wait: %s", type(error).__name__)
        finally:
            connections.close_all()

    def wake(self) -> None:
        self._woken.release()

    def _loop(self) -> None:
        scanner = self._scanner()
        while not self._stopping.is_set():
            try:
                busy = self._step(scanner)
            except DatabaseError as error:
                logger.warning("Files wait: %s", type(error).__name__)
                busy = False
            except Exception:  # the top of a loop: one file must not end the others
                logger.exception("A file could not be inspected; it is tried again")
                busy = False
            finally:
                connections.close_all()
            if not busy:
                self._woken.acquire(timeout=LOOK_SECONDS)

    def _step(self, scanner: Scanner) -> bool:
        """Takes one file to its next state; False when none is due."""
        now = timezone.now()
        file_queue.give_up(now)
        held = file_queue.take(now)
        if held is None:
            return False
        worker = threading.current_thread().name
        self._in_hand[worker] = held
        with request_ids.under(f"file-{held.pk}"):
            end = inspection.inspect(held, scanner)
        del self._in_hand[worker]
        self._remember(held.pk, end)
        return True

    def _remember(self, file: UUID, end: End) -> None:
        """Once a file that waited for the scanner got its verdict, the others that did
        wait no longer. Who waits for another reason keeps its pause."""
        if end is End.UNSCANNED:
            self._unscanned.add(file)
        elif end is End.DECIDED and file in self._unscanned:
            others, self._unscanned = self._unscanned - {file}, set()
            file_queue.hurry(others)
        else:
            self._unscanned.discard(file)


_inspector: Inspector | None = None


def connect() -> None:
    events.server_starts.connect(_on_server_starts)
    events.server_stops.connect(_on_server_stops)
    events.attachment_changed.connect(_on_attachment_changed)


def _on_server_starts(**_: Any) -> None:
    global _inspector
    if settings.FILE_WORKERS:
        clear_workshop()
        _inspector = Inspector(settings.FILE_WORKERS)
        _inspector.start()


def _on_server_stops(**_: Any) -> Coroutine[Any, Any, None] | None:
    if _inspector is None:
        return None
    return asyncio.to_thread(_inspector.finish, FAREWELL_SECONDS)


def _on_attachment_changed(**_: Any) -> None:
    if _inspector:
        transaction.on_commit(_inspector.wake)
