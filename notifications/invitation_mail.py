"""The mail to somebody who was given a place: where to sign in, and no secret."""

from email.message import EmailMessage
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from hub import events
from hub.models import Role
from notifications import outgoing
from notifications.mail import Recipient, build


def connect() -> None:
    events.member_invited.connect(on_member_invited)


def on_member_invited(**event: Any) -> None:
    language = event["locale"] or translation.get_language()
    transaction.on_commit(partial(outgoing.send_soon, partial(write, event, language)))


def write(event: dict[str, Any], language: str) -> EmailMessage:
    """The mail, in the person's language. It names their own organisation only."""
    with translation.override(language):
        return build(
            "invitation",
            Recipient(event["name"], event["email"]),
            _("[Hub] You have been invited"),
            {
                "name": event["name"],
                "organisation": event["organisation"],
                "role": Role(event["role"]).label,
                "link": settings.BASE_URL + reverse("hub:sign-in"),
                "email": event["email"],
                "language": language,
            },
        )
