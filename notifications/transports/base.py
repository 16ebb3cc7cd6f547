"""What a transport is: something that carries one parcel to one address.

The worker knows only this. SMTP is in smtp.py and pool.py, web push in webpush.py.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

# Called with the server's answer as soon as it has taken the parcel, and before
# anything else may be in doubt: whoever calls `send` writes it down here.
Accepted = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Parcel:
    """`to`: a bare e-mail address, or a push endpoint. `content`: a whole mail with
    CRLF line ends; empty for push. `return_path`: the envelope sender (VERP).

    Only push: a later parcel of the same `topic` (opaque, 32 characters at most of
    base64url) replaces an undelivered one; `is_urgent` may wake a sleeping device.
    """

    to: str
    content: bytes = b""
    return_path: str = ""
    topic: str = ""
    is_urgent: bool = False


class TransportError(Exception):
    """Not taken, as far as is known. `permanent`: trying again would not help.

    `reason` is a short code like "smtp 550 5.1.1" or "TimeoutError": no address and no
    text of the server, so that it can be logged and kept.
    """

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.reason, self.permanent = reason, permanent


class Busy(TransportError):
    """A limit of our own says "not now": no attempt was made. `seconds`: until when."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason, permanent=False)
        self.seconds = seconds


class Carrier(Protocol):
    """Safe to call concurrently from one event loop."""

    async def send(self, parcel: Parcel, accepted: Accepted) -> None:
        """Hands the parcel over and calls `accepted`, or raises TransportError.

        An exception of `accepted` passes through.
        """

    async def close(self) -> None:
        """Ends all connections; nothing may be sent afterwards."""
