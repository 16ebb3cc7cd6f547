"""Taking mail in by LMTP or SMTP: which addresses are ours, how much, and one row,
committed, before the other server is told that it may forget the mail.

Nothing looks into a mail here. A mail that no mail of ours caused is noted and its
content thrown away: nothing could be done with it.
"""

import base64
import hashlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from notifications import return_path
from notifications.inbound import limits
from notifications.models import InboundKind, InboundMail, Notification
from notifications.smtp_listener import Listener

TAKEN = "250 2.0.0 Taken"
NOT_HERE = "550 5.1.1 No such address here"
# LMTP wants one answer for each recipient; each mail of ours has its own return path.
ONE_AT_A_TIME = "452 4.5.3 One recipient at a time"
TOO_MANY = "554 5.7.0 Too many answers to one mail"
NOT_NOW = "451 4.3.0 Not now, try again"

logger = logging.getLogger(__name__)


class TooMany(Exception):
    """One mail of ours was answered more often than any person or server would."""


def is_ours(address: str) -> bool:
    """A return path that we made, or the bare address that they are made from."""
    bare = settings.MAIL.mail_return_address
    return bool(bare) and (address.lower() == bare.lower() or _row(address) is not None)


def store(raw: bytes, sender: str, to: str, now: datetime) -> None:
    """Keeps a mail once, whoever hands it over how often. Raises TooMany."""
    row_id = _row(to)
    with transaction.atomic():
        about = Notification.objects.filter(pk=row_id).first() if row_id else None
        digest = hashlib.sha256(raw).hexdigest()
        if InboundMail.objects.filter(digest=digest).exists():
            return
        known = InboundMail.objects.filter(notification=about)
        if about and known.count() >= limits.MAX_ANSWERS:
            raise TooMany
        mail = InboundMail(
            digest=digest,
            envelope_to=to,
            sender_digest=digest_of(sender),
            received_at=now,
            notification=about,
            user_id=about.user_id if about else None,
        )
        if about:
            mail.raw = base64.b64encode(raw).decode()
        else:
            mail.kind, mail.outcome = InboundKind.OTHER, "unproven"
            mail.handled_at = now
        InboundMail.objects.bulk_create([mail], ignore_conflicts=True)


def digest_of(sender: str) -> str:
    """Empty for the null sender `<>`, from which nobody wants an answer."""
    address = sender.strip().strip("<>").lower()
    if not address:
        return ""
    return salted_hmac("hub.mail.sender", address, algorithm="sha256").hexdigest()


class Door:
    """aiosmtpd's handler. `arrived` is called after each commit, in another thread."""

    def __init__(self, arrived: Callable[[], None]) -> None:
        self._arrived = arrived
        self._clerk = ThreadPoolExecutor(1, "mail-in")  # one connection to the database

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _o: Any
    ) -> str:
        if not is_ours(address):
            return NOT_HERE
        if envelope.rcpt_tos:
            return ONE_AT_A_TIME
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        raw, sender = envelope.content or b"", envelope.mail_from or ""
        assert isinstance(raw, bytes)  # decode_data is off
        answer = await server.loop.run_in_executor(
            self._clerk, self._take, raw, sender, envelope.rcpt_tos[0]
        )
        if answer == TAKEN:
            self._arrived()
        return answer

    def close(self) -> None:
        self._clerk.shutdown()

    def _take(self, raw: bytes, sender: str, to: str) -> str:
        try:
            store(raw, sender, to, timezone.now())
        except TooMany:
            return TOO_MANY
        except Exception:  # aiosmtpd would say 500: the mail would be lost for ever
            logger.exception("A mail could not be stored; its server tries again")
            return NOT_NOW
        finally:
            connections.close_all()  # minutes may pass until the next one
        return TAKEN


class Server(Listener):
    """Listens in a thread of its own, where MAIL_IN_URL says (RFC 2033, RFC 5321)."""

    def __init__(self, door: Door, url: str) -> None:
        place = urlsplit(url)
        self._protocol = LMTP if place.scheme == "lmtp" else SMTP
        # The settings have checked the port.
        super().__init__(door, place.hostname, place.port or 0)

    def session(self) -> SMTP:
        return self._protocol(
            self.handler,
            data_size_limit=limits.MAX_MAIL_BYTES,
            enable_SMTPUTF8=True,
            ident="JAFER hub",
            timeout=60,
        )


def _row(address: str) -> Any:
    try:
        return return_path.read(address)
    except return_path.NotOurs:
        return None
