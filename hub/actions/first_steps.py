"""Closing one's first steps: by the person, for good."""

from django.utils import timezone

from hub.models import User


def close_first_steps(user: User) -> None:
    """They are not shown to this person any more, on any device. Twice is once."""
    User.objects.filter(pk=user.pk, first_steps_closed_at=None).update(
        first_steps_closed_at=timezone.now()
    )
