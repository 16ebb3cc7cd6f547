"""Proposals of one side and what waits for the court: making, answering, settling.

Parts of acts, inside their transaction; who may do them is in hub.states.
"""

from hub.actions.step import Step
from hub.models import DifficultyReport, Proposal
from hub.models.follow_up import ProposalKind


def propose(step: Step, kind: ProposalKind, reason: str) -> None:
    assert step.place is not None
    Proposal.objects.create(
        designation=step.current,
        kind=kind,
        reason=reason,
        by=step.place.user,
        side=step.place.side,
        at=step.now,
    )
    step.facts["reason"] = reason


def answer_proposal(step: Step, *, accepted: bool) -> None:
    """Whatever proposal is open is answered; none is left to a deadline."""
    Proposal.objects.filter(designation=step.designation, answered_at=None).update(
        answered_at=step.now, answered_by=step.author, accepted=accepted
    )


def answer_difficulties(step: Step) -> None:
    """A decision of the court answers the difficulties that waited for one."""
    DifficultyReport.objects.filter(measure=step.measure, answered_at=None).update(
        answered_at=step.now
    )
