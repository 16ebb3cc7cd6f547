"""What the database says about people and threads, read for many at once.

Read only, in a constant number of queries. What follows from it is decided in
notifications.recipients.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q

from hub import permissions
from hub.models import (
    Acknowledgement,
    Assignment,
    Message,
    Participant,
    Side,
)
from hub.queries.people import presence_of
from notifications.kinds import Kind
from notifications.models import Notification, State, Transport
from notifications.recipients import Delays, Place, Talk

SeatKey = tuple[UUID, UUID]  # (thread, user)


def delays() -> Delays:
    return Delays(
        settings.UNREAD_DELAY,
        timedelta(seconds=settings.MAIL.presence_delay_seconds),
        timedelta(seconds=settings.MAIL.unread_again_seconds),
    )


def seats_in(threads: Iterable[UUID]) -> list[Participant]:
    """Everybody who may read these threads now. One query."""
    return list(
        Participant.objects.filter(
            permissions.seats_with("thread.read"), thread__in=list(threads)
        )
        .select_related("user", "membership__court", "membership__centre")
        .order_by("pk")
    )


def places_of(seats: Iterable[Participant]) -> dict[SeatKey, Place]:
    """Each seat with what bears on it: mails, charges, absences. Three queries.

    Somebody is replaced in a thread only if their substitute sits there.
    """
    seats = list(seats)
    told = _told(seats)
    charges = _charges({seat.thread_id for seat in seats})
    away = presence_of({seat.user_id for seat in seats}).away
    seated = {(seat.thread_id, seat.user_id) for seat in seats}
    places = {}
    for seat in seats:
        key = (seat.thread_id, seat.user_id)
        absence = away.get(seat.user_id)
        substitute = absence.substitute if absence else None
        replaced = substitute and (seat.thread_id, substitute.pk) in seated
        charge = charges.get((seat.thread_id, seat.membership.side))
        takes_it = charge and charge.user_id not in (seat.user_id, *away)
        places[key] = Place(
            user=seat.user_id,
            side=seat.membership.side,
            read_seq=seat.read_seq,
            notified_seq=seat.notified_seq,
            seen_at=seat.user.seen_at,
            told_at=_unanswered_mail(seat, told.get(key)),
            charge=charge.user.name if charge and takes_it else "",
            replaced_by=substitute.name if substitute and replaced else "",
        )
    return places


def talks_after(floors: Mapping[UUID, int]) -> dict[UUID, Talk]:
    """What was said in each thread above a seq, without bodies. Two queries."""
    said: dict[UUID, list[Message]] = defaultdict(list)
    acknowledged: dict[UUID, dict[tuple[str, int], str]] = defaultdict(dict)
    for message in _above(floors):
        said[message.thread_id].append(message)
    asked = [m for rows in said.values() for m in rows if m.needs_ack]
    for done in _acknowledgements(asked):
        side = Side(done[0]).other
        acknowledged[done[1]][side, done[2]] = done[3]
    return {t: Talk(said.get(t, []), acknowledged.get(t, {})) for t in floors}


def _above(floors: Mapping[UUID, int]) -> Iterable[Message]:
    if not floors:
        return []
    rows = reduce(or_, (Q(thread=t, seq__gt=seq) for t, seq in floors.items()))
    return Message.objects.filter(rows).defer("body", "hash").order_by("seq")


def _acknowledgements(asked: list[Message]) -> list[tuple[str, UUID, int, str]]:
    """(author's side, thread, seq, name) of what the other side acknowledged."""
    if not asked:
        return []
    sides = {(m.thread_id, m.seq): m.author_side for m in asked}
    rows = Acknowledgement.objects.filter(
        thread__in={m.thread_id for m in asked}, seq__in={m.seq for m in asked}
    )
    return [
        (sides[row.thread_id, row.seq], row.thread_id, row.seq, row.user_name)
        for row in rows
        if sides.get((row.thread_id, row.seq))
    ]


def _told(seats: list[Participant]) -> dict[SeatKey, tuple[datetime, int]]:
    """The last mail about unread messages of each seat: (when, up to which)."""
    rows = (
        Notification.objects.filter(
            kind=Kind.MESSAGES,
            transport=Transport.EMAIL,
            state=State.SENT,
            thread__in={seat.thread_id for seat in seats},
            user__in={seat.user_id for seat in seats},
        )
        .values_list("thread", "user")
        .annotate(at=Max("ended_at"), seq=Max("last_seq"))
    )
    return {(thread, user): (at, seq) for thread, user, at, seq in rows}


def _unanswered_mail(
    seat: Participant, told: tuple[datetime, int] | None
) -> datetime | None:
    """When they were mailed, if they did not come back for it."""
    return told[0] if told and seat.read_seq < told[1] else None


def _charges(threads: set[UUID]) -> dict[tuple[UUID, str], Assignment]:
    rows = Assignment.objects.filter(
        designation__thread__in=threads, released_at=None
    ).select_related("user", "designation__thread")
    return {(row.designation.thread.pk, row.side): row for row in rows}
