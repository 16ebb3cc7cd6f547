"""Suspending, proposing, closing and archiving in a life, as hub.actions.course."""

from django.utils.translation import gettext as _

from hub.models import Membership, Proposal
from hub.models.choices import ClosureReason, DesignationState, MeasureState
from hub.models.follow_up import ProposalKind
from hub.models.threads import ThreadState
from hub.national.cases import Case
from hub.national.sending import answered
from hub.states import Event


def suspend(case: Case, by: Membership) -> None:
    turn = answered(case)
    case.act(Event.SUSPEND, by, _("Measure suspended by decision."), turn=turn)


def resume(case: Case, by: Membership) -> None:
    turn = answered(case)
    case.act(Event.RESUME, by, _("The measure goes on."), turn=turn)


def propose_not_started(case: Case, by: Membership) -> None:
    _propose(case, by, ProposalKind.NOT_STARTED, "")
    sentence = _("The espace de rencontre proposes to end it: nobody came.")
    case.act(Event.PROPOSE_NOT_STARTED, by, sentence, facts={"reason": ""})


def propose_close(case: Case, by: Membership, reason: ClosureReason) -> None:
    _propose(case, by, ProposalKind.CLOSE, reason)
    sentence = _("The espace de rencontre proposes to close it: %(why)s.") % {
        "why": reason.label
    }
    case.act(Event.PROPOSE_CLOSE, by, sentence, facts={"reason": reason})


def decline(case: Case, by: Membership) -> None:
    _answer(case, by, accepted=False)
    case.act(Event.DECLINE, by, _("Proposal declined."))


def end(case: Case, event: Event, by: Membership | None, reason: ClosureReason) -> None:
    """Rows 16, 17 and 17b; `by` is None when the court's silence ends it."""
    measure, designation = case.measure, case.now.designation
    measure.closed_at, measure.closure_reason = case.clock, reason
    if not designation.first_visit_on:
        designation.left_on = designation.left_on or case.today
    unable = measure.state == MeasureState.UNABLE
    becomes = DesignationState.UNABLE if unable else None
    _answer(case, by, accepted=True)
    turn = answered(case)
    sentence = _("Measure ended: %(why)s.") % {"why": reason.label}
    facts = {"reason": reason}
    case.act(event, by, sentence, turn=turn, becomes=becomes, facts=facts)


def archive(case: Case) -> None:
    case.act(Event.ARCHIVE, None, _("Archived: this thread can only be read."))
    for told in case.told:
        told.thread.state = ThreadState.SEALED


def _propose(case: Case, by: Membership, kind: ProposalKind, reason: str) -> None:
    case.proposal = Proposal(
        designation=case.now.designation,
        kind=kind,
        reason=reason,
        by=by.user,
        side=by.side,
        at=case.clock,
    )
    case.rows[Proposal].append(case.proposal)


def _answer(case: Case, by: Membership | None, *, accepted: bool) -> None:
    if case.proposal is not None:
        case.proposal.answered_at = case.clock
        case.proposal.answered_by = by.user if by else None
        case.proposal.accepted = accepted
        case.proposal = None
