"""The mail with the six digits that confirm a browser in which a link was opened."""

from datetime import timedelta
from email.message import EmailMessage

from django.utils import translation
from django.utils.translation import gettext as _

from hub.models import User
from notifications.mail import Recipient, build


def write(user: User, email: str, code: str, lasts: timedelta) -> EmailMessage:
    """The mail, in the person's language. It says nothing of what the link opens."""
    language = user.locale or translation.get_language()
    with translation.override(language):
        return build(
            "reply_code",
            Recipient(user.name, email),
            _("[Hub] Your code to answer"),
            {
                "name": user.name,
                "code": code,
                "minutes": int(lasts.total_seconds() // 60),
                "language": language,
            },
        )
