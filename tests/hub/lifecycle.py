"""A measure put into any state, and one valid call of every act. Shared by tests."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone

from hub.actions import course, drafts, reception, transmission
from hub.calendar import today_in
from hub.demo import CENTRE, COURT, OTHER_CENTRE, TERMS, Demo, complete_draft
from hub.models import Centre, Court, Designation, Measure, Proposal, User
from hub.models.centres import VisitKind
from hub.models.choices import (
    ClosureReason,
    DecisionKind,
    DifficultyCategory,
    MilestoneKind,
    UnableReason,
    Urgency,
)
from hub.models.follow_up import ProposalKind
from hub.states import turn_in

DECIDED = date(2026, 9, 1)
DESIGNATIONS = {
    "draft": "proposed", "cancelled": "withdrawn", "transmitted": "transmitted",
    "received": "received", "waiting": "accepted", "intake": "accepted",
    "active": "accepted", "suspended": "accepted", "unable": "unable",
    "ended": "ended", "archived": "ended", "purged": "ended",
}  # fmt: skip


def today() -> date:
    return today_in()


def draft(demo: Demo, kind: VisitKind = VisitKind.VISIT) -> Measure:
    """Complete, with Samira's centre chosen, never sent."""
    measure = complete_draft(demo.people, kind, [5], DECIDED)
    centre = Centre.objects.get(code=CENTRE)
    return drafts.choose_centre(
        measure, centre, by=demo.people["paul"], counts={"shown": 1}
    )


def sent(demo: Demo) -> Measure:
    measure = draft(demo)
    transmission.transmit(measure, by=demo.people["camille"])
    return Measure.objects.get(pk=measure.pk)


def put(measure: Measure, state: str) -> Measure:
    """As the measure would stand there, without the acts that lead to it."""
    turn = turn_in(state)
    closed = timezone.now() if state in ("ended", "archived", "purged") else None
    Measure.objects.filter(pk=measure.pk).update(
        state=state,
        resumes_to="active" if state == "suspended" else "",
        awaits=turn.side or "",
        awaits_act=turn.act or "",
        closed_at=closed,
    )
    Designation.objects.filter(measure=measure, is_current=True).update(
        state=DESIGNATIONS[state]
    )
    return Measure.objects.get(pk=measure.pk)


def propose(measure: Measure, kind: str, by: User, side: str) -> None:
    Proposal.objects.filter(designation__measure=measure).delete()
    Proposal.objects.create(
        designation=measure.designations.get(is_current=True),
        kind=kind, reason=ClosureReason.TERM_REACHED, by=by, side=side,
    )  # fmt: skip


def difficulty() -> reception.Difficulty:
    return reception.Difficulty(
        DifficultyCategory.SAFETY, Urgency.IMMEDIATE, today(), "Une menace."
    )


Call = Callable[[Measure, User], Any]
OTHER = OTHER_CENTRE
# One valid call of each act, by its name in the table.
CALLS: dict[str, Call] = {
    "create": lambda m, by: drafts.create_draft(
        court=Court.objects.get(code=COURT), by=by, judge=m.judge
    ),
    "edit": lambda m, by: drafts.save_decision(
        m, {"decision_kind": DecisionKind.ORDER}, by=by, revision=m.revision
    ),
    "discard": lambda m, by: drafts.discard(m, by=by),
    "transmit": lambda m, by: transmission.transmit(m, by=by),
    "recall": lambda m, by: transmission.recall(m, by=by),
    "acknowledge": lambda m, by: reception.acknowledge_measure(m, by=by),
    "accept": lambda m, by: reception.accept(m, expected_on=today(), by=by),
    "change_date": lambda m, by: reception.change_date(m, expected_on=today(), by=by),
    "record_contact": lambda m, by: reception.record_milestone(
        m, MilestoneKind.CONTACT_VISITING, on=today(), by=by
    ),
    "record_milestone": lambda m, by: reception.record_milestone(
        m, MilestoneKind.AGREEMENT_SIGNED, on=today(), by=by
    ),
    "unable": lambda m, by: reception.declare_unable(
        m, reason=UnableReason.CAPACITY, body="Complet.", by=by
    ),
    "ask_information": lambda m, by: reception.ask_information(
        m, body="Il manque la page 2.", by=by
    ),
    "redesignate": lambda m, by: transmission.redesignate(
        m, Centre.objects.get(code=OTHER), by=by, holds_decision=True
    ),
    "first_visit": lambda m, by: reception.hold_first_visit(m, on=today(), by=by),
    "suspend": lambda m, by: course.suspend(m, by=by, holds_decision=True),
    "interrupt": lambda m, by: reception.interrupt(m, difficulty(), by=by),
    "report_difficulty": lambda m, by: reception.report_difficulty(
        m, difficulty(), by=by
    ),
    "resume": lambda m, by: course.resume(m, by=by, holds_decision=True),
    "modify": lambda m, by: course.modify(
        m,
        {**TERMS, "nature": "visit", "exits": "allowed", "visit_minutes": 60},
        phases=[],
        effective_from=today(),
        by=by,
        holds_decision=True,
    ),
    "propose_not_started": lambda m, by: course.propose_not_started(m, by=by),
    "not_started": lambda m, by: course.end_not_started(m, by=by),
    "propose_close": lambda m, by: course.propose_close(
        m, reason=ClosureReason.TERM_REACHED, by=by
    ),
    "close": lambda m, by: course.close(m, by=by),
    "decline": lambda m, by: course.decline(m, by=by),
    "propose_reopen": lambda m, by: course.propose_reopen(m, by=by),
    "reopen": lambda m, by: course.reopen(m, by=by),
}


def prepare(event: str, measure: Measure, by: User, side: str) -> None:
    """Makes true what the guards of this act ask for."""
    other = "court" if side == "centre" else "centre"
    if event == "close":
        propose(measure, ProposalKind.CLOSE, measure.judge, "centre")
    if event == "decline":
        propose(measure, ProposalKind.CLOSE, measure.judge, other)
    if event == "reopen":
        propose(measure, ProposalKind.REOPEN, measure.judge, other)
