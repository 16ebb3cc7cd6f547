"""Sends mail in the background of this process, so that no page waits for SMTP.

For mail that is worthless if the process dies (a sign-in code is asked again).
Mail that must arrive belongs to the outbox.
"""

import asyncio
import atexit
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from notifications.transports import guard
from notifications.transports.base import Busy, Carrier, Parcel, TransportError
from notifications.transports.email import address, carrier

MOST_TRIES = 4  # whoever waits for a code gives up soon after
TRY_AGAIN_SECONDS = 1.0
LAST_MAIL_SECONDS = 5.0  # how long the process waits for its last mails at its end
# 7bit: also servers without 8BITMIME take it as it is.
WIRE = SMTP.clone(cte_type="7bit")

Compose = Callable[[], EmailMessage]

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_carrier: Carrier | None = None  # of the loop's thread: its connections are reused
_waiting: set[Future[None]] = set()


def send_soon(compose: Compose) -> None:
    """Returns at once: also writing the mail happens in the background.

    So the page takes as long for an unknown address as for a known one. A failure is
    logged without the address. `compose` must not need the database. A pause
    (`mail_pause`) does not hold this mail back, MAIL_SENDING=off drops it.
    """
    with _lock:
        sending = asyncio.run_coroutine_threadsafe(_try(compose), _started_loop())
        _waiting.add(sending)
    sending.add_done_callback(_waiting.discard)


def flush() -> None:
    """Waits until everything handed over was tried."""
    wait(list(_waiting))


def _started_loop() -> asyncio.AbstractEventLoop:
    global _loop
    if _loop is None:
        _loop = asyncio.new_event_loop()
        threading.Thread(target=_loop.run_forever, name="mail", daemon=True).start()
        atexit.register(_finish)
    return _loop


async def _try(compose: Compose) -> None:
    try:
        await _send(compose())
    except TransportError as error:
        logger.error("A mail could not be sent: %s", error)
    except Exception:  # the top of a task: nobody else would hear of it
        logger.exception("A mail could not be sent")


async def _send(message: EmailMessage) -> None:
    global _carrier
    if guard.is_off():
        logger.warning("A mail was not sent: MAIL_SENDING is off")
        return
    if not address():
        raise TransportError("no SMTP_URL and no catcher", permanent=True)
    if _carrier is None:
        _carrier = carrier(limited=False)  # somebody waits for it in front of a page
    to, sender = (parseaddr(str(message[name]))[1] for name in ("To", "From"))
    parcel = Parcel(to, message.as_bytes(policy=WIRE), sender)
    for tries_left in reversed(range(MOST_TRIES)):
        try:
            await _carrier.send(parcel, _accepted)
        except TransportError as error:
            if error.permanent or not tries_left:
                raise
            if isinstance(error, Busy):
                await asyncio.sleep(error.seconds)
            else:
                await asyncio.sleep(TRY_AGAIN_SECONDS)
        else:
            return


async def _accepted(answer: str) -> None:
    """Nothing is written down of mail that may be lost."""


async def _close() -> None:
    if _carrier:
        await _carrier.close()


def _finish() -> None:
    wait(list(_waiting), LAST_MAIL_SECONDS)
    if _loop:
        asyncio.run_coroutine_threadsafe(_close(), _loop).result(LAST_MAIL_SECONDS)
