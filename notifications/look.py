"""Looking at threads in which somebody may be owed word: unread is the outbox.

`Thread.look_at` says when. One transaction for many threads, under their locks: rows
of the outbox, how far each person was told, and the next moment to look.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from hub.models import Participant, Thread
from hub.models.threads import ThreadState
from notifications import facts, outbox
from notifications.kinds import Kind
from notifications.models import Notification, Reason, State, Transport
from notifications.recipients import Judgement, Place, Rank, Stretch, Talk, judge

LATER = timedelta(hours=1)  # for a thread that could not be judged
AT_ONCE = 50  # threads in one transaction, whose locks posting waits for

WINDOW = "m"  # and the first message

logger = logging.getLogger(__name__)

RANKS = {rank.subject.value: rank for rank in Rank}


@dataclass
class Findings:
    """What one look decided, before anything is written."""

    owed: list[outbox.Owed] = field(default_factory=list)
    left: list[Notification] = field(default_factory=list)
    joined: list[Notification] = field(default_factory=list)
    seats: list[Participant] = field(default_factory=list)  # told further than before
    look_at: dict[UUID, datetime | None] = field(default_factory=dict)


def due(now: datetime) -> QuerySet[Thread]:
    return Thread.objects.filter(look_at__lte=now).order_by("look_at")


def look(now: datetime) -> bool:
    """Looks at the threads that are due; False when none was.

    Another worker's threads are passed over. A crash leaves all as it was. A thread
    that cannot be judged holds back no other: it is looked at again in an hour.
    """
    if not due(now).exists():  # so that looking never takes SQLite's write lock
        return False
    try:
        return _look(due(now), now)
    except DatabaseError:
        raise
    except Exception:  # one of many threads; which one is found out below
        logger.exception("Threads are looked at one by one")
    for thread in list(due(now).values_list("pk", flat=True)[:AT_ONCE]):
        _look_alone(thread, now)
    return True


def _look(threads: QuerySet[Thread], now: datetime) -> bool:
    with transaction.atomic():
        locked = threads.select_for_update(skip_locked=True, no_key=True)
        taken = list(locked[:AT_ONCE])
        if taken:
            _write(_find(taken, now), now)
    return bool(taken)


def _look_alone(thread: UUID, now: datetime) -> None:
    try:
        _look(due(now).filter(pk=thread), now)
    except DatabaseError:
        raise
    except Exception:  # the top of a loop: one bad thread must not stop others
        logger.exception("A thread cannot be looked at: %s", thread)
        Thread.objects.filter(pk=thread).update(look_at=now + LATER)


def _find(threads: list[Thread], now: datetime) -> Findings:
    """Nobody is owed anything in a sealed thread."""
    found = Findings(look_at={thread.pk: None for thread in threads})
    live = {t.pk: t for t in threads if t.state == ThreadState.OPEN}
    seated = facts.seats_in(live)
    places = facts.places_of(seated)
    seats = [s for s in seated if _is_behind(s, live[s.thread_id])]
    talks = facts.talks_after(_floors(seats))
    joinable = _joinable(seats)
    for seat in seats:
        key = (seat.thread_id, seat.user_id)
        _add(found, seat, places[key], talks[seat.thread_id], joinable.get(key), now)
    return found


def _is_behind(seat: Participant, thread: Thread) -> bool:
    return max(seat.read_seq, seat.notified_seq) < thread.last_seq


def _floors(seats: Iterable[Participant]) -> dict[UUID, int]:
    floors: dict[UUID, int] = {}
    for seat in seats:
        floor = max(seat.read_seq, seat.notified_seq)
        floors[seat.thread_id] = min(floor, floors.get(seat.thread_id, floor))
    return floors


def _joinable(seats: list[Participant]) -> dict[facts.SeatKey, Notification]:
    """Each person's newest row about a thread that no worker has taken yet."""
    rows = Notification.objects.select_for_update(no_key=True).filter(
        kind=Kind.MESSAGES,
        transport=Transport.EMAIL,
        state__in=(State.WAITING, State.GATHERED),
        lease_until=None,  # else its summary is on its way, or tried again
        thread__in={seat.thread_id for seat in seats},
        user__in={seat.user_id for seat in seats},
    )
    return {
        (row.thread_id, row.user_id): row
        for row in rows.order_by("created_at")
        if row.thread_id and row.user_id
    }


