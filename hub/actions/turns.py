"""How writing in a thread changes whose turn it is on the measure.

Acts change it through the state table; here is the one case that needs no act: the
court writes, and the question or difficulty that waited for it is answered.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from hub import events
from hub.models import (
    ORDINARY,
    DifficultyReport,
    Measure,
    Message,
    Participant,
    Side,
    Thread,
)
from hub.models.choices import Act
from hub.states import turn_in


def awaiting_answer(threads: Iterable[Thread]) -> dict[UUID, Measure]:
    """The measures, by thread, whose court was asked something. No query."""
    measures = {t.pk: t.designation.measure for t in threads}
    return {t: m for t, m in measures.items() if m.awaits_act == Act.ANSWER}


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
            _give_back(measure, answers[0])


def expect_no_answer(seat: Participant) -> None:
    """The person's side says that the last message needs no answer from it."""
    side = Side(seat.membership.side)
    Thread.objects.filter(pk=seat.thread_id, awaits=side).update(awaits="")
    events.measure_changed.send(
        None,
        reference=seat.thread.designation.measure.reference,
        thread_ids=[seat.thread_id],
        state=seat.thread.designation.measure.state,
        changed_at=seat.thread.designation.measure.changed_at,
    )


def _give_back(measure: Measure, answer: Message) -> None:
    turn = turn_in(measure.state)
    Measure.objects.filter(pk=measure.pk, awaits_act=Act.ANSWER).update(
        awaits=turn.side or "", awaits_act=turn.act or "", awaits_since=answer.at
    )
    DifficultyReport.objects.filter(measure=measure, answered_at=None).update(
        answered_at=answer.at
    )
