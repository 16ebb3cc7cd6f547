"""The guards of hub.states: each answers nothing, or the sentence that refuses.

They run under the measure's lock, after right and state. Nothing here writes.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from hub.actions.step import Step
from hub.completeness import missing
from hub.errors import Illegal, InvalidInput
from hub.models import Centre, Participant, Proposal, Role
from hub.models.centres import CentreStatus
from hub.models.choices import ClosureReason, LapseRule, MeasureState
from hub.models.follow_up import ProposalKind
from hub.queries.order_documents import order_document_state
from hub.queries.waiting import newest_declarations
from hub.states import Event, Guard

FARTHEST_DATE_DAYS = 730  # an expected date two years away is a slip of the hand


def check(guards: Iterable[Guard], step: Step) -> None:
    """Raises Illegal with the first guard's sentence, or InvalidInput at a field."""
    for guard in guards:
        if sentence := GUARDS[guard](step):
            raise Illegal(sentence)


def centre_refusal(centre: Centre, visit_kind: str, day: date) -> str:
    """Why a centre cannot be designated on a day; empty when it can (two queries)."""
    if centre.status != CentreStatus.ACTIVE:
        return _("This espace de rencontre receives nobody at the moment.")
    if not any(approval.in_force(day) for approval in centre.approvals.all()):
        return _("This espace de rencontre has no approval in force (CASF D. 216-1).")
    declared = newest_declarations().filter(site__centre=centre, visit_kind=visit_kind)
    words = [one.takes_new_measures(day) for one in declared]
    if words and not any(words):  # every site that said something is paused
        return _("This espace de rencontre takes no new measure at the moment.")
    return ""


def never_transmitted(step: Step) -> str:
    if step.measure.transitions.filter(event=Event.TRANSMIT).exists():
        return _("This measure was transmitted once: it cannot be discarded.")
    return ""


def complete(step: Step) -> str:
    """Names what misses, in one sentence; the form shows each at its place."""
    measure = step.measure
    assert measure.terms is not None
    found = missing(
        measure,
        measure.terms,
        list(measure.children.all()),
        list(measure.parties.all()),
        order_document=order_document_state(measure),
        has_centre=step.designation is not None,
    )
    return " ".join(one.sentence for one in found)


def centre_can_take(step: Step) -> str:
    centre = step.given.get("centre") or (step.designation and step.designation.centre)
    assert isinstance(centre, Centre)
    assert step.measure.terms is not None
    return centre_refusal(centre, step.measure.terms.visit_kind, step.today)


def clerk_holds_decision(step: Step) -> str:
    """The signed decision is the clerk's mandate. Row 4 asks everybody for the file
    itself (`complete`)."""
    assert step.place is not None
    if step.place.role == Role.CLERK and not step.given.get("holds_decision"):
        raise InvalidInput(
            {
                "holds_decision": _(
                    "Confirm that the signed decision is in the registry: it is "
                    "what allows a clerk to do this."
                )
            }
        )
    return ""


def not_displayed(step: Step) -> str:
    seen = Participant.objects.filter(
        thread=step.thread, membership__centre__isnull=False, read_seq__gt=0
    )
    if seen.exists():
        return _(
            "The espace de rencontre has already opened it. Write in the thread, or "
            "modify the terms."
        )
    return ""


def date_to_come(step: Step) -> str:
    day = step.given["on"]
    if day < step.today:
        raise InvalidInput({"on": _("This date is in the past.")})
    if day > step.today + timedelta(days=FARTHEST_DATE_DAYS):
        raise InvalidInput({"on": _("This date is more than two years away.")})
    return ""


def day_passed(step: Step) -> str:
    """A thing that was done was done today or before, and not before the decision."""
    day = step.given["on"]
    if day > step.today:
        raise InvalidInput({"on": _("This date is in the future.")})
    decided = step.measure.decided_on
    if decided and day < decided:
        raise InvalidInput({"on": _("This date is before the decision.")})
    return ""


def other_centre(step: Step) -> str:
    centre = step.given.get("centre")
    if centre is None or centre == step.current.centre:
        return _("Choose another espace de rencontre.")
    return ""


