"""What has to be known of many seats at once to say what waits there.

Constant queries whatever the number of seats. What follows is said by agenda_own.py and
agenda_late.py.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Subquery

from hub import permissions
from hub.calendar import add_working_days, local_day
from hub.models import (
    ORDINARY,
    Acknowledgement,
    Assignment,
    DifficultyReport,
    Measure,
    Message,
    Milestone,
    Participant,
    Proposal,
    Side,
    TimerMark,
    User,
)
from hub.models.choices import Urgency
from hub.queries import deadlines, people, waiting
from hub.queries.receipts import measures_due

if TYPE_CHECKING:
    from hub.queries.threads import CountedSeat


class Asked(NamedTuple):
    """The oldest message of a side that still asks for its receipt, and how many do."""

    seq: int
    at: datetime
    who: str
    number: int
    category: str | None  # of the difficulty that the message reports, if it does


class Reported(NamedTuple):
    """An open difficulty. `due`: when the time to answer is over; none once a judge has
    acknowledged it. `said_at`: when the court last wrote after it, not a judge."""

    report: DifficultyReport
    due: datetime | None
    said_at: datetime | None

    @property
    def is_urgent(self) -> bool:
        return self.due is not None and self.report.urgency == Urgency.IMMEDIATE


class Said(NamedTuple):
    """The last message of a thread."""

    who: str
    at: datetime


@dataclass
class Facts:
    """Of these seats, all of one person's. Each fact is asked for when first used."""

    user: User
    seats: "Sequence[CountedSeat]"
    now: datetime

    def today(self, seat: Participant) -> date:
        """Where the court is: its days are those that count."""
        return local_day(self.now, seat.thread.designation.measure.court.departement_id)

    def today_there(self, seat: Participant) -> date:
        """Where the espace de rencontre is: a receipt is due in its days."""
        return local_day(self.now, seat.thread.designation.centre.departement_id)

    @cached_property
    def answered_by_others(self) -> set[tuple[int, str]]:
        """(designation, side) for which a colleague answers who is here today."""
        away = people.open_absences().filter(
            user=OuterRef("user"), first_day__lte=local_day(self.now, "")
        )
        rows = Assignment.objects.filter(
            designation__thread__in=self._threads, released_at=None
        ).exclude(user=self.user)
        return set(rows.exclude(Exists(away)).values_list("designation", "side"))

    @cached_property
    def reports(self) -> dict[UUID, Reported]:
        """measure -> the open difficulty that is due first."""
        measures = {
            seat.thread.designation.measure_id: seat.thread.designation.measure
            for seat in self.seats
            if seat.thread.designation.measure.awaits == Side.COURT
        }
        said = Message.objects.filter(
            thread=OuterRef("message__thread"),
            seq__gt=OuterRef("message__seq"),
            author_side=Side.COURT,
            kind=ORDINARY,
        ).order_by("-seq")
        rows = deadlines.open_reports().filter(measure__in=list(measures))
        rows = rows.annotate(
            acknowledged=Exists(deadlines.judges_receipts()),
            said_at=Subquery(said.values("at")[:1]),
        )
        found: dict[UUID, list[Reported]] = defaultdict(list)
        for report in rows.exclude(urgency=Urgency.INFO).select_related("message"):
            report.measure = measures[report.measure_id]
            due = None if report.acknowledged else deadlines.answer_due(report)
            found[report.measure_id].append(Reported(report, due, report.said_at))
        return {pk: min(them, key=_due_first) for pk, them in found.items()}

    @cached_property
    def proposals(self) -> dict[int, Proposal]:
        """designation -> what one side proposed and the other has not answered."""
        rows = Proposal.objects.filter(
            designation__thread__in=self._threads, answered_at=None
        )
        return {one.designation_id: one for one in rows.select_related("by")}

    @cached_property
    def asked(self) -> dict[tuple[UUID, str], Asked]:
        """(thread, side of the author) -> receipts that the other side owes."""
        receipts = Acknowledgement.objects.filter(
            thread=OuterRef("thread"), seq=OuterRef("seq")
        )
        rows = Message.objects.filter(
            ~Exists(receipts), thread__in=self._threads, needs_ack=True
        ).order_by("seq")
        found: dict[tuple[UUID, str], Asked] = {}
        for thread, side, seq, at, who, category in rows.values_list(
            *("thread", "author_side", "seq", "at", "author_name"),
            "difficulty__category",
        ):
            first = found.get((thread, side), Asked(seq, at, who, 0, category))
            found[thread, side] = first._replace(number=first.number + 1)
        return found

    @cached_property
    def last(self) -> dict[UUID, Said]:
        rows = Message.objects.filter(
            thread__in=self._threads, seq=F("thread__last_seq")
        )
        return {
            thread: Said(who, at)
            for thread, who, at in rows.values_list("thread", "author_name", "at")
        }

    @cached_property
    def reminded(self) -> dict[str, datetime]:
        """designation -> when its receipt was last asked for by the hub."""
        names = [str(seat.thread.designation_id) for seat in self.seats]
        rows = TimerMark.objects.filter(timer__startswith="T1.", object_id__in=names)
        return dict(rows.values_list("object_id").annotate(last=Max("at")).order_by())

    @cached_property
    def begun(self) -> set[int]:
        """Designations in which something took place already."""
        rows = Milestone.objects.filter(designation__thread__in=self._threads)
        return set(rows.order_by().values_list("designation", flat=True).distinct())

    @cached_property
    def declared(self) -> dict[waiting.Key, int]:
        centres = {seat.thread.designation.centre_id for seat in self.seats}
        return waiting.declared_weeks(centres)

    def may(self, seat: Participant, right: str) -> bool:
        return seat.membership.role in permissions.roles_with(right)

    def receipt_due(self, seat: Participant) -> date:
        """The last day for the receipt of a measure, in the centre's working days."""
        return self._receipts[seat.thread.designation_id]

    def working_days_after(self, at: datetime, days: int, measure: Measure) -> date:
        departement = measure.court.departement_id
        return add_working_days(local_day(at, departement), days, departement)

    @cached_property
    def _receipts(self) -> dict[int, date]:
        return measures_due(seat.thread.designation for seat in self.seats)

    @cached_property
    def _threads(self) -> list[UUID]:
        return [seat.thread_id for seat in self.seats]


def _due_first(one: Reported) -> datetime:
    return one.due or datetime.max.replace(tzinfo=UTC)
