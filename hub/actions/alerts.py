"""Who was told, outside the hub, that messages wait: what a messenger hands back.

What a receipt shows of it is in hub.queries.threads.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from hub.models import AlertMark, Participant


def mark_alerted(rows: Iterable[tuple[UUID, UUID, int]], at: datetime) -> None:
    """Notes (thread, person, seq): an e-mail left that told of messages up to `seq`.

    A repeat keeps the first moment; whoever has no seat any more is left out. Two
    queries whatever the number.
    """
    told = {(thread, user): seq for thread, user, seq in sorted(rows, key=_by_seq)}
    if not told:
        return
    seats = Participant.objects.filter(
        thread__in={thread for thread, _user in told},
        user__in={user for _thread, user in told},
    ).values_list("pk", "thread", "user")
    marks = [
        AlertMark(participant_id=pk, seq=told[thread, user], at=at)
        for pk, thread, user in seats
        if (thread, user) in told
    ]
    AlertMark.objects.bulk_create(marks, ignore_conflicts=True)


def _by_seq(row: tuple[UUID, UUID, int]) -> int:
    return row[2]
