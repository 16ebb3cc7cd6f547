"""Waiting until files have come to their end, clean or refused. No pause, no polling."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hub import events
from hub.models import Attachment


@contextmanager
def endings() -> Iterator[Callable[[int, float], bool]]:
    """Gives wait(count, until): whether so many more have ended by that moment of
    time.monotonic(). Counts from the beginning of the block."""
    counted = threading.Semaphore(0)

    def listen(attachment: Attachment, **_: Any) -> None:
        if attachment.state in ("clean", "refused"):
            counted.release()

    def wait(count: int, until: float) -> bool:
        return all(
            counted.acquire(timeout=max(0.0, until - time.monotonic()))
            for _ in range(count)
        )

    events.attachment_changed.connect(listen)
    try:
        yield wait
    finally:
        events.attachment_changed.disconnect(listen)
