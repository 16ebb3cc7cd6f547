"""What is known of an e-mail address: whether it reaches its person."""

from django.utils import timezone

from hub.models import AddressRecord


def prove(email: str) -> None:
    """A code that was sent there came back typed: the address works, and is theirs."""
    AddressRecord.objects.update_or_create(
        email=email.lower(),
        defaults={
            "proven_at": timezone.now(),
            "hard_bounces": 0,
            "suspended_at": None,
        },
    )
