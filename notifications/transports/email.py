"""The way of e-mail: the guard, then the limits, then the pool of connections.

`carrier()` is what everybody who sends mail asks for; the settings are read here.
"""

import time
from urllib.parse import urlsplit

from django.conf import settings

from notifications import catcher
from notifications.transports import guard
from notifications.transports.base import (
    Accepted,
    Busy,
    Carrier,
    Parcel,
    TransportError,
)
from notifications.transports.limits import DomainLimit
from notifications.transports.pool import MAIL_SECONDS, Pool
from notifications.transports.smtp import Server


def carrier(*, limited: bool = True) -> Carrier:
    """Mail to SMTP_URL or, in development, to the catcher of this process.

    For use in one event loop. `limited=False`: without the limit for each domain.
    """
    return _Email(limited=limited)


def address() -> str:
    """The URL of the server for all mail, or nothing in development without catcher."""
    return settings.SMTP_URL or catcher.address()


def server(url: str) -> Server:
    """Who is at `url`, as the settings trust it. Reads certificates from disk."""
    name = urlsplit(settings.BASE_URL).hostname or "localhost"
    return Server.from_url(url, name, settings.MAIL.smtp_ca_file)


class _Email:
    """A Carrier. The catcher may start later or move, so the URL is asked each time."""

    def __init__(self, *, limited: bool) -> None:
        per_minute = settings.MAIL.mail_per_domain_per_minute
        self._limit = DomainLimit(per_minute, time.monotonic) if limited else None
        self._url, self._pool = "", None  # type: str, Pool | None

    async def send(self, parcel: Parcel, accepted: Accepted) -> None:
        guard.check_allowed(parcel.to, to_catcher=not settings.SMTP_URL)
        pool = await self._pool_of_now()
        if not self._limit:
            await pool.send(parcel, accepted)
            return
        self._limit.take(parcel.to)
        try:
            await pool.send(parcel, accepted)
        except Busy:
            self._limit.give_back(parcel.to)
            raise

    async def close(self) -> None:
        if self._pool:
            await self._pool.close()

    async def _pool_of_now(self) -> Pool:
        url = address()
        if not url:
            raise TransportError("no SMTP_URL and no catcher", permanent=False)
        if self._pool is None or url != self._url:
            before = self._pool
            self._url, self._pool = url, _pool(url)
            if before:
                await before.close()
        return self._pool


def _pool(url: str) -> Pool:
    """A mail ends, one way or the other, well before its lease does."""
    mail = settings.MAIL
    return Pool(
        server(url),
        size=mail.mail_connections,
        in_doubt=mail.mail_in_doubt,
        mail_seconds=min(MAIL_SECONDS, mail.mail_lease_seconds / 2),
    )
