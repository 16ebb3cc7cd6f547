"""One click ends summaries (RFC 8058), without a session: the address says who.

Summaries only. What a person wants at once, and floors, go on; they change these on
the preferences page.
"""

from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.urls import reverse

from notifications.kinds import Frequency, Subject
from notifications.models import Notification, Preference, Reason, State
from notifications.moments import times_of

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


def unsubscribe(user: UUID, now: datetime) -> None:
    """No more summaries of what was left to one; twice is once.

    What was gathered for the next one ends here.
    """
    with transaction.atomic():
        chosen, _new = Preference.objects.get_or_create(user_id=user)
        if chosen.unsubscribed_at:
            return
        chosen.unsubscribed_at = now
        chosen.save(update_fields=["unsubscribed_at"])
        times = times_of([user])[user]
        silent = [s for s in Subject if times.frequency(s) == Frequency.NEVER]
        Notification.objects.filter(
            user=user, state=State.GATHERED, subject__in=silent
        ).update(state=State.DROPPED, reason=Reason.NEVER, ended_at=now)
