"""Sending one push without content (RFC 8030), with VAPID (RFC 8292).

Needs the extra `push`; imported only where PUSH_KEY is set. The request has no body:
what the device shows is written in push-worker.js.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore
from django.conf import settings
from django.utils import timezone

from notifications import push_endpoints, push_key
from notifications.push_endpoints import WrongEndpoint
from notifications.transports.base import Accepted, Busy, Parcel, TransportError

SEND_SECONDS = 20.0  # for the whole way to the status line, so no service can drip
LAST_BYTES_SECONDS = 2.0  # then the connection is given up instead of used again
CONNECTIONS = 8
IDLE_SECONDS = 30.0
# A day: a phone that was off tells of it in the morning, not after the holidays.
KEPT_SECONDS = 86_400
LONGEST_WAIT_SECONDS = 3600.0  # whatever a service asks for
TAKEN = (200, 201, 202)
GONE = (404, 410)  # RFC 8030 section 7.3: the subscription is no more

logger = logging.getLogger(__name__)
# Told the endpoint of a device that its push service no longer knows.
Forget = Callable[[str], Awaitable[object]]


class WebPush:
    """A Carrier for push endpoints.

    `test_service`: trust of a test's own push service; then any host and port is
    allowed. No setting leads there.
    """

    def __init__(
        self, forget: Forget, *, test_service: ssl.SSLContext | None = None
    ) -> None:
        self._forget = forget
        # As for mail: whatever happens, it has ended well before the row's lease.
        self._seconds = min(SEND_SECONDS, settings.MAIL.mail_lease_seconds / 2)
        self._anywhere = test_service is not None
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=test_service or ssl.create_default_context(),
            max_connections=CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=None if self._anywhere else PublicOnly(),
        )

    async def send(self, parcel: Parcel, accepted: Accepted) -> None:
        """See Carrier. A repeat after a doubt replaces the first one (Topic)."""
        status, wait_seconds = await self._answer(self._request(parcel))
        reason = f"push {status}"
        if status in TAKEN:
            await accepted(reason)
        elif status in GONE:
            await self._forget(parcel.to)
            raise TransportError(reason, permanent=True)
        elif status == 429 or status >= 500:
            if wait_seconds is not None:
                raise Busy(reason, wait_seconds)
            raise TransportError(reason, permanent=False)
        else:
            logger.error("A push service refuses us: %s (see PUSH_KEY)", reason)
            raise TransportError(reason, permanent=True)

    async def close(self) -> None:
        await self._pool.aclose()

    def _request(self, parcel: Parcel) -> httpcore.Request:
        try:
            place = push_endpoints.read(parcel.to, anywhere=self._anywhere)
        except WrongEndpoint as error:
            raise TransportError(f"push: {error}", permanent=True) from None
        host = place.origin.removeprefix("https://")
        headers = {
            "Host": host,
            "Authorization": push_key.authorization(place.origin),
            "TTL": str(KEPT_SECONDS),
            "Urgency": "high" if parcel.is_urgent else "normal",
            "Content-Length": "0",
        }
        if parcel.topic:
            headers["Topic"] = parcel.topic
        url = httpcore.URL(
            scheme="https", host=place.host, port=place.port, target=place.target
        )
        # A fifth for each step to the end of the handshake: httpcore loses the socket
        # when it is cancelled in there, and closes it when the time is its own.
        step = self._seconds / 5
        limits = {"pool": step, "connect": step, "write": step, "read": self._seconds}
        return httpcore.Request(
            "POST", url, headers=list(headers.items()), extensions={"timeout": limits}
        )

    async def _answer(self, request: httpcore.Request) -> tuple[int, float | None]:
        """The status, and how many seconds the service wants to be left alone.

        Redirects are answers like others: nothing is followed.
        """
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._pool.handle_async_request(request)
        except WrongEndpoint as error:
            raise TransportError(f"push: {error}", permanent=True) from None
        except (*FAILURES, TimeoutError, OSError, UnicodeError) as error:
            raise TransportError(type(error).__name__, permanent=False) from None
        await _finish(response)
        return response.status, _retry_after(response.headers)


FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


class PublicOnly(httpcore.AnyIOBackend):
    """Connects to the addresses that it looked at, so a name cannot change between."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        async with asyncio.timeout(timeout):
            address = await public_address(host, port)
        return await super().connect_tcp(
            address, port, timeout, local_address, socket_options
        )


async def public_address(host: str, port: int) -> str:
    """One address of the host. Raises WrongEndpoint if any of them is not public."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port)
    addresses = [str(place[0]) for *_, place in found]
    if not all(push_endpoints.is_public(address) for address in addresses):
        raise WrongEndpoint("an address that is not public")
    return addresses[0]


async def _finish(response: httpcore.Response) -> None:
    """Reads a short rest, so that the connection can be used again.

    The status is known: nothing that happens here may hide it.
    """
    with suppress(*FAILURES, TimeoutError, OSError):
        async with asyncio.timeout(LAST_BYTES_SECONDS):
            async for _chunk in response.aiter_stream():
                break
    with suppress(*FAILURES, OSError):
        await response.aclose()


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> float | None:
    """Seconds or a date (RFC 9110 section 10.2.3), within reason; else None."""
    text = next((v for k, v in headers if k.lower() == b"retry-after"), b"").decode(
        "ascii", "replace"
    )
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (_aware(until) - timezone.now()).total_seconds()
    return min(max(seconds, 1.0), LONGEST_WAIT_SECONDS)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
