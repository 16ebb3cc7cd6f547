"""Mail from outside for tests: an owed row of ours, and what may answer it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.utils import timezone

from hub.models import Centre, User
from notifications import return_path
from notifications.inbound.reader import Reader
from notifications.inbound.receiving import store
from notifications.kinds import Kind, Subject
from notifications.models import InboundMail, Notification, State

RETURNS = "retours@hub.exemple.fr"


@contextmanager
def returns_address() -> Iterator[None]:
    before = settings.MAIL.mail_return_address
    settings.MAIL.mail_return_address = RETURNS
    yield
    settings.MAIL.mail_return_address = before


def sent_to(
    user: User | None = None, centre: Centre | None = None, n: int = 1, **fields: Any
) -> Notification:
    """A mail of ours that has left."""
    whose = user.pk if user else centre.pk if centre else None
    values: dict[str, Any] = {
        "state": State.SENT,
        "ended_at": timezone.now(),
        "due_at": timezone.now(),
        **fields,
    }
    return Notification.objects.create(
        user=user,
        centre=centre,
        kind=Kind.MESSAGES,
        subject=Subject.MESSAGE,
        window=f"m{n}",
        key=f"email/{whose}//m{n}",
        **values,
    )


def arrive(
    raw: bytes | EmailMessage,
    about: Notification | str,
    *,
    sender: str = "<>",
) -> InboundMail:
    """The mail is stored and read; the row as it is afterwards."""
    to = about if isinstance(about, str) else return_path.make(about.pk)
    content = bytes(raw)
    known = set(InboundMail.objects.values_list("pk", flat=True))
    store(content, sender, to, timezone.now())
    reader = Reader()
    while reader.read_one(timezone.now()):
        pass
    return InboundMail.objects.exclude(pk__in=known).get()


def written(
    sender: str, subject: str = "Re: [Hub]", body: str = "Bien reçu.", **headers: str
) -> EmailMessage:
    """A mail as somebody's program writes it; `Auto_Submitted` is Auto-Submitted."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, RETURNS, subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail


def away(sender: str, until: date) -> EmailMessage:
    words = f"Bonjour, je suis absente jusqu'au {until:%d/%m/%Y} inclus."
    subject = "Réponse automatique : [Hub]"
    return written(sender, subject, words, Auto_Submitted="auto-replied")
