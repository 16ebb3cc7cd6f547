"""Sending one e-mail by SMTP (RFC 5321), TLS unless `smtp://` was written.

Only the wire is here: what is said, and to whom, is decided elsewhere.
"""

from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

PORTS = {"submission": 587, "smtps": 465, "smtp": 25}
RESERVED = ".invalid"  # RFC 2606: addresses that cannot exist
SEND_SECONDS = 30.0


class TransportError(Exception):
    """`permanent`: trying again would not help."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


async def send(message: EmailMessage, url: str, *, allow_invalid: bool) -> None:
    """Hands the message to the server at `url`, or raises TransportError.

    Refuses `.invalid` recipients unless a local catcher is there for them.
    """
    recipient = str(message["To"])
    if not allow_invalid and recipient.lower().rstrip(">.").endswith(RESERVED):
        raise TransportError("demonstration address", permanent=True)
    server = urlsplit(url)
    try:
        await aiosmtplib.send(
            message,
            hostname=server.hostname,
            port=server.port or PORTS[server.scheme],
            username=unquote(server.username) if server.username else None,
            password=unquote(server.password) if server.password else None,
            use_tls=server.scheme == "smtps",
            start_tls=_start_tls(server),
            timeout=SEND_SECONDS,
        )
    except aiosmtplib.SMTPResponseException as error:
        permanent = 500 <= error.code < 600
        raise TransportError(
            f"refused with {error.code}", permanent=permanent
        ) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise TransportError(type(error).__name__, permanent=False) from None


def _start_tls(server: SplitResult) -> bool:
    """`submission` must be encrypted: without STARTTLS aiosmtplib then refuses."""
    return server.scheme == "submission"
