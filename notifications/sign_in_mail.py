"""The mail with the sign-in link and code, sent when somebody asks to sign in."""

from email.message import EmailMessage
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from hub import events
from hub.actions.sign_in import VALID_FOR
from notifications import outgoing
from notifications.mail import Recipient, build


def connect() -> None:
    events.sign_in_requested.connect(on_sign_in_requested)


def on_sign_in_requested(**event: Any) -> None:
    language = event["locale"] or translation.get_language()
    compose = partial(write, event, language)
    transaction.on_commit(partial(outgoing.send_soon, compose))


def write(event: dict[str, Any], language: str) -> EmailMessage:
    """The mail, in the person's language."""
    with translation.override(language):
        return build(
            "sign_in",
            Recipient(event["name"], event["email"]),
            _("[Hub] Your sign-in code"),
            {
                "name": event["name"],
                "code": event["code"],
                "link": settings.BASE_URL
                + reverse("hub:sign-in-link", args=[event["link_secret"]]),
                "minutes": int(VALID_FOR.total_seconds() // 60),
                "language": language,
            },
        )
