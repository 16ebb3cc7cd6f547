"""Who was left untold because a colleague answered, once nobody does any more."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from hub import events
from hub.actions.alerts import owe_again
from notifications.models import Notification, Reason, State


def connect() -> None:
    events.charge_released.connect(on_charge_released)


def on_charge_released(thread_id: UUID, side: str, **_: Any) -> None:
    """What nobody read meanwhile is looked at again at once."""
    left = Notification.objects.filter(
        thread=thread_id,
        state=State.DROPPED,
        reason=Reason.TAKEN_CHARGE,
        user__isnull=False,
    )
    firsts: dict[UUID, int] = {}
    for user, first in left.values_list("user", "first_seq"):
        if user and first:
            firsts[user] = min(first, firsts.get(user, first))
    if firsts:
        owe_again(thread_id, firsts, timezone.now())
