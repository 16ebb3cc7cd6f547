"""What the other side of a thread is late with, as far as somebody can help by acting.

Late is what exceeds a rule of the hub (environment.Rules), in working days; a wait that
nobody promised anything about is not. Facts: agenda_facts.py.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from hub.agenda import Waiting, Why
from hub.calendar import local_day
from hub.models import Side
from hub.models.choices import Act, MeasureState
from hub.models.threads import ThreadState
from hub.queries.agenda_facts import Facts
from hub.queries.queues import COURT_MUST_ACT, TO_CENTRE
from hub.states import OPEN

if TYPE_CHECKING:
    from hub.queries.threads import CountedSeat

S = MeasureState
# "No waiting" is no promise to meet on the day of the receipt: parents come first.
LEAST_WEEKS = 1


def late_in(seat: "CountedSeat", facts: Facts) -> Waiting | None:
    """The gravest delay, for somebody who writes in the thread and can ask."""
    designation = seat.thread.designation
    live = designation.is_current and designation.measure.state in OPEN
    if seat.thread.state != ThreadState.OPEN or not live:
        return None
    if not facts.may(seat, "thread.write"):
        return None
    return next(_delays(seat, facts), None)


def _delays(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    if seat.membership.side == Side.COURT:
        yield from _receipt(seat, facts)
        yield from _first_meeting(seat, facts)
    else:
        yield from _court(seat, facts)
    yield from _acknowledgement(seat, facts)
    yield from _answer(seat, facts)


def _receipt(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    designation = seat.thread.designation
    sent = designation.transmitted_at
    if designation.measure.state != S.TRANSMITTED or sent is None:
        return
    due = facts.receipt_due(seat)
    if due < facts.today_there(seat):
        reminded = facts.reminded.get(str(designation.pk))
        yield _of(seat, Why.LATE_RECEIPT, since=sent, due=due, subject=reminded)


def _first_meeting(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    """The day that was announced has passed, or waiting exceeds what was declared."""
    designation = seat.thread.designation
    sent, expected = designation.transmitted_at, designation.expected_first_visit_on
    waits = designation.measure.state in TO_CENTRE and not designation.first_visit_on
    if sent is None or not waits:
        return
    if expected and expected < facts.today(seat):
        yield _of(seat, Why.LATE_DATE, since=sent, due=expected)
    if expected or designation.measure.state == S.TRANSMITTED:
        return
    weeks = facts.declared.get((designation.centre_id, designation.visit_kind))
    margin = 1 + settings.RULES.waiting_margin_percent / 100
    if weeks is None:
        return
    if facts.now - sent > timedelta(weeks=max(LEAST_WEEKS, weeks * margin)):
        yield _of(seat, Why.LATE_WAIT, since=sent, subject=weeks)


def _court(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    measure = seat.thread.designation.measure
    acts = (*COURT_MUST_ACT, Act.ANSWER_PROPOSAL)
    if measure.awaits != Side.COURT or measure.awaits_act not in acts:
        return
    told = facts.reports.get(measure.pk)
    due = told.due if told else None
    if due is None:
        due = _patience(measure.awaits_since, seat, facts)
    if due < facts.now:
        yield _of(seat, Why.LATE_ANSWER, since=measure.awaits_since)


def _acknowledgement(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    asked = facts.asked.get((seat.thread_id, str(seat.membership.side)))
    if asked is None:
        return
    days, measure = settings.RULES.ack_reminder_days, seat.thread.designation.measure
    due = facts.working_days_after(asked.at, days, measure)
    if due < facts.today(seat):
        yield _of(
            seat, Why.LATE_ACKNOWLEDGEMENT,
            since=asked.at, due=due, seq=asked.seq, count=asked.number,
        )  # fmt: skip


def _answer(seat: "CountedSeat", facts: Facts) -> Iterator[Waiting]:
    said = facts.last.get(seat.thread_id)
    if said is None or seat.thread.awaits != seat.membership.side.other:
        return
    if _patience(said.at, seat, facts) < facts.now:
        yield _of(seat, Why.LATE_ANSWER, since=said.at)


def _patience(since: datetime, seat: "CountedSeat", facts: Facts) -> datetime:
    """As long as the court has to answer a difficulty; nobody said less."""
    days, measure = settings.RULES.difficulty_days, seat.thread.designation.measure
    first = local_day(since, measure.court.departement_id)
    return since + (facts.working_days_after(since, days, measure) - first)


def _of(seat: "CountedSeat", why: Why, **more: Any) -> Waiting:
    measure = seat.thread.designation.measure
    return Waiting(why, seat=seat, measure=measure, **more)
