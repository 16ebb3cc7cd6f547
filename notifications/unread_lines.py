"""What still waits for the reader of each mail about unread messages, as counted lines.

By the rules of notifications.recipients, so that the mail says what the worker has just
looked at. No body is read here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from hub import calendar
from hub.models import (
    SYSTEM,
    DifficultyReport,
    Message,
    MessageKind,
    Participant,
    Thread,
)
from hub.models.choices import Urgency
from hub.queries.deadlines import answer_due_in
from hub.queries.receipts import measures_due
from notifications import facts
from notifications.contents import Line
from notifications.models import Notification
from notifications.recipients import Place, Talk, concerns, void_of

# Codes of lines, the most consequential first (words in notifications.line_words).
DIFFICULTY, URGENT, TRANSMISSION = "difficulty", "urgent", "transmission"
RECEIPT, REQUEST, MESSAGE, EVENT = "receipt", "request", "message", "event"
ORDER = (DIFFICULTY, URGENT, TRANSMISSION, RECEIPT, REQUEST, MESSAGE, EVENT)
OF_KINDS: dict[str, str] = {
    MessageKind.DIFFICULTY_REPORT: DIFFICULTY,
    MessageKind.TRANSMISSION: TRANSMISSION,
    MessageKind.INFORMATION_REQUEST: REQUEST,
    MessageKind.SYSTEM: EVENT,
}

# thread -> seq -> how soon an answer to that difficulty is needed
Reports = Mapping[UUID, Mapping[int, str]]


class Waiting(NamedTuple):
    """What waits for one row's reader. `seqs`: of which messages."""

    lines: Sequence[Line]
    seqs: Sequence[int]


class Dues(NamedTuple):
    """What the days of one thread follow from. `receipt`: the measure's is due by."""

    departement: str
    urgencies: Mapping[int, str]
    receipt: date | None


@dataclass(frozen=True)
class Threads:
    """What was read about many threads at once."""

    threads: Mapping[UUID, Thread]
    places: Mapping[facts.SeatKey, Place]
    talks: Mapping[UUID, Talk]
    reports: Reports
    receipts: Mapping[int, date]  # designation -> until when a measure's is due

    def waiting(self, row: Notification) -> Waiting:
        """Nothing, if it was all read or answered a moment ago."""
        assert row.thread_id
        assert row.user_id
        place = self.places.get((row.thread_id, row.user_id))
        talk = self.talks.get(row.thread_id)
        if place is None or talk is None:
            return Waiting((), ())
        owed = [m for m in talk.messages if _is_owed(row, m, place, talk)]
        designation = self.threads[row.thread_id].designation
        dues = Dues(
            designation.measure.court.departement_id,
            self.reports.get(row.thread_id, {}),
            self.receipts.get(designation.pk),
        )
        return Waiting(_lines(owed, dues), [m.seq for m in owed])


def read(
    rows: Sequence[Notification],
    threads: Mapping[UUID, Thread],
    seats: Iterable[Participant],
) -> Threads:
    """For rows about unread messages; constant queries, none without any row."""
    floors: dict[UUID, int] = {}
    for row in rows:
        if row.thread_id:
            floor = (row.first_seq or 1) - 1
            floors[row.thread_id] = min(floor, floors.get(row.thread_id, floor))
    if not floors:
        return Threads(threads, {}, {}, {}, {})
    readers = {(row.thread_id, row.user_id) for row in rows}
    theirs = {s.thread_id for s in seats if (s.thread_id, s.user_id) in readers}
    places = facts.places_of(s for s in seats if s.thread_id in theirs)
    talks = facts.talks_after(floors)
    receipts = measures_due(threads[one].designation for one in floors)
    return Threads(threads, places, talks, _reports(talks), receipts)


def _reports(talks: Mapping[UUID, Talk]) -> Reports:
    reported = [
        message.pk
        for talk in talks.values()
        for message in talk.messages
        if message.kind == MessageKind.DIFFICULTY_REPORT
    ]
    found: dict[UUID, dict[int, str]] = defaultdict(dict)
    rows = DifficultyReport.objects.filter(message__in=reported)
    for thread, seq, urgency in rows.values_list(
        "message__thread", "message__seq", "urgency"
    ):
        found[thread][seq] = urgency
    return found


def _is_owed(row: Notification, message: Message, place: Place, talk: Talk) -> bool:
    first, last = row.first_seq or 0, row.last_seq or message.seq
    covered = first <= message.seq <= last and message.seq > place.read_seq
    if not covered or not concerns(place, message, talk):
        return False
    return void_of(place, message, talk) is None


def _lines(owed: Sequence[Message], dues: Dues) -> list[Line]:
    grouped: dict[str, list[Message]] = defaultdict(list)
    for message in owed:
        grouped[_code(message)].append(message)
    return [_line(code, grouped[code], dues) for code in ORDER if code in grouped]


def _line(code: str, messages: Sequence[Message], dues: Dues) -> Line:
    known = [due for due in (_due(m, dues) for m in messages) if due]
    soonest = min(known, key=_moment, default=None)
    urgent = any(
        m.urgent or dues.urgencies.get(m.seq) == Urgency.IMMEDIATE for m in messages
    )
    return Line(code, len(messages), soonest, urgent, reference="", place="")


def _code(message: Message) -> str:
    code = OF_KINDS.get(message.kind, MESSAGE)
    if code in (DIFFICULTY, TRANSMISSION) or message.kind == SYSTEM:
        return code
    if message.urgent:
        return URGENT
    return RECEIPT if message.needs_ack else code


def _due(message: Message, dues: Dues) -> datetime | date | None:
    """When an answer or a receipt is expected, as pages and timers count it."""
    urgency = dues.urgencies.get(message.seq, Urgency.INFO)
    if urgency != Urgency.INFO:
        return answer_due_in(dues.departement, urgency, message.at)
    if message.kind == MessageKind.TRANSMISSION:
        return dues.receipt
    if message.needs_ack:
        days = settings.RULES.ack_reminder_days
        return _working_day(message.at, days, dues.departement)
    return None


def _working_day(at: datetime, days: int, departement: str) -> date:
    return _add(calendar.local_day(at, departement), days, departement)


_add = lru_cache(maxsize=256)(calendar.add_working_days)


def _moment(due: datetime | date) -> tuple[date, bool, datetime | None]:
    if isinstance(due, datetime):
        return due.date(), False, due
    return due, True, None
