"""What waits for a person in a thread where they sit: the gravest thing, or nothing.

One row a measure; what else waits there is read there. Facts: agenda_facts.py.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from hub.agenda import GRAVE, Waiting, Why
from hub.models import Role
from hub.models.choices import Act, MeasureState, Priority
from hub.models.follow_up import ProposalKind
from hub.models.threads import ThreadState
from hub.queries import deadlines
from hub.queries.agenda_facts import Facts, Reported
from hub.queries.queues import TO_CENTRE
from hub.states import OPEN

if TYPE_CHECKING:
    from hub.queries.threads import CountedSeat

# What a measure waits for -> why it stands on the page, and the right that doing it
# takes. Meeting the parents and the first meeting are missing: they take weeks of
# waiting for a place, and count only once their day has passed.
ACTS = {
    Act.DECIDE: (Why.DECIDE, "measure.modify"),
    Act.REDESIGNATE: (Why.REDESIGNATE, "measure.transmit"),
    Act.ANSWER_PROPOSAL: (Why.PROPOSAL, "measure.reopen"),
    Act.ACKNOWLEDGE: (Why.RECEIPT, "measure.acknowledge"),
    Act.ANSWER: (Why.INFORMATION, "thread.write"),
    Act.GIVE_DATE: (Why.DATE, "measure.accept"),
}
RUNNING = (MeasureState.INTAKE, MeasureState.ACTIVE, MeasureState.SUSPENDED)


def waits_for(seat: "CountedSeat", facts: Facts) -> Waiting | None:
    """What a colleague answers for is left out, unless it is urgent or grave."""
    reasons = sorted(_reasons(seat, facts), key=_gravity)
    key = (seat.thread.designation_id, str(seat.membership.side))
    if key in facts.answered_by_others:
        reasons = [one for one in reasons if _stays(one, seat, facts)]
    return reasons[0] if reasons else None


def _stays(one: Waiting, seat: "CountedSeat", facts: Facts) -> bool:
    """Nobody answers a difficulty in the judge's place (CPC 1180-5 al. 3)."""
    own = one.why == Why.DIFFICULTY and facts.may(seat, "difficulty.answer")
    return own or one.urgent or one.why in GRAVE