def lapse_stated(step: Step) -> str:
    """A lapse is never computed that the decision does not state (DOMAIN 1.2)."""
    if step.given["reason"] != ClosureReason.LAPSED:
        return ""
    assert step.measure.terms is not None
    if step.measure.terms.lapse_rule == LapseRule.NONE:
        return _(
            "The decision states no lapse: only the judge can say that the measure "
            "never started."
        )
    if not step.given.get("condition_met"):
        raise InvalidInput(
            {"condition_met": _("Record that the condition of the lapse is met.")}
        )
    return ""


def term_near(step: Step) -> str:
    """ "Term reached" is for the last weeks, by the rule of the second notice (T4)."""
    ends_on, days = step.measure.ends_on, settings.RULES.ending_second_days
    far = ends_on and ends_on > step.today + timedelta(days=days)
    if far and step.given["reason"] == ClosureReason.TERM_REACHED:
        sentence = _(
            "This measure ends on %(day)s: its term can be given as the reason from "
            "%(days)d days before. Choose another reason, or wait."
        )
        values = {"day": f"{ends_on:%d/%m/%Y}", "days": days}
        raise InvalidInput({"reason": sentence % values})
    return ""


def closing_allowed(step: Step) -> str:
    """A court confirms what the centre proposed; otherwise the judge alone ends it."""
    assert step.place is not None
    proposal = open_proposal(step)
    closing = proposal is not None and proposal.kind == ProposalKind.CLOSE
    reason = step.given["reason"]
    if proposal and closing and reason in ("", proposal.reason):
        return ""
    if step.place.role != Role.JUDGE:
        return _("The espace de rencontre has not proposed to end it so.")
    reasons = {ClosureReason.REVOKED, ClosureReason.REPLACED}
    if step.measure.state == MeasureState.UNABLE:
        reasons.add(ClosureReason.UNABLE)
    if reason not in reasons:
        return _("Without a proposal, a judge may only revoke or replace a measure.")
    return ""


def no_open_proposal(step: Step) -> str:
    if open_proposal(step):
        return _("A proposal is already waiting for its answer.")
    return ""


def proposed_by_other_side(step: Step) -> str:
    assert step.place is not None
    proposal = open_proposal(step)
    reopening = step.row.event == Event.REOPEN
    if proposal is None or (reopening and proposal.kind != ProposalKind.REOPEN):
        return _("There is no proposal to answer.")
    if proposal.side == step.place.side:
        return _("Your own side proposed it: the other side answers.")
    return ""


def silence_over(step: Step) -> str:
    proposal = open_proposal(step)
    patience = timedelta(days=settings.RULES.closure_silence_days)
    closing = proposal and proposal.kind == ProposalKind.CLOSE
    if proposal and closing and proposal.at + patience <= step.now:
        return ""
    return _("The court still has time to answer.")


def reopening_in_time(step: Step) -> str:
    closed = step.measure.closed_at
    patience = timedelta(days=settings.RULES.reopen_days)
    if closed and closed + patience >= step.now:
        return ""
    return _("A measure can be reopened within %(n)d days.") % {
        "n": settings.RULES.reopen_days
    }


def no_legal_hold(step: Step) -> str:
    return _("A legal hold keeps this measure.") if step.measure.legal_hold else ""


def open_proposal(step: Step) -> Proposal | None:
    return Proposal.objects.filter(
        designation=step.designation, answered_at=None
    ).first()


GUARDS: dict[Guard, Callable[[Step], str]] = {
    Guard.NEVER_TRANSMITTED: never_transmitted,
    Guard.COMPLETE: complete,
    Guard.CENTRE_CAN_TAKE: centre_can_take,
    Guard.CLERK_HOLDS_DECISION: clerk_holds_decision,
    Guard.NOT_DISPLAYED: not_displayed,
    Guard.DATE_TO_COME: date_to_come,
    Guard.DAY_PASSED: day_passed,
    Guard.OTHER_CENTRE: other_centre,
    Guard.LAPSE_STATED: lapse_stated,
    Guard.TERM_NEAR: term_near,
    Guard.CLOSING_ALLOWED: closing_allowed,
    Guard.NO_OPEN_PROPOSAL: no_open_proposal,
    Guard.SILENCE_OVER: silence_over,
    Guard.REOPENING_IN_TIME: reopening_in_time,
    Guard.PROPOSED_BY_OTHER_SIDE: proposed_by_other_side,
    Guard.NO_LEGAL_HOLD: no_legal_hold,
}
