"""Looking again, just before a mail leaves: is it still owed, and may it go now?

For many rows at once, in a constant number of queries, by the same rules as the first
look. Nothing is written here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.models import AddressRecord, Thread, User
from hub.models.threads import ThreadState
from notifications import facts
from notifications.kinds import Frequency, Kind, Subject
from notifications.models import Notification, Reason, Transport
from notifications.moments import Slot, Times, held_until, slot_for, times_of
from notifications.recipients import Place, Talk, Void, concerns, foremost, void_of
from notifications.voids import voids


@dataclass(frozen=True)
class Verdict:
    """Not now: ended for a reason, put off into a summary (`slot`), or, a summary
    itself, held back until a moment (`until`)."""

    reason: Reason
    by: str = ""
    slot: Slot | None = None
    until: datetime | None = None


def look_again(rows: Sequence[Notification], now: datetime) -> dict[UUID, Verdict]:
    """The rows that must not leave now, and why. Rows of digests: see `still_owed`."""
    times = times_of({row.user_id for row in rows if row.user_id})
    verdicts = {
        row.pk: _put_off(row, times.get(row.user_id, Times()), now)
        for row in rows
        if row.user_id
    }
    ended = {pk: _verdict(void) for pk, void in void_rows(rows).items()}
    return {pk: v for pk, v in verdicts.items() if v} | ended


def still_owed(items: Sequence[Notification]) -> list[Notification]:
    """The items of digests that are not void by now, in the same order."""
    void = void_rows(items)
    return [item for item in items if item.pk not in void]


def void_rows(rows: Sequence[Notification]) -> dict[UUID, Void]:
    """Why each void row is void: rights first, then the thread, then its kind."""
    kinds = {pk: Void(reason) for pk, reason in voids(rows).items()}
    return kinds | _unread(rows) | _threads(rows) | _people(rows)


def _verdict(void: Void) -> Verdict:
    return Verdict(void.reason, void.by)


def _put_off(row: Notification, times: Times, now: datetime) -> Verdict | None:
    """A choice that was made, or a silence that began, after the row was written."""
    subject = Subject(row.subject)
    if row.kind == Kind.DIGEST:
        slot = held_until(times, subject, now)
        return Verdict(Reason.QUIET, until=slot.due_at) if slot else None
    if times.frequency(subject) == Frequency.NEVER:
        return Verdict(Reason.NEVER)
    slot = slot_for(times, subject, now)
    return Verdict(slot.reason or Reason.NEVER, slot=slot) if slot else None


def _people(rows: Iterable[Notification]) -> dict[UUID, Void]:
    """Closed accounts and addresses from which mail came back. Two queries."""
    rows = list(rows)
    users = User.objects.in_bulk({row.user_id for row in rows if row.user_id})
    addresses = {row.pk: _address(row, users) for row in rows}
    suspended = set(
        AddressRecord.objects.filter(
            email__in=set(addresses.values()), suspended_at__isnull=False
        ).values_list("email", flat=True)
    )
    found = {}
    for row in rows:
        user = users.get(row.user_id) if row.user_id else None
        if row.user_id and (user is None or not user.is_active):
            found[row.pk] = Void(Reason.INACTIVE)
        elif row.transport == Transport.EMAIL and addresses[row.pk] in suspended:
            found[row.pk] = Void(Reason.SUSPENDED)
    return found


def _address(row: Notification, users: dict[UUID, User]) -> str:
    if row.user_id:
        return users[row.user_id].email if row.user_id in users else ""
    return row.centre.email.lower() if row.centre else ""


def _threads(rows: Iterable[Notification]) -> dict[UUID, Void]:
    """People who lost their seat, and threads that were sealed. Two queries."""
    about = [row for row in rows if row.thread_id]
    threads = {row.thread_id for row in about if row.thread_id}
    seated = {(s.thread_id, s.user_id) for s in facts.seats_in(threads)}
    sealed = set(
        Thread.objects.filter(pk__in=threads, state=ThreadState.SEALED).values_list(
            "pk", flat=True
        )
    )
    found = {}
    for row in about:
        if row.thread_id in sealed:
            found[row.pk] = Void(Reason.SEALED)
        elif row.user_id and (row.thread_id, row.user_id) not in seated:
            found[row.pk] = Void(Reason.NO_RIGHT)
    return found


def _unread(rows: Iterable[Notification]) -> dict[UUID, Void]:
    """Rows about messages that by now were all read, answered or left to others."""
    about = [row for row in rows if row.kind == Kind.MESSAGES and row.thread_id]
    if not about:
        return {}
    seats = facts.seats_in({row.thread_id for row in about if row.thread_id})
    places = facts.places_of(seats)
    floors: dict[UUID, int] = {}
    for row in about:
        assert row.thread_id is not None
        floor = (row.first_seq or 1) - 1
        floors[row.thread_id] = min(floor, floors.get(row.thread_id, floor))
    talks = facts.talks_after(floors)
    found = {}
    for row in about:
        assert row.thread_id is not None
        assert row.user_id is not None
        place = places.get((row.thread_id, row.user_id))
        if place and (void := _void(row, place, talks[row.thread_id])):
            found[row.pk] = void
    return found


def _void(row: Notification, place: Place, talk: Talk) -> Void | None:
    """Why none of the row's messages is owed any more; None if one is."""
    found = [Void(Reason.READ)]
    for message in talk.messages:
        covered = (row.first_seq or 0) <= message.seq <= (row.last_seq or 0)
        if not covered or not concerns(place, message, talk):
            continue
        if message.seq <= place.read_seq:
            continue
        void = void_of(place, message, talk)
        if void is None:
            return None
        found.append(void)
    return foremost(found)