def _reasons(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    measure, designation = seat.thread.designation.measure, seat.thread.designation
    if seat.thread.state != ThreadState.OPEN:
        return
    if designation.is_current:
        yield from _act(seat, facts)
    if seat.asked and facts.may(seat, "thread.acknowledge"):
        yield from _owed(seat, facts)
    if not (designation.is_current and measure.state in OPEN):
        return
    if seat.thread.awaits == seat.membership.side and facts.may(seat, "thread.write"):
        said = facts.last.get(seat.thread_id)
        since, who = (said.at, said.who) if said else (seat.thread.last_at, "")
        yield _of(seat, Why.ANSWER, since=since, who=who)
    for passed in _days(seat):
        yield from passed(seat, facts)


def _gravity(one: Waiting) -> tuple[int, date]:
    """Of one measure; what is equally grave stays in the order of `_reasons`."""
    rank = 0 if one.why in GRAVE else 1 if one.why == Why.DIFFICULTY else 2
    return rank, one.due_day or date.max


def _act(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    """What the state of the measure asks of the person's side."""
    measure = seat.thread.designation.measure
    if measure.awaits != seat.membership.side or measure.awaits_act not in ACTS:
        return
    why, right = ACTS[Act(measure.awaits_act)]
    if not facts.may(seat, right):
        return
    since = measure.awaits_since
    told = facts.reports.get(measure.pk)
    if told and why in (Why.DECIDE, Why.INFORMATION):
        yield from _difficulty(seat, why, told, facts)
    elif why == Why.PROPOSAL:
        yield _proposal(seat, facts)
    elif why == Why.RECEIPT:
        yield _of(seat, why, since=since, due=facts.receipt_due(seat))
    else:
        yield _of(seat, why, since=since)


def _difficulty(
    seat: "CountedSeat", why: Why, told: Reported, facts: Facts
) -> Iterator[Waiting]:
    """For who may answer it until they have; for the others until the court wrote."""
    judges = facts.may(seat, "difficulty.answer")
    if why == Why.INFORMATION and not judges and told.said_at:
        return
    yield _of(
        seat, Why.DIFFICULTY if why == Why.INFORMATION else why,
        since=told.report.message.at, due=told.due, urgent=told.is_urgent,
        who=told.report.message.author_name, seq=told.report.message.seq,
        subject=(told, judges),
    )  # fmt: skip


def _proposal(seat: "CountedSeat", facts: Facts) -> Waiting:
    """A closure that nobody answers happens by itself; the others wait."""
    measure = seat.thread.designation.measure
    proposal = facts.proposals.get(seat.thread.designation_id)
    if proposal is None:
        return _of(seat, Why.PROPOSAL, since=measure.awaits_since)
    due = None
    if proposal.kind == ProposalKind.CLOSE:
        silence = timedelta(days=settings.RULES.closure_silence_days)
        due = proposal.at + silence
    return _of(
        seat, Why.PROPOSAL, since=proposal.at, due=due,
        who=proposal.by.name, subject=proposal,
    )  # fmt: skip


def _owed(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    asked = facts.asked.get((seat.thread_id, seat.membership.side.other))
    if asked:
        days, measure = (
            settings.RULES.ack_reminder_days,
            seat.thread.designation.measure,
        )
        due = facts.working_days_after(asked.at, days, measure)
        yield _of(
            seat, Why.ACKNOWLEDGEMENT, since=asked.at, due=due,
            who=asked.who, seq=asked.seq, count=asked.number, subject=asked.category,
        )  # fmt: skip


Passed = Callable[["CountedSeat", Facts], Iterator[Waiting]]


def _days(seat: "CountedSeat") -> list[Passed]:
    """Days that ask for an act once they have come, by role."""
    if seat.membership.role in (Role.COORDINATOR, Role.CENTRE_MANAGER):
        return [_date_passed, _contact_passed, _term_passed]
    return [_term_near] if seat.membership.court_id else []


def _date_passed(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    designation = seat.thread.designation
    expected = designation.expected_first_visit_on
    waits = designation.measure.state in TO_CENTRE and not designation.first_visit_on
    if expected and waits and expected < facts.today(seat):
        since = designation.measure.awaits_since
        yield _of(seat, Why.DATE_PASSED, since=since, due=expected)


def _contact_passed(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    measure = seat.thread.designation.measure
    waits = measure.state in (MeasureState.RECEIVED, MeasureState.WAITING)
    if not (waits and measure.terms and measure.terms.contact_deadline_days):
        return
    due = deadlines.contact_deadline(measure)
    is_over = due and due < facts.today(seat)
    if is_over and seat.thread.designation_id not in facts.begun:
        yield _of(seat, Why.CONTACT_PASSED, since=measure.awaits_since, due=due)


def _term_passed(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    measure = seat.thread.designation.measure
    is_proposed = seat.thread.designation_id in facts.proposals
    over = measure.ends_on and measure.ends_on < facts.today(seat)
    if measure.state in RUNNING and over and not is_proposed:
        since = measure.changed_at
        yield _of(seat, Why.TERM_PASSED, since=since, due=measure.ends_on)


def _term_near(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    """For who prepared the measure: many end without anybody having thought of it."""
    measure = seat.thread.designation.measure
    if measure.prepared_by_id != seat.user_id or measure.state not in RUNNING:
        return
    limit = facts.today(seat) + timedelta(days=settings.RULES.ending_second_days)
    if measure.ends_on and measure.ends_on <= limit:
        yield _of(seat, Why.TERM_NEAR, since=measure.changed_at, due=measure.ends_on)


def _of(seat: "CountedSeat", why: Why, **more: Any) -> Waiting:
    measure = seat.thread.designation.measure
    urgent = bool(
        more.pop("urgent", False) or seat.urgent or measure.priority == Priority.URGENT
    )
    return Waiting(why, seat=seat, measure=measure, urgent=urgent, **more)
