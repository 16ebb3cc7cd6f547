"""Sends mail in the background of this process, so that no page waits for SMTP.

For mail that is worthless if the process dies (a sign-in code is asked again).
Mail that must arrive belongs to the outbox.
"""

import asyncio
import atexit
import logging
import queue
import threading
from collections.abc import Callable
from email.message import EmailMessage

from django.conf import settings

from notifications import catcher
from notifications.transports import smtp

LAST_MAIL_SECONDS = 5.0  # how long the process waits for its last mails at its end

Compose = Callable[[], EmailMessage]

logger = logging.getLogger(__name__)
_waiting: queue.Queue[Compose | None] = queue.Queue()
_lock = threading.Lock()
_thread: threading.Thread | None = None


def send_soon(compose: Compose) -> None:
    """Returns at once: also writing the mail happens in the background.

    So the page takes as long for an unknown address as for a known one. A failure is
    logged without the address.
    """
    global _thread
    with _lock:
        if _thread is None:
            _thread = threading.Thread(target=_work, name="mail", daemon=True)
            _thread.start()
            atexit.register(_finish)
    _waiting.put(compose)


def flush() -> None:
    """Waits until everything handed over was tried."""
    _waiting.join()


def _work() -> None:
    while (compose := _waiting.get()) is not None:
        try:
            asyncio.run(_send(compose()))
        except smtp.TransportError as error:
            logger.error("A mail could not be sent: %s", error)
        except Exception:  # the top of a loop: one bad mail must not end it
            logger.exception("A mail could not be sent")
        finally:
            _waiting.task_done()


async def _send(message: EmailMessage) -> None:
    url = settings.SMTP_URL or catcher.address()
    if not url:
        raise smtp.TransportError("no SMTP_URL and no catcher", permanent=True)
    local = settings.MAIL_ALLOW_INVALID or not settings.SMTP_URL
    await smtp.send(message, url, allow_invalid=local)


def _finish() -> None:
    _waiting.put(None)
    if _thread:
        _thread.join(LAST_MAIL_SECONDS)
