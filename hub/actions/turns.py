"""How writing in a thread changes whose turn it is on the measure.

Acts change it through the state table; here is the one case that needs no act: the
court writes, and the question that waited for it is answered; a difficulty only if a
judge wrote.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction

from hub import events, permissions
from hub.models import (
    ORDINARY,
    DifficultyReport,
    Measure,
    Message,
    Participant,
    Proposal,
    Side,
    Thread,
)
from hub.models.choices import Act, Urgency
from hub.states import COURT_ANSWERS, COURT_DECIDES, LIVE, Turn, turn_in


def default_turn(measure: Measure) -> Turn:
    """Whose turn follows from all that is open: what is open longest is not forgotten.

    An open proposal first, then an interruption, then a difficulty that wants an
    answer, then what the state asks for. Two queries.
    """
    proposal = Proposal.objects.filter(
        designation__measure=measure, designation__is_current=True, answered_at=None
    ).first()
    if proposal:
        return Turn(Side(proposal.side).other, Act.ANSWER_PROPOSAL)
    if measure.state not in LIVE:
        return turn_in(measure.state)
    waiting = DifficultyReport.objects.filter(measure=measure, answered_at=None)
    urgencies = waiting.exclude(urgency=Urgency.INFO).order_by("-measure_interrupted")
    first = urgencies.first()
    if first and first.measure_interrupted:
        return COURT_DECIDES
    return COURT_ANSWERS if first else turn_in(measure.state)


def awaiting_answer(threads: Iterable[UUID]) -> dict[UUID, Measure]:
    """The measures, by thread, whose court was asked something."""
    found = Thread.objects.filter(
        pk__in=threads, designation__measure__awaits_act=Act.ANSWER
    )
    return {
        t.pk: t.designation.measure
        for t in found.select_related("designation__measure")
    }


def answered_in_writing(rows: Sequence[Message], awaiting: dict[UUID, Measure]) -> None:
    """Gives the turn back, once the side that was asked has written."""
    for thread, measure in awaiting.items():
        answers = [
            row
            for row in rows
            if row.thread_id == thread
            and row.kind == ORDINARY
            and row.author_side == measure.awaits
        ]
        if answers:
            _give_back(measure, answers)


def expect_no_answer(seat: Participant, seq: int) -> bool:
    """The person's side says that message `seq`, the last one, needs no answer.

    Returns whether it did: not when a later message has come meanwhile.
    """
    side = Side(seat.membership.side)
    thread = Thread.objects.filter(pk=seat.thread_id, awaits=side, last_seq=seq)
    with transaction.atomic():
        if not thread.update(awaits=""):
            return False
        measure = seat.thread.designation.measure
        events.measure_changed.send(
            None,
            reference=measure.reference,
            thread_ids=[seat.thread_id],
            state=measure.state,
            changed_at=measure.changed_at,
        )
    return True


def _give_back(measure: Measure, answers: Sequence[Message]) -> None:
    """An interruption is answered by a decision, not by a message; any difficulty by a
    judge: what a clerk writes leaves it open, and the turn where it was."""
    at, judges = answers[0].at, permissions.roles_with("difficulty.answer")
    if any(row.author_role in judges for row in answers):
        DifficultyReport.objects.filter(
            measure=measure, answered_at=None, measure_interrupted=False
        ).update(answered_at=at)
    turn = default_turn(measure)
    if turn != COURT_ANSWERS:
        Measure.objects.filter(pk=measure.pk, awaits_act=Act.ANSWER).update(
            awaits=turn.side or "", awaits_act=turn.act or "", awaits_since=at
        )
