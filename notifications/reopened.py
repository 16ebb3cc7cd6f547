"""Who was left untold because a colleague answers, once nobody does any more."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from hub import events
from hub.actions.alerts import owe_again
from hub.models import Assignment, Participant
from hub.models.threads import ThreadState
from notifications.models import Notification, Reason, State, Transport

Firsts = dict[tuple[UUID, UUID], int]  # (thread, person) -> from which message on


def connect() -> None:
    events.charge_released.connect(on_charge_released)
    events.absence_closed.connect(on_absence_closed)
    events.absence_entered.connect(on_absence_entered)


def on_charge_released(thread_ids: Iterable[UUID], **_: Any) -> None:
    """What nobody read meanwhile is looked at again at once."""
    _tell_after_all(list(thread_ids), Reason.TAKEN_CHARGE)


def on_absence_closed(user_id: UUID, since: datetime, **_: Any) -> None:
    """The substitute's seat has ended, perhaps before their mail left."""
    whose = {"user": user_id, "created_at__gte": since}
    _tell_after_all(_open_threads(user_id), Reason.ABSENT, **whose)


def on_absence_entered(user_id: UUID, substitute_id: UUID | None, **_: Any) -> None:
    """What was left to the absent person, who answered for it, is the substitute's."""
    if substitute_id is None:
        return
    held = Assignment.objects.filter(
        user=user_id, released_at=None, designation__thread__state=ThreadState.OPEN
    )
    threads = list(held.values_list("designation__thread", flat=True))
    _tell_after_all(threads, Reason.TAKEN_CHARGE, user=substitute_id)


def _open_threads(user: UUID) -> list[UUID]:
    seats = Participant.objects.filter(user=user, thread__state=ThreadState.OPEN)
    return list(seats.values_list("thread", flat=True))


def _tell_after_all(threads: list[UUID], reason: Reason, **whose: Any) -> None:
    """Owed again is what was left for that reason and not mailed since. The caller
    holds the threads, so that no look is on its way."""
    rows = Notification.objects.filter(
        transport=Transport.EMAIL,
        thread__in=threads,
        first_seq__isnull=False,
        user__isnull=False,
        **whose,
    )
    mailed = rows.filter(state=State.SENT).values_list("thread", "user")
    told = {(t, u): seq for t, u, seq in mailed.annotate(seq=Max("last_seq"))}
    left = rows.filter(state=State.DROPPED, reason=reason)
    firsts: Firsts = {}
    for thread, user, first, last in left.values_list(
        "thread", "user", "first_seq", "last_seq"
    ):
        after = told.get((thread, user), 0)
        if last > after:
            first = max(first, after + 1)
            firsts[thread, user] = min(first, firsts.get((thread, user), first))
    if firsts:
        owe_again(firsts, timezone.now())
