"""What an operator can set about reaching people: when, by which server, how much.

Part of environment.Environment, which reads and checks everything at once; apart only
because mail has many settings.
"""

import ssl
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings

from notifications import push_key

IN_SCHEMES = ("lmtp", "smtp")


class MailSettings(BaseSettings):
    """Variables about mail and push; only the notifications package uses them."""

    unread_delay_seconds: int = Field(
        600,
        ge=0,
        le=86_400,
        description="How long a message may stay unread before its reader is mailed.",
    )
    presence_delay_seconds: int = Field(
        600,
        ge=0,
        le=86_400,
        description="How much longer, at most, while the reader has a page open.",
    )
    unread_again_seconds: int = Field(
        14_400,
        ge=0,
        le=604_800,
        description="After a mail that brought nobody back: no second one about the "
        "same thread before this time; urgent messages excepted.",
    )
    mail_content: Literal["none", "meta", "full"] = Field(
        "none",
        description="What a mail may say: `none` (counts and dates only), `meta` (also "
        "the centre or court and the reference), `full` (also the messages).",
    )
    mail_content_domains: str = Field(
        "",
        description="Domains, separated by commas, whose recipients may get `full`. "
        "Others get `meta`. Needs a server with TLS.",
    )
    mail_sending: Literal["on", "off"] = Field(
        "on",
        description="`off` holds all mail back (it waits); `mail_pause` does so "
        "without a restart.",
    )
    mail_worker: Literal["on", "off"] = Field(
        "on",
        description="Whether `serve` sends mail itself; `off` leaves it to `deliver`.",
    )
    mail_allowed_domains: str = Field(
        "",
        description="For trial deployments: mail goes only to these domains, separated "
        "by commas. Empty: to all.",
    )
    mail_return_address: str = Field(
        "",
        description="Where bounces and automatic replies go, for example "
        "`retours@hub.example`: each mail gets its own `retours+...@hub.example`. "
        "Empty: MAIL_FROM, and bounces are not understood.",
    )
    mail_in_url: str = Field(
        "lmtp://127.0.0.1:8024",
        description="Where `receive_mail` listens: `lmtp://HOST:PORT` or "
        "`smtp://HOST:PORT`, reachable by your own mail server only.",
    )
    smtp_ca_file: Path | None = Field(
        None,
        description="Certificates (PEM) of an authority to trust for SMTP_URL beside "
        "those of the system, for a mail server inside an administration.",
    )
    mail_connections: int = Field(
        4, ge=1, le=50, description="Connections to the mail server kept at once."
    )
    mail_in_doubt: int = Field(
        1,
        ge=1,
        le=50,
        description="Mails whose acceptance is being waited for at once: as many may "
        "be repeated after a crash. More is faster with a slow server.",
    )
    mail_per_domain_per_minute: int = Field(
        120,
        ge=1,
        le=100_000,
        description="Most mails a minute that one process sends to one domain.",
    )
    mail_lease_seconds: int = Field(
        120,
        ge=1,
        le=3600,
        description="How long a worker may hold a mail before another one takes it up.",
    )
    mail_kept_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="Days after which what was sent, or not and why, is forgotten.",
    )
    mail_support: str = Field(
        "",
        description="Whom people may ask, shown in every mail: an address or a number.",
    )
    push_key: str = Field(
        "",
        description="VAPID private key (base64url of 32 bytes) for web push. "
        "Empty: no push. `manage.py push_key` makes one.",
    )

    def domains(self, name: Literal["content", "allowed"]) -> frozenset[str]:
        """`mail_content_domains` or `mail_allowed_domains`, lower case."""
        text: str = getattr(self, f"mail_{name}_domains")
        return frozenset(d.strip().lower() for d in text.split(",") if d.strip())

    def mail_problems(self) -> list[str]:
        """One sentence for each value that cannot be used."""
        problems = []
        place = urlsplit(self.mail_in_url)
        if place.scheme not in IN_SCHEMES or not place.port:
            problems.append("MAIL_IN_URL: write lmtp://HOST:PORT or smtp://HOST:PORT.")
        if self.mail_return_address.count("@") > 1 or (
            self.mail_return_address and "@" not in self.mail_return_address
        ):
            problems.append("MAIL_RETURN_ADDRESS: write one address, name@domain.")
        if self.smtp_ca_file and not _is_certificates(self.smtp_ca_file):
            problems.append("SMTP_CA_FILE: no certificates (PEM) can be read there.")
        if self.mail_content == "full" and not self.domains("content"):
            problems.append(
                "MAIL_CONTENT=full needs MAIL_CONTENT_DOMAINS: whose mailboxes may "
                "hold messages about families?"
            )
        return [*problems, *push_key.problems(self.push_key)]


def _is_certificates(file: Path) -> bool:
    try:
        ssl.create_default_context(cafile=file)
    except OSError:  # ssl.SSLError is one
        return False
    return True
