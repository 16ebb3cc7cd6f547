"""One measure while its life is told: the rows it leaves, the turn, the conversation.

`Case.act` does in memory what hub.actions.transitions does in the database, by the same
rows of hub.states; messages go through the same rules (hub.posting). What happens, and
when, is lives.py.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from django.db.models import Model

from hub import permissions
from hub.actions.posting_facts import HUB_SEAT
from hub.actions.transitions import set_turn
from hub.calendar import local_day
from hub.heads import Head
from hub.models import (
    ORDINARY,
    SYSTEM,
    Designation,
    DifficultyReport,
    JournalEntry,
    Measure,
    MeasurePhase,
    MeasureTerms,
    MeasureTransition,
    Membership,
    Message,
    Participant,
    Proposal,
    Side,
    Thread,
)
from hub.models.accounts import HUB_USER_ID
from hub.models.choices import Act, DesignationState, MeasureState
from hub.national.chance import identifier, office_moment
from hub.national.people import CentreTeam, CourtTeam, in_force
from hub.posting import Draft, Facts, Posted, Seat, plan
from hub.states import ROWS, Event, Target, Turn, turn_in

Rows = defaultdict[type[Model], list[Any]]


class NotYet(Exception):
    """The story has come to the present: what would follow has not happened."""


@dataclass
class Told:
    """A designation with its thread, its seats and what was said, as it stands."""

    designation: Designation
    team: CentreTeam
    thread: Thread
    seats: list[Participant] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    looked: list[tuple[Participant, datetime]] = field(default_factory=list)


@dataclass
class Case:
    """`clock`: how far the story is; `present`: where it has to stop."""

    chance: Random
    court: CourtTeam
    measure: Measure
    terms: MeasureTerms
    phases: list[MeasurePhase]
    preparer: Membership
    judge: Membership
    clock: datetime
    present: datetime
    rows: Rows = field(default_factory=lambda: defaultdict(list))
    told: list[Told] = field(default_factory=list)
    proposed: Designation | None = None  # the choice of a draft
    difficulties: list[DifficultyReport] = field(default_factory=list)
    proposal: Proposal | None = None
    contacts: dict[str, date] = field(default_factory=dict)  # kind -> day

    @property
    def departement(self) -> str:
        return self.court.court.departement_id

    @property
    def today(self) -> date:
        return local_day(self.clock, self.departement)

    @property
    def now(self) -> Told:
        """The current designation's thread."""
        return self.told[-1]

    def later(self, days: float) -> datetime:
        """A moment of office hours about that many days after the clock."""
        at = self.clock + timedelta(days=max(days - 1, 0))
        return office_moment(self.chance, at, self.departement)

    def reach(self, at: datetime) -> None:
        """Moves the clock, never back. Raises NotYet beyond the present."""
        at = max(at, self.clock + timedelta(minutes=3))
        if at >= self.present:
            raise NotYet
        self.clock = at

    def act(
        self,
        event: Event,
        by: Membership | None,
        sentence: str = "",
        *,
        turn: Turn | None = None,
        becomes: DesignationState | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """One row of the table at the clock; its line comes last, as in the actions."""
        measure, row = self.measure, ROWS[event]
        before = measure.state
        assert before in row.sources or event == Event.CREATE, (event, before)
        if row.target == Target.PREVIOUS:
            measure.state = measure.resumes_to
        elif row.target != Target.SAME:
            measure.state = str(row.target)
        suspended = measure.state == MeasureState.SUSPENDED
        measure.resumes_to = before if suspended else ""
        measure.changed_at = self.clock
        if to := turn or row.turn:
            set_turn(measure, to, self.clock)
        designation = self.now.designation if self.told else self.proposed
        if designation and (state := becomes or row.designation):
            designation.state = state
        self._note(event, before, by, designation, facts)
        if sentence:
            self.say(by, sentence)

    def say(self, by: Membership | None, sentence: str) -> None:
        """A line of the life-cycle; the hub's own when nobody did it."""
        self._write(by, sentence, SYSTEM, "system")

    def post(
        self, kind: str, by: Membership, body: str, *, needs_ack: bool = False
    ) -> Message:
        """A typed message of an act."""
        return self._write(by, body, kind, "act", needs_ack=needs_ack)

    def write(self, by: Membership, body: str, **options: Any) -> Message:
        """An ordinary message; the court's answers what it was asked."""
        message = self._write(by, body, ORDINARY, "page", **options)
        measure = self.measure
        if measure.awaits_act == Act.ANSWER and message.author_side == measure.awaits:
            turn = turn_in(measure.state)
            measure.awaits, measure.awaits_act = turn.side or "", turn.act or ""
            measure.awaits_since = self.clock
            self.answer_difficulties()
        return message

    def answer_difficulties(self) -> None:
        for report in self.difficulties:
            report.answered_at = report.answered_at or self.clock

    def seated(self, side: Side, *roles: str) -> list[Membership]:
        """Who of a side may act now in the current thread."""
        return [
            seat.membership
            for seat in self.now.seats
            if seat.membership.side == side
            and in_force(seat.membership, self.clock)
            and (not roles or seat.membership.role in roles)
        ]

    def record(self, by: Membership, action: str, **counts: int) -> None:
        self.rows[JournalEntry].append(
            JournalEntry(
                actor=by.user,
                action=action,
                object_kind="measure",
                object_id=str(self.measure.pk),
                counts=counts,
                at=self.clock,
            )
        )

    def _note(
        self,
        event: Event,
        before: str,
        by: Membership | None,
        designation: Designation | None,
        facts: Mapping[str, Any] | None,
    ) -> None:
        self.rows[MeasureTransition].append(
            MeasureTransition(
                measure=self.measure,
                designation=designation,
                row=ROWS[event].number,
                event=event,
                from_state=before,
                to_state=self.measure.state,
                by=by.user if by else None,
                by_name=by.user.name if by else "",
                by_role=by.role if by else "",
                at=self.clock,
                facts=dict(facts or {}),
            )
        )

    def _write(
        self, by: Membership | None, body: str, kind: str, door: str, **options: Any
    ) -> Message:
        told, author = self.now, by.user_id if by else HUB_USER_ID
        thread = told.thread
        name = identifier(self.chance)
        draft = Draft(thread.pk, author, name, body, kind=kind, door=door, **options)
        before = told.messages[-1] if told.messages else None
        spoke = before.author_side if before and before.kind == ORDINARY else ""
        head = Head(thread.last_seq, thread.head, True, thread.awaits, spoke=spoke)
        seat = _seat(by) if by else HUB_SEAT
        facts = Facts({thread.pk: head}, {(thread.pk, author): seat}, {}, {})
        decided = plan([draft], facts, self.clock)
        [outcome] = decided.outcomes
        assert isinstance(outcome, Posted), outcome
        head = decided.heads[thread.pk]
        thread.last_seq, thread.head, thread.awaits = (
            head.last_seq, head.hash, head.awaits,
        )  # fmt: skip
        thread.last_at = self.clock
        told.messages.append(outcome.message)
        return outcome.message


def _seat(place: Membership) -> Seat:
    return Seat(
        name=place.user.name,
        role=place.role,
        organisation=place.organisation,
        side=Side(place.side),
        may_write=place.role in _roles("thread.write"),
        may_mark=place.role in _roles("message.mark_for_case_file"),
    )


@cache
def _roles(right: str) -> frozenset[str]:
    return frozenset(permissions.roles_with(right))
