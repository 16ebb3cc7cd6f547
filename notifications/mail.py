"""Mails for which somebody waits in front of a page: codes, one at a time.

Notifications are written many at once, in notifications.letters.
"""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from notifications.mime import clean_name, split


@dataclass(frozen=True)
class Recipient:
    name: str
    email: str


def build(
    template: str, to: Recipient, subject: str, context: dict[str, Any]
) -> EmailMessage:
    """`emails/<template>.txt` and `.html`, to one person.

    Machine-made mail says so (RFC 3834), so that no out-of-office answers it.
    """
    context = {"title": subject.removeprefix("[Hub] "), **context}
    context["name"] = clean_name(to.name)  # as every other mail of the hub writes it
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = _address(*split(settings.MAIL_FROM))
    message["To"] = _address(to.name, to.email)
    message["Date"] = format_datetime(timezone.now())
    message["Message-ID"] = make_msgid(domain=urlsplit(settings.BASE_URL).hostname)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(render_to_string(f"emails/{template}.txt", context))
    html = render_to_string(f"emails/{template}.html", context)
    message.add_alternative(html, subtype="html")
    return message


def _address(name: str, email: str) -> Address:
    """One address; a name cannot add another one or break the header.

    Python folds a long quoted name without its quotes, so a name keeps only what
    needs none, and little of it.
    """
    return Address(clean_name(name), addr_spec=email)
