"""What a summary lists: what still waits for this person, by consequence.

Not by recency and not all that happened. Words are in notifications.words, sending in
notifications.batches.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from hub.calendar import add_working_days, local_day
from hub.models import Designation, Measure, Participant, Side
from hub.models.choices import Act, Priority
from hub.queries.deadlines import contact_deadline
from hub.queries.receipts import measures_due
from notifications import again, facts, queue
from notifications.contents import Line
from notifications.kinds import Kind
from notifications.models import Notification
from notifications.recipients import Place, Talk, concerns, void_of
from notifications.standing import PRESSING_ACTS, Asked, asked_in, seats_that_wait

# What waits by the state of a thread, beside the kinds of notifications.
ACKNOWLEDGE, TURN = "acknowledge", "turn"
# Kinds that say of a thread what its own line says too.
SAID_BY_THREAD = (Kind.MESSAGES, Kind.ACK_OVERDUE, Kind.ANSWER_OVERDUE)

StillOwed = Callable[[Sequence[Notification]], Iterable[Notification]]


@dataclass
class Topic:
    """One thread of one person, with what waits there."""

    seat: Participant
    place: Place
    unread: int = 0
    asked: list[Asked] = field(default_factory=list)
    since: datetime | None = None
    receipt_due: date | None = None  # of the measure, while the centre owes it

    @property
    def measure(self) -> Measure:
        return self.seat.thread.designation.measure

    @property
    def is_my_turn(self) -> bool:
        """Nobody else of this side answers for it, and the next act is this side's."""
        awaited = {self.seat.thread.awaits}
        if self.measure.awaits_act in PRESSING_ACTS:
            awaited.add(self.measure.awaits)
        return not self.place.charge and self.place.side in awaited

    @property
    def receipts(self) -> list[tuple[datetime, date]]:
        """When each receipt was asked for that this person owes, and is due."""
        if self.place.charge:
            return []
        asked = [(a.at, self._due(a.at)) for a in self.asked if a.needs_ack]
        owes_measure = self.measure.awaits_act == Act.ACKNOWLEDGE
        if owes_measure and self.measure.awaits == self.place.side:
            since = self.measure.awaits_since
            asked.append((since, self.receipt_due or self._due(since)))
        return asked

    def _due(self, asked_at: datetime) -> date:
        departement = self.measure.court.departement_id
        sent = local_day(asked_at, departement)
        return add_working_days(sent, settings.RULES.ack_reminder_days, departement)


@dataclass(frozen=True)
class Entry:
    """A line and what it is ordered by."""

    line: Line
    since: datetime
    my_turn: bool = False

    def key(self, now: datetime) -> tuple[object, ...]:
        """Urgency, then the legal date, the days waited, and whose turn it is."""
        deadline = self.line.deadline or date.max
        day = deadline.date() if isinstance(deadline, datetime) else deadline
        days = (now - self.since).days
        return (not self.line.urgent, day, -days, not self.my_turn, self.since)


def contents(
    rows: Sequence[Notification],
    now: datetime,
    still_owed: StillOwed = again.still_owed,
) -> dict[UUID, list[Line]]:
    """What each of these digests lists. Constant queries whatever their number.

    Empty when nothing that it gathered waits any more: it must not be sent, even if
    older things wait, for those were told before (no topic twice until it is read).
    When it is sent, it lists these too, and each thread once.
    """
    items: dict[UUID, list[Notification]] = defaultdict(list)
    for item in still_owed(queue.items_of(rows)):
        if item.digest_id:
            items[item.digest_id].append(item)
    full = [row for row in rows if items[row.pk]]
    topics = _topics(full, [item for row in full for item in items[row.pk]])
    return {
        row.pk: _lines(items[row.pk], topics.get(row.user_id, {}), now)
        if items[row.pk]
        else []
        for row in rows
    }


