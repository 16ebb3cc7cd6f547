"""What waits for a person: why, since when and until when, in order of consequence.

Belongs here: the reasons, their order, and the list of those who know of more reasons.
Facts come from hub.queries, words and buttons are in hub.views.home_rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.functional import Promise

from hub.calendar import local_day
from hub.models import Measure, User

if TYPE_CHECKING:
    from hub.queries.threads import CountedSeat

SHOWN = 50  # rows of each list; the rest is on the desk


class Why(StrEnum):
    """One reason each, whoever it is for."""

    # A measure's next act, or what its thread waits for.
    DECIDE = "decide"
    REDESIGNATE = "redesignate"
    PROPOSAL = "proposal"
    DIFFICULTY = "difficulty"
    RECEIPT = "receipt"
    ACKNOWLEDGEMENT = "acknowledgement"
    INFORMATION = "information"
    DATE = "date"
    ANSWER = "answer"
    DATE_PASSED = "date_passed"
    CONTACT_PASSED = "contact_passed"
    TERM_PASSED = "term_passed"
    TERM_NEAR = "term_near"
    DRAFT = "draft"
    READY = "ready"
    # Of a place of work.
    QUESTION = "question"
    WAITING_TIME = "waiting_time"
    UNANSWERED = "unanswered"
    NO_RECEIPTS = "no_receipts"
    STALE = "stale"
    NO_CONTACT = "no_contact"
    UNREACHABLE = "unreachable"
    APPROVALS = "approvals"
    FILES = "files"
    OTHER = "other"  # another package's, which brings its own words
    # The other side's, late.
    LATE_RECEIPT = "late_receipt"
    LATE_DATE = "late_date"
    LATE_WAIT = "late_wait"
    LATE_ACKNOWLEDGEMENT = "late_acknowledgement"
    LATE_ANSWER = "late_answer"
    # Nobody's act: something new to read.
    NEWS = "news"


# Nobody is safe, or the family has no place at all, until somebody acts.
GRAVE = (Why.DECIDE, Why.REDESIGNATE, Why.UNANSWERED)

# Lines that stand for a whole list.
COUNTED = (Why.NO_RECEIPTS, Why.STALE, Why.NO_CONTACT, Why.UNREACHABLE, Why.APPROVALS)


@dataclass(frozen=True)
class Words:
    """What another package says of its own reason. `address`: where its act is."""

    title: str | Promise
    text: str
    button: str | Promise
    address: str


@dataclass(frozen=True)
class Waiting:
    """One thing that waits, of one measure at most. `due`: the law's day or moment, or
    the hub's; none where there is none. `who`: whose act made it wait."""

    why: Why
    since: datetime
    due: date | datetime | None = None
    urgent: bool = False
    seat: "CountedSeat | None" = None
    measure: Measure | None = None
    count: int = 1
    who: str = ""
    seq: int = 0
    subject: Any = None
    words: Words | None = None

    @property
    def is_dated(self) -> bool:
        """Whether `since` is a day of its own; what is counted has none."""
        return self.why not in COUNTED

    @property
    def departement(self) -> str:
        """Whose days count: those of the court; without a measure, those of Paris."""
        return self.measure.court.departement_id if self.measure else ""

    @property
    def due_day(self) -> date | None:
        due = self.due
        return local_day(due, self.departement) if isinstance(due, datetime) else due

    def is_pressing(self, now: datetime) -> bool:
        """To be done first: urgent, grave, or due by now in the days that count."""
        day = self.due_day
        is_due = day is not None and day <= local_day(now, self.departement)
        return self.urgent or self.why in GRAVE or is_due

    def key(self, now: datetime) -> tuple[object, ...]:
        """Urgency, then the day it is due, then the days waited."""
        first = self.urgent or self.why in GRAVE
        due = self.due_day or date.max
        return not first, due, -(now - self.since).days, self.since


@dataclass
class Agenda:
    """`mine` waits for the person, `late` for the other side, `news` for nobody."""

    mine: list[Waiting] = field(default_factory=list)
    late: list[Waiting] = field(default_factory=list)
    news: list[Waiting] = field(default_factory=list)

    @property
    def count(self) -> int:
        """The one number: heading, navigation, title and icon of the page."""
        return len(self.mine)

    @property
    def unread(self) -> int:
        """Messages in what there is only to read."""
        return sum(one.seat.unread for one in self.news if one.seat)

    @cached_property
    def pressing(self) -> list[Waiting]:
        """Asked once the list is whole, as `others` is."""
        return self._parted[True]

    @cached_property
    def others(self) -> list[Waiting]:
        return self._parted[False]

    @cached_property
    def _parted(self) -> dict[bool, list[Waiting]]:
        now = timezone.now()
        found: dict[bool, list[Waiting]] = {True: [], False: []}
        for one in self.mine:
            found[one.is_pressing(now)].append(one)
        return found

    @property
    def is_all_measures(self) -> bool:
        return all(one.measure for one in self.mine)


# What other packages know to be waiting for a person; filled when the process starts.
sources: list[Callable[[User, datetime], Iterable[Waiting]]] = []
