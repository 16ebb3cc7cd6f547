"""The address by which one click ends summaries (RFC 8058): signed, because there is no
session that could say who asks.

What then ends is in notifications.preferences.
"""

from uuid import UUID

from django.core import signing
from django.urls import reverse

_SIGNER = signing.Signer(salt="hub.mail.unsubscribe")
# RFC 8058 section 3.1: what the mail program posts, and nothing else.
FIELD, VALUE = "List-Unsubscribe", "One-Click"


class NotSigned(Exception):
    """Nobody's address, or somebody made it up."""


def path(user: UUID) -> str:
    """For the header of this person's summaries. It never expires (RFC 8058)."""
    return reverse("notifications:unsubscribe", args=[_SIGNER.sign(user.hex)])


def person(token: str) -> UUID:
    """Raises NotSigned."""
    try:
        return UUID(_SIGNER.unsign(token))
    except (signing.BadSignature, ValueError):
        raise NotSigned from None