def _add(
    found: Findings,
    seat: Participant,
    place: Place,
    talk: Talk,
    joinable: Notification | None,
    now: datetime,
) -> None:
    decided = judge(place, talk, facts.delays(), now)
    _look_again_at(found, seat.thread_id, decided)
    if decided.leave:
        _leave(found, seat, decided.leave, now)
    if decided.tell and _joins(joinable, decided.tell):
        assert joinable is not None
        joinable.first_seq = min(joinable.first_seq or 0, decided.tell.first_seq)
        joinable.last_seq = decided.tell.last_seq
        found.joined.append(joinable)
    elif decided.tell:
        found.owed.append(_owed(seat, decided.tell))
    told_to = decided.tell or decided.leave
    if told_to:
        seat.notified_seq = told_to.last_seq
    elif decided.look_at is None and talk.messages:
        # Nothing here is for them: the next look need not read it again.
        seat.notified_seq = talk.messages[-1].seq
    else:
        return
    found.seats.append(seat)


def _look_again_at(found: Findings, thread: UUID, decided: Judgement) -> None:
    earlier = found.look_at[thread]
    if decided.look_at and (earlier is None or decided.look_at < earlier):
        found.look_at[thread] = decided.look_at


def _joins(joinable: Notification | None, stretch: Stretch) -> bool:
    """What presses more than the waiting mail does not wait with it."""
    return joinable is not None and RANKS[joinable.subject] >= stretch.rank


def _owed(seat: Participant, stretch: Stretch) -> outbox.Owed:
    return outbox.Owed(
        Kind.MESSAGES,
        window=f"{WINDOW}{stretch.first_seq}",
        user=seat.user_id,
        thread=seat.thread_id,
        subject=stretch.rank.subject,
        first_seq=stretch.first_seq,
        last_seq=stretch.last_seq,
    )


def _leave(found: Findings, seat: Participant, left: Stretch, now: datetime) -> None:
    """Kept, so that the person can see why they were not told."""
    assert left.void is not None
    if left.void.reason == Reason.READ:
        return
    window = f"left:{left.first_seq}-{left.last_seq}"
    found.left.append(
        Notification(
            user_id=seat.user_id,
            thread_id=seat.thread_id,
            kind=Kind.MESSAGES,
            subject=left.rank.subject,
            window=window,
            key=outbox.key_of(Transport.EMAIL, seat.user_id, seat.thread_id, window),
            first_seq=left.first_seq,
            last_seq=left.last_seq,
            state=State.DROPPED,
            reason=left.void.reason,
            by=left.void.by,
            due_at=now,
            created_at=now,
            ended_at=now,
        )
    )


def _write(found: Findings, now: datetime) -> None:
    outbox.write(_in_new_windows(found.owed), now)
    Notification.objects.bulk_create(found.left, ignore_conflicts=True)
    Notification.objects.bulk_update(found.joined, ["first_seq", "last_seq"])
    Participant.objects.bulk_update(found.seats, ["notified_seq"])
    Thread.objects.bulk_update(
        [Thread(pk=pk, look_at=at) for pk, at in found.look_at.items()], ["look_at"]
    )


def _in_new_windows(owed: list[outbox.Owed]) -> list[outbox.Owed]:
    """What was dropped once may be owed again from the same message on: its row has
    ended, and another one of the same name would not be stored. One query.

    The threads' locks make sure that nobody else names windows meanwhile.
    """
    if not owed:
        return []
    rows = Notification.objects.filter(
        transport=Transport.EMAIL,
        window__startswith=WINDOW,
        thread__in={one.thread for one in owed},
        user__in={one.user for one in owed},
        first_seq__in={one.first_seq for one in owed},
    )
    before: Counter[object] = Counter(rows.values_list("thread", "user", "first_seq"))
    return [
        replace(one, window=f"{one.window}.{times + 1}") if times else one
        for one in owed
        for times in [before[one.thread, one.user, one.first_seq]]
    ]
