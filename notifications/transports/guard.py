"""What may leave at all: whom a deployment writes to, and the kill switch.

Asked right before sending. How a mail is carried is not known here.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from hub.actions.journal import record
from notifications.models import Pause
from notifications.transports.base import TransportError

RESERVED = ".invalid"  # RFC 2606: addresses that cannot exist
NOT_ALLOWED = "not allowed"


def check_allowed(address: str, *, to_catcher: bool) -> None:
    """Raises a permanent TransportError when this deployment does not write there.

    MAIL_ALLOWED_DOMAINS names whole domains, not those below them. Addresses of the
    demonstration go to a local catcher only.
    """
    domain = address.rpartition("@")[2].strip().rstrip(".").lower()
    allowed = settings.MAIL.domains("allowed")
    is_reserved = f".{domain}".endswith(RESERVED)
    takes_reserved = to_catcher or settings.MAIL_ALLOW_INVALID
    if (is_reserved and not takes_reserved) or (allowed and domain not in allowed):
        raise TransportError(NOT_ALLOWED, permanent=True)


def is_off() -> bool:
    """MAIL_SENDING=off: nothing leaves, not even sign-in codes."""
    return bool(settings.MAIL.mail_sending == "off")


def is_paused() -> bool:
    """Whether notifications have to wait. One query."""
    return is_off() or open_pause() is not None


def open_pause() -> Pause | None:
    return Pause.objects.filter(until=None).order_by("since").first()


@transaction.atomic
def pause(reason: str) -> Pause:
    """Holds notifications back from now on. A second pause changes nothing."""
    if already := open_pause():
        return already
    begun = Pause.objects.create(reason=reason[:200])
    record(None, "mail_paused", "mail", begun.pk)
    return begun


@transaction.atomic
def resume() -> bool:
    """Lets them go again. False: they were not held back (by a pause)."""
    pauses = list(Pause.objects.select_for_update().filter(until=None))
    Pause.objects.filter(pk__in=[p.pk for p in pauses]).update(until=timezone.now())
    for ended in pauses:
        record(None, "mail_resumed", "mail", ended.pk)
    return bool(pauses)
