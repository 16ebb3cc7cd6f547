"""What a person can do on a measure now: the table, their rights, the open proposal."""

from dataclasses import dataclass

from hub import permissions
from hub.models import Measure, Participant, Proposal, Side, User
from hub.models.follow_up import ProposalKind
from hub.states import ROWS, Event

PROPOSAL_EVENTS = {Event.DECLINE, Event.REOPEN}
PROPOSING_EVENTS = {
    Event.PROPOSE_CLOSE,
    Event.PROPOSE_NOT_STARTED,
    Event.PROPOSE_REOPEN,
}


@dataclass(frozen=True)
class Possible:
    """`events`: allowed by state, right and proposal. `side`: where the person sits."""

    events: frozenset[Event]
    rights: frozenset[str]
    side: Side
    proposal: Proposal | None


def possible(user: User, measure: Measure) -> Possible:
    """Three queries. An act may still be refused: its guards are asked when it is done.

    Raises NotFound for a stranger.
    """
    place = permissions.place_in_measure(user, measure, "measure.read")
    rights = permissions.rights_in_measure(user, measure)
    proposal = (
        Proposal.objects.filter(
            designation__measure=measure,
            designation__is_current=True,
            answered_at=None,
        )
        .select_related("by")
        .first()
    )
    events = {
        event
        for event, row in ROWS.items()
        if measure.state in row.sources and row.right in rights
    }
    events -= _hidden(measure, proposal, place.side)
    return Possible(frozenset(events), rights, place.side, proposal)


def _hidden(measure: Measure, proposal: Proposal | None, side: Side) -> set[Event]:
    """Acts that a guard would refuse for sure: no button for them."""
    hidden: set[Event] = set()
    if proposal is None or proposal.side == side:
        hidden |= PROPOSAL_EVENTS
    elif proposal.kind != ProposalKind.REOPEN:
        hidden.add(Event.REOPEN)
    if proposal is not None:
        hidden |= PROPOSING_EVENTS
    if measure.state == "transmitted" and _was_displayed(measure):
        hidden.add(Event.RECALL)
    return hidden


def _was_displayed(measure: Measure) -> bool:
    return Participant.objects.filter(
        thread__designation__measure=measure,
        thread__designation__is_current=True,
        membership__centre__isnull=False,
        read_seq__gt=0,
    ).exists()
