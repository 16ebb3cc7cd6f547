"""Who was told, outside the hub, that messages wait: what a messenger hands back.

What a receipt shows of it is in hub.queries.history.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from hub.models import AlertMark, Participant, Thread


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


def owe_again(firsts: Mapping[tuple[UUID, UUID], int], now: datetime) -> None:
    """People who were left untold from some message on are owed it after all.

    `firsts`: (thread, person) -> the first such message. What was read meanwhile is
    not owed. The caller holds the threads. Three queries whatever the number.
    """
    threads = {thread for thread, _user in firsts}
    seats = Participant.objects.filter(
        thread__in=threads, user__in={user for _thread, user in firsts}
    )
    back = []
    for seat in seats:
        first = firsts.get((seat.thread_id, seat.user_id))
        if first is not None and first <= seat.notified_seq:
            seat.notified_seq = first - 1
            back.append(seat)
    Participant.objects.bulk_update(back, ["notified_seq"])
    Thread.objects.filter(pk__in=threads).update(look_at=now)


def _by_seq(row: tuple[UUID, UUID, int]) -> int:
    return row[2]
