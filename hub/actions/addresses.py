"""What is known of an e-mail address: proven by a typed code, doubted when mail to it
comes back, suspended when it keeps coming back.

Only mail is suspended, never an account: sign-in codes are still sent, and the first
one that comes back typed proves the address again. What the words for it are is
hub.queries.addresses.
"""

from django.db import transaction
from django.utils import timezone

from hub import permissions
from hub.actions.journal import record
from hub.errors import NotFound
from hub.models import AddressRecord, Role, User

# Hard bounces since the last proof. One may be the mistake of a moment at the other
# end; three different mails that nobody could deliver are not (RELIABILITY section 4).
SUSPENDED_AFTER = 3


def prove(email: str) -> None:
    """Something that was mailed there came back typed: whatever bounced is past."""
    _keep(email, proven_at=timezone.now())


def count_hard_bounce(email: str) -> AddressRecord:
    """One more mail to this address could not be delivered, ever."""
    now, address = timezone.now(), email.strip().lower()
    with transaction.atomic():
        AddressRecord.objects.get_or_create(pk=address)
        known = AddressRecord.objects.select_for_update().get(pk=address)
        known.hard_bounces += 1
        known.bounced_at = known.bounced_at or now  # "since"
        if known.hard_bounces >= SUSPENDED_AFTER and known.suspended_at is None:
            known.suspended_at = now
        known.save()
    return known


def restore(email: str, by: User) -> None:
    """Mail goes there again, without a proof.

    By the person themselves, an operator, or whoever manages the members of the centre
    whose functional mailbox it is. Raises NotFound for anybody else.
    """
    address = email.strip().lower()
    managed = permissions.places_in(by, "members.manage")
    mailboxes = {place.centre.email.lower() for place in managed if place.centre}
    is_operator = any(place.role == Role.OPERATOR for place in by.places)
    if not (address == by.email or address in mailboxes or is_operator):
        raise NotFound
    with transaction.atomic():
        _keep(email)
        record(by, "address_restored", "user", by.pk)


def _keep(email: str, **proof: object) -> None:
    AddressRecord.objects.update_or_create(
        pk=email.strip().lower(),
        defaults={
            "hard_bounces": 0,
            "bounced_at": None,
            "suspended_at": None,
            **proof,
        },
    )
