"""A mailbox inside the development server: real SMTP in, a page out.

Production has neither: the settings ask for SMTP_URL and the page does not exist.
"""

import re
import socket
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.utils import timezone

from hub import events
from notifications.smtp_listener import Listener

KEPT = 200  # newest mails; a demonstration never needs more
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class CaughtMail:
    number: int
    to: str
    subject: str
    text: str
    html: str
    at: datetime = field(default_factory=timezone.now)

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.text)


class Mailbox:
    """aiosmtpd's handler: keeps what arrives in memory."""

    def __init__(self) -> None:
        self.mails: deque[CaughtMail] = deque(maxlen=KEPT)
        self._count = 0

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        parsed = message_from_bytes(raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self._count += 1
        self.mails.appendleft(
            CaughtMail(
                number=self._count,
                to=str(parsed["To"]),
                subject=str(parsed["Subject"]),
                text=_part(parsed, "plain"),
                html=_part(parsed, "html"),
            )
        )
        return "250 caught"


mailbox = Mailbox()
_controller: Listener | None = None


def connect() -> None:
    events.server_starts.connect(start)
    events.server_stops.connect(stop)


def start(**_: Any) -> None:
    """Listens on a free port of this machine, if mail has nowhere else to go."""
    global _controller
    if settings.PRODUCTION or settings.SMTP_URL or _controller:
        return
    _controller = Listener(mailbox, "127.0.0.1", _free_port())
    _controller.start()


def stop(**_: Any) -> None:
    global _controller
    if _controller:
        _controller.stop(no_assert=True)
        _controller = None


def address() -> str:
    """The catcher's `smtp://` address, or nothing while it does not run."""
    return f"smtp://127.0.0.1:{_controller.port}" if _controller else ""


def _free_port() -> int:
    """aiosmtpd cannot be told to choose one itself."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""
