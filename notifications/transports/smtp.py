"""What is said to an SMTP server (RFC 5321): to be let in, and for one mail.

Belongs here: the wire, and what its answers mean. How many connections there are and
for how long is pool.py; whom we may write to is guard.py.
"""

import asyncio
import re
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

from notifications.transports.base import Parcel, TransportError

Scheme = Literal["submission", "smtps", "smtp"]
PORTS = {"submission": 587, "smtps": 465, "smtp": 25}
BAD_REPLY = "smtp bad reply"
# What a bare address cannot hold; aiosmtplib would read it as another address.
_NO_ADDRESS = re.compile(r'[\s<>()",:;\\\x00-\x1f\x7f]')
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")
# RFC 3463 wants a full mailbox or system (x.2.2, x.3.1) and one that takes nothing now
# (x.3.2) reported as persistent transient failures; servers say 5.x.x all the same.
_MAY_PASS = {"5.2.2", "5.3.1", "5.3.2"}
# Without enhanced code: 552 is "mailbox full" (RFC 5321), 530 and 535 are about us.
_MAY_PASS_CODES = {530, 535, 552}


class Stage(StrEnum):
    """How far it went. From RECIPIENT on, a refusal can be about the recipient."""

    CONNECT = "connect"
    TLS = "TLS"
    SIGN_IN = "sign-in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


class SmtpError(TransportError):
    """A TransportError that knows how far it went."""

    def __init__(self, reason: str, stage: Stage, *, permanent: bool = False) -> None:
        super().__init__(reason, permanent=permanent)
        self.stage = stage


@dataclass(frozen=True)
class Server:
    """`context`: whom to trust; unused with `smtp://`. `name`: ours, for EHLO."""

    host: str
    port: int
    scheme: Scheme
    user: str = ""
    password: str = field(default="", repr=False)
    name: str = "localhost"
    context: ssl.SSLContext | None = field(default=None, repr=False)

    @classmethod
    def from_url(cls, url: str, name: str, ca_file: Path | None = None) -> Self:
        """`ca_file`: an authority to trust beside those of the system."""
        place = urlsplit(url)
        scheme: Scheme = place.scheme  # type: ignore[assignment] # environment checks
        context = None
        if scheme != "smtp":
            context = ssl.create_default_context()
            if ca_file:
                context.load_verify_locations(ca_file)
        return cls(
            place.hostname or "",
            place.port or PORTS[scheme],
            scheme,
            unquote(place.username or ""),
            unquote(place.password or ""),
            _literal(name),
            context,
        )


class _Client(aiosmtplib.SMTP):
    """Ends at once: a mere close waits, with TLS, for a server that may be silent."""

    def close(self) -> None:
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


async def connect(server: Server) -> aiosmtplib.SMTP:
    """A connection that is ready for mail: encrypted as asked and signed in.

    Raises SmtpError, never permanent: that a server lets nobody in says nothing
    about the mail. Here and below, the caller sets the time limit by asyncio.timeout.
    """
    client = _Client(
        hostname=server.host,
        port=server.port,
        local_hostname=server.name,
        use_tls=server.scheme == "smtps",
        start_tls=False,  # asked for below, so that a failure has its stage
        tls_context=server.context,
        timeout=None,
    )
    stage = Stage.CONNECT
    try:
        await client.connect()
        await client.ehlo()
        stage = Stage.TLS
        if server.scheme == "submission":
            await _start_tls(client)
        stage = Stage.SIGN_IN
        if server.user:
            await client.login(server.user, server.password)
    except BaseException as error:
        client.close()
        if isinstance(error, aiosmtplib.SMTPException | OSError):
            raise error_of(error, stage) from None
        raise
    return client


async def announce(client: aiosmtplib.SMTP, parcel: Parcel) -> None:
    """MAIL and RCPT: from whom and to whom. Raises SmtpError."""
    if "@" not in parcel.to or _NO_ADDRESS.search(parcel.to):
        raise SmtpError("impossible address", Stage.RECIPIENT, permanent=True)
    encoding, options = "ascii", []
    if not (parcel.to + parcel.return_path).isascii():
        if not client.supports_extension("smtputf8"):
            raise SmtpError("no SMTPUTF8", Stage.RECIPIENT, permanent=True)
        encoding, options = "utf-8", ["SMTPUTF8"]
    if not parcel.content.isascii() and client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    stage = Stage.SENDER
    try:
        await client.mail(parcel.return_path, options=options, encoding=encoding)
        stage = Stage.RECIPIENT
        await client.rcpt(parcel.to, encoding=encoding)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise error_of(error, stage) from None


async def hand_over(client: aiosmtplib.SMTP, parcel: Parcel) -> str:
    """DATA and the mail. Returns the codes of the answer; raises SmtpError."""
    try:
        answer = await client.data(parcel.content)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise error_of(error, Stage.CONTENT) from None
    return codes(answer.code, answer.message)


async def close(client: aiosmtplib.SMTP, seconds: float) -> None:
    """A polite end when it can be had."""
    try:
        await client.quit(timeout=seconds)
    except (aiosmtplib.SMTPException, OSError):
        pass  # it is over either way
    finally:
        client.close()


def codes(code: int, text: str) -> str:
    """ "smtp 550 5.1.1": the answer without its words, which may hold addresses."""
    found = _ENHANCED.match(text)
    return f"smtp {code} {found[0]}" if found else f"smtp {code}"


def error_of(error: Exception, stage: Stage) -> SmtpError:
    """What went wrong, without a word that the server said."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        if not 400 <= error.code < 600:  # aiosmtplib's -1: no reply at all, or too long
            return SmtpError(BAD_REPLY, stage)
        permanent = _is_permanent(error, stage)
        return SmtpError(codes(error.code, error.message), stage, permanent=permanent)
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return SmtpError("wrong certificate", Stage.TLS)
    if isinstance(cause, ssl.SSLError):
        return SmtpError("TLS failed", Stage.TLS)
    return SmtpError(type(cause).__name__, stage)


def _is_permanent(error: aiosmtplib.SMTPResponseException, stage: Stage) -> bool:
    """Whether the recipient will never have this mail.

    A refusal before RCPT is about the server or our account. So is x.7.x (policy:
    relaying, blocklists) after it: it would end the mail of everybody at once.
    """
    if error.code < 500 or stage not in (Stage.RECIPIENT, Stage.CONTENT):
        return False
    if found := _ENHANCED.match(error.message):
        return found[0] not in _MAY_PASS and not found[0].startswith("5.7.")
    return error.code not in _MAY_PASS_CODES


async def _start_tls(client: aiosmtplib.SMTP) -> None:
    if not client.supports_extension("starttls"):
        raise SmtpError("TLS not offered", Stage.TLS)
    await client.starttls()


def _literal(name: str) -> str:
    """An address is written in brackets (RFC 5321 section 4.1.3)."""
    try:
        address = ip_address(name)
    except ValueError:
        return name
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"
