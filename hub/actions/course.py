"""Decisions on a measure that runs: suspend, modify, close, reopen (rows 12 to 19)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from hub import wording
from hub.actions import guards
from hub.actions.drafts import write_terms
from hub.actions.proposals import (
    answer_difficulties,
    answer_proposal,
    propose,
)
from hub.actions.step import Step
from hub.actions.transitions import RECORD_LANGUAGE, move
from hub.actions.transmission import freeze, set_end
from hub.completeness import missing_terms
from hub.errors import InvalidInput, StaleForm
from hub.models import (
    Measure,
    MeasureTerms,
    MessageKind,
    Side,
    Thread,
    User,
)
from hub.models.choices import Act, ClosureReason, DesignationState, MeasureState
from hub.models.follow_up import ProposalKind
from hub.models.threads import ThreadState
from hub.states import DEFAULT, Event, Turn
from hub.terms_rules import wrong_effective_day, wrong_terms


def suspend(measure: Measure, *, by: User, holds_decision: bool = False) -> Measure:
    """Row 12: by decision."""
    with move(measure, Event.SUSPEND, by, holds_decision=holds_decision) as step:
        _decide(step)
        step.says(_("Measure suspended by decision."))
    return step.measure


def resume(measure: Measure, *, by: User, holds_decision: bool = False) -> Measure:
    """Row 14: back to the state before the suspension."""
    with move(measure, Event.RESUME, by, holds_decision=holds_decision) as step:
        _decide(step)
        step.says(_("The measure goes on."))
    return step.measure


def modify(
    measure: Measure,
    values: Mapping[str, Any],
    *,
    phases: Sequence[Mapping[str, Any]],
    effective_from: date,
    by: User,
    holds_decision: bool = False,
    version: int | None = None,
) -> Measure:
    """Row 15: a new frozen version; its own message asks for an acknowledgement.

    `version`: the one that the person had before their eyes. Raises StaleForm when
    another is in force by now, InvalidInput for a version that is not complete.
    """
    # Asked before `move`, inside which sentences are in the record's language.
    wrong = {
        **{one.field: one.sentence for one in missing_terms(MeasureTerms(**values))},
        **wrong_terms(values, phases),
    }
    stale = _("Somebody modified these terms while you were writing.")
    with move(measure, Event.MODIFY, by, holds_decision=holds_decision) as step:
        assert step.measure.terms is not None
        if version is not None and version != step.measure.terms.version:
            raise StaleForm(stale)
        wrong |= wrong_effective_day(
            effective_from, step.measure.decided_on, step.today
        )
        if wrong:
            raise InvalidInput(wrong)
        terms = write_terms(step.measure, values, phases, by=by)
        freeze(terms, step)
        type(terms).objects.filter(pk=terms.pk).update(effective_from=effective_from)
        step.measure.terms = terms
        set_end(step.measure)
        step.post(
            MessageKind.MODIFICATION, _version(terms, effective_from), needs_ack=True
        )
        answer_difficulties(step)
        step.turn = DEFAULT
        step.facts["version"] = terms.version
        step.says(_("Terms modified: version %(n)d."), n=terms.version)
    return step.measure


def _version(terms: MeasureTerms, effective_from: date) -> str:
    """The new terms as a message of the record."""
    with override(RECORD_LANGUAGE):
        head = gettext("Version %(n)d of the terms, from %(day)s.") % {
            "n": terms.version,
            "day": f"{effective_from:%d/%m/%Y}",
        }
        return f"{head}\n\n{wording.as_text(terms, list(terms.phases.all()))}"


def propose_not_started(measure: Measure, *, by: User) -> Measure:
    """Row 16a: the centre says that nobody came; the judge decides."""
    with move(measure, Event.PROPOSE_NOT_STARTED, by) as step:
        propose(step, ProposalKind.NOT_STARTED, "")
        step.says(_("The espace de rencontre proposes to end it: nobody came."))
    return step.measure


def end_not_started(
    measure: Measure,
    *,
    by: User,
    reason: ClosureReason = ClosureReason.NEVER_STARTED,
    condition_met: bool = False,
) -> Measure:
    """Row 16: never started, or lapsed where the decision states it."""
    if reason not in (ClosureReason.NEVER_STARTED, ClosureReason.LAPSED):
        raise InvalidInput({"reason": gettext("Choose one of the two reasons.")})
    given = {"reason": reason, "condition_met": condition_met}
    with move(measure, Event.NOT_STARTED, by, **given) as step:
        _end(step, reason)
    return step.measure


def propose_close(measure: Measure, *, reason: ClosureReason, by: User) -> Measure:
    """Row 17a: the centre proposes; the court answers, or its silence does."""
    with move(measure, Event.PROPOSE_CLOSE, by, reason=reason) as step:
        propose(step, ProposalKind.CLOSE, reason)
        step.says(
            _("The espace de rencontre proposes to close it: %(why)s."),
            why=ClosureReason(reason).label,
        )
    return step.measure


def close(measure: Measure, *, by: User, reason: str = "") -> Measure:
    """Row 17: confirms the centre's proposal, or ends it by the judge's decision."""
    with move(measure, Event.CLOSE, by, reason=reason) as step:
        proposal = guards.open_proposal(step)
        _end(step, reason or (proposal.reason if proposal else ""))
    return step.measure


def close_by_silence(measure: Measure) -> Measure:
    """Row 17b: the court did not answer in time (choice: 15 days)."""
    with move(measure, Event.CLOSE_BY_SILENCE, None) as step:
        proposal = guards.open_proposal(step)
        assert proposal is not None, "the guard has seen it"
        _end(step, proposal.reason)
    return step.measure


def decline(measure: Measure, *, by: User) -> Measure:
    """Row 17c: the side that was asked says no; the measure stays as it is."""
    with move(measure, Event.DECLINE, by) as step:
        answer_proposal(step, accepted=False)
        step.says(_("Proposal declined."))
    return step.measure


def propose_reopen(measure: Measure, *, by: User) -> Measure:
    """Row 18a: it was closed by mistake; the other side has to agree."""
    with move(measure, Event.PROPOSE_REOPEN, by) as step:
        assert step.place is not None
        propose(step, ProposalKind.REOPEN, "")
        other = Side(step.place.side).other
        step.turn = Turn(other, Act.ANSWER_PROPOSAL)
        step.says(_("Reopening proposed: closed by mistake."))
    return step.measure


def reopen(measure: Measure, *, by: User) -> Measure:
    """Row 18: both sides agree that it was closed by mistake."""
    with move(measure, Event.REOPEN, by) as step:
        answer_proposal(step, accepted=True)
        step.measure.closed_at, step.measure.closure_reason = None, ""
        step.says(_("Measure reopened."))
    return step.measure


def archive(measure: Measure) -> Measure:
    """Row 19: read-only from now on."""
    with transaction.atomic():
        with move(measure, Event.ARCHIVE, None) as step:
            step.says(_("Archived: this thread can only be read."))
        Thread.objects.filter(designation__measure=measure).update(
            state=ThreadState.SEALED
        )
    return step.measure


def _end(step: Step, reason: str) -> None:
    if reason not in ClosureReason.values:
        raise InvalidInput({"reason": gettext("Choose a reason.")})
    step.measure.closed_at, step.measure.closure_reason = step.now, reason
    if step.designation and not step.designation.first_visit_on:
        step.designation.left_on = step.designation.left_on or step.today
    if step.measure.state == MeasureState.UNABLE:
        step.designation_state = DesignationState.UNABLE
    proposal = guards.open_proposal(step)
    answer_proposal(step, accepted=bool(proposal and proposal.reason == reason))
    answer_difficulties(step)
    step.facts["reason"] = reason
    step.says(_("Measure ended: %(why)s."), why=ClosureReason(reason).label)


def _decide(step: Step) -> None:
    """A decision on the measure's course settles what was proposed or waited for it."""
    answer_proposal(step, accepted=False)
    answer_difficulties(step)