def _topics(
    digests: Sequence[Notification], items: Sequence[Notification]
) -> dict[UUID | None, dict[UUID, Topic]]:
    """person -> thread -> what waits there."""
    if not digests:
        return {}
    users = {row.user_id for row in digests if row.user_id}
    told = {item.thread_id for item in items if item.thread_id}
    seats = seats_that_wait(users, told)
    places = facts.places_of(seats)
    floors: dict[UUID, int] = {}
    for seat in seats:
        if seat.thread_id in told:
            least = floors.get(seat.thread_id, seat.read_seq)
            floors[seat.thread_id] = min(least, seat.read_seq)
    talks = facts.talks_after(floors)
    asked = asked_in({seat.thread_id for seat in seats})
    receipts = measures_due(seat.thread.designation for seat in seats)
    found: dict[UUID | None, dict[UUID, Topic]] = defaultdict(dict)
    for seat in seats:
        place = places[seat.thread_id, seat.user_id]
        due = receipts.get(seat.thread.designation_id)
        topic = Topic(seat, place, asked=_of_other_side(asked, seat), receipt_due=due)
        _count_unread(topic, talks.get(seat.thread_id))
        found[seat.user_id][seat.thread_id] = topic
    return found


def _of_other_side(
    asked: Mapping[tuple[UUID, str], list[Asked]], seat: Participant
) -> list[Asked]:
    return asked.get((seat.thread_id, Side(seat.membership.side).other), [])


def _count_unread(topic: Topic, talk: Talk | None) -> None:
    talk = talk or Talk([])
    waiting = [
        message
        for message in talk.messages
        if message.seq > topic.place.read_seq
        and concerns(topic.place, message, talk)
        and not void_of(topic.place, message, talk)
    ]
    topic.unread = len(waiting)
    moments = [m.at for m in waiting] + [at for at, _due in topic.receipts]
    topic.since = min(moments, default=topic.measure.awaits_since)


def _lines(
    items: Sequence[Notification], topics: Mapping[UUID, Topic], now: datetime
) -> list[Line]:
    entries = [
        _item_entry(item, topics.get(item.thread_id) if item.thread_id else None)
        for item in items
        if item.kind not in SAID_BY_THREAD or item.thread_id not in topics
    ]
    overdue = {i.thread_id: i.kind for i in items if i.kind in SAID_BY_THREAD[1:]}
    for thread, topic in topics.items():
        if entry := _topic_entry(topic, overdue.get(thread, ""), now):
            entries.append(entry)
    return [entry.line for entry in sorted(entries, key=lambda e: e.key(now))]


def _topic_entry(topic: Topic, overdue: str, now: datetime) -> Entry | None:
    """The most consequential of what waits in a thread; the rest is read there."""
    receipts = topic.receipts
    if overdue:
        kind, count = overdue, max(len(receipts), 1)
    elif receipts:
        kind, count = ACKNOWLEDGE, len(receipts)
    elif topic.unread:
        kind, count = str(Kind.MESSAGES), topic.unread
    elif topic.is_my_turn:
        kind, count = TURN, 1
    else:
        return None
    deadline = min((due for _at, due in receipts), default=None)
    line = Line(
        text_kind=kind,
        count=count,
        deadline=deadline,
        urgent=_is_urgent(topic),
        reference=topic.measure.reference,
        place=_place_name(topic),
    )
    return Entry(line, topic.since or now, topic.is_my_turn)


def _item_entry(item: Notification, topic: Topic | None) -> Entry:
    line = Line(
        text_kind=item.kind,
        count=1,
        deadline=_deadline(item, topic),
        urgent=False,
        reference=topic.measure.reference if topic else "",
        place=_place_name(topic) if topic else "",
    )
    return Entry(line, item.created_at, bool(topic and topic.is_my_turn))


def _deadline(item: Notification, topic: Topic | None) -> date | None:
    """The day that the item is about, if the law or the decision sets one."""
    if item.kind == Kind.DEADLINE and topic and topic.measure.terms:
        has_days = topic.measure.terms.contact_deadline_days is not None
        return contact_deadline(topic.measure) if has_days else None
    if item.kind == Kind.ENDING:
        return _day_in(item.window)
    return None


def _day_in(window: str) -> date | None:
    """The occasion of a window "T4.first:REFERENCE:2027-03-01"."""
    try:
        return date.fromisoformat(window.rpartition(":")[2])
    except ValueError:
        return None


def _is_urgent(topic: Topic) -> bool:
    pressing = any(asked.urgent for asked in topic.asked)
    return pressing or topic.measure.priority == Priority.URGENT


def _place_name(topic: Topic) -> str:
    """The other side's organisation, as the thread names it."""
    designation: Designation = topic.seat.thread.designation
    is_court = topic.place.side == Side.COURT
    return designation.centre.name if is_court else topic.measure.court.name
