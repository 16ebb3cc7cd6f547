"""Read marks of many people at once: what was displayed to whom, and since when.

One person's mark, and acknowledging, are in hub.actions.messages; when marks are
gathered is the business of realtime.receipts.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hub import events, permissions
from hub.models import Participant, ReadMark

MOST = 100  # marks in one call; each thread among them is a condition of the query


class Mark(NamedTuple):
    """Everything up to `seq` was displayed to the person."""

    user: UUID
    thread: UUID
    seq: int


def mark_many(marks: Iterable[Mark]) -> dict[tuple[UUID, UUID], bool]:
    """Moves read marks forward; never back, never past the thread's head.

    Of several marks of one person in one thread the highest counts. Answers, for each
    (user, thread) that may be read now, whether its mark moved; who has no right is
    left out. One transaction, three statements whatever the number of marks, and one
    announcement.
    """
    wanted: dict[tuple[UUID, UUID], int] = defaultdict(int)
    for mark in marks:
        place = (mark.user, mark.thread)
        wanted[place] = max(wanted[place], mark.seq)
    if not wanted:
        return {}
    with transaction.atomic():
        seats = _locked_seats(wanted)
        moved = []
        for seat in seats:
            seq = min(wanted[seat.user_id, seat.thread_id], seat.thread.last_seq)
            if seq > seat.read_seq:
                seat.read_seq = seq
                moved.append(seat)
        _write(moved)
    told = {(seat.user_id, seat.thread_id): False for seat in seats}
    return told | {(seat.user_id, seat.thread_id): True for seat in moved}


def _locked_seats(places: Iterable[tuple[UUID, UUID]]) -> list[Participant]:
    """In order of their keys, so that two groups cannot lock each other out."""
    people: dict[UUID, list[UUID]] = defaultdict(list)
    for user, thread in places:
        people[thread].append(user)
    named = Q()
    for thread, users in people.items():
        named |= Q(thread=thread, user__in=users)
    seats = (
        Participant.objects.select_for_update(no_key=True, of=("self",))
        .filter(permissions.seats_with("thread.read"))
        .filter(named)
        .select_related("thread")
        .order_by("pk")
    )
    return list(seats)


def _write(seats: list[Participant]) -> None:
    if not seats:
        return
    at = timezone.now()
    Participant.objects.bulk_update(seats, ["read_seq"])
    ReadMark.objects.bulk_create(
        [ReadMark(participant=seat, seq=seat.read_seq, at=at) for seat in seats]
    )
    for seat in seats:
        events.thread_read.send(
            None,
            thread_id=seat.thread_id,
            user_id=seat.user_id,
            seq=seat.read_seq,
            at=at,
        )
