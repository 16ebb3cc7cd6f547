"""The worker inside `serve`: a thread with a loop of its own, and what wakes it.

What it does is in notifications.worker; `manage.py deliver` runs the same one alone.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from django.conf import settings
from django.db import transaction

from hub import events
from notifications import outbox, push
from notifications.models import Transport
from notifications.recipients import rank_of
from notifications.transports import email
from notifications.transports.base import Carrier
from notifications.worker import Worker

FAREWELL_SECONDS = 1.0  # for mails on the wire when `serve` ends

logger = logging.getLogger(__name__)


class Delivery:
    """One worker in one thread of this process."""

    def __init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="deliver", daemon=True)
        self._begun = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: Worker | None = None

    def start(self) -> None:
        self._thread.start()

    def wake(self, **_: Any) -> None:
        if self._loop and self._worker and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._worker.wake)

    def finish(self) -> None:
        """Mails on the wire get a moment; the others wait for the next worker."""
        self._begun.wait(FAREWELL_SECONDS)
        if self._loop and self._worker and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._worker.stop)
        self._thread.join(FAREWELL_SECONDS)

    def _run(self) -> None:
        asyncio.run(self._deliver())

    async def _deliver(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with open_carriers() as carriers:
            self._worker = Worker(carriers)
            self._begun.set()
            await self._worker.run()


_delivery: Delivery | None = None


def connect() -> None:
    events.server_starts.connect(_on_server_starts)
    events.server_stops.connect(_on_server_stops)
    events.messages_posted.connect(_on_messages_posted)
    outbox.woken.connect(_on_woken)


def _on_server_starts(**_: Any) -> None:
    global _delivery
    if settings.MAIL.mail_worker == "on":
        _delivery = Delivery()
        _delivery.start()


def _on_server_stops(**_: Any) -> Any:
    return asyncio.to_thread(_delivery.finish) if _delivery else None


def _on_messages_posted(messages: Any, **_: Any) -> None:
    """Only what is due at once; the rest is found when its time has come."""
    if any(rank_of(message).presses for message in messages):
        transaction.on_commit(_on_woken)


def _on_woken(*_: Any, **__: Any) -> None:
    if _delivery:
        _delivery.wake()


@asynccontextmanager
async def open_carriers() -> AsyncIterator[Callable[[str], Carrier]]:
    """What carries each transport, for as long as the worker runs."""
    by_transport = {Transport.EMAIL.value: email.carrier()}
    if by_push := push.carrier():
        by_transport[Transport.PUSH.value] = by_push
    try:
        yield by_transport.__getitem__
    finally:
        for carrier in by_transport.values():
            await carrier.close()
