"""Writing what was told: bulk inserts in the order in which rows need each other.

Belongs here: tables and their order, for SQLite and PostgreSQL alike. What the rows
hold is decided elsewhere.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.db.models import Model, OuterRef, Subquery

from hub.models import (
    Absence,
    Acknowledgement,
    Assignment,
    AttendanceSummary,
    AvailabilityAnswer,
    AvailabilityRequest,
    Child,
    Closure,
    CourtUnit,
    Designation,
    DifficultyReport,
    JournalEntry,
    Measure,
    MeasurePhase,
    MeasureTerms,
    MeasureTransition,
    Membership,
    Message,
    Milestone,
    Participant,
    Party,
    Proposal,
    ReadMark,
    SafetyContext,
    Thread,
    User,
    WaitingDeclaration,
)
from hub.national.cases import Case, Rows

# What a row refers to stands before it. Measures come without their terms in force,
# which refer back to them: see `put_terms_in_force`.
ORDER: tuple[type[Model], ...] = (
    User, CourtUnit, Membership, Absence, WaitingDeclaration, Closure,
    AvailabilityRequest, AvailabilityAnswer,
    Measure, MeasureTerms, MeasurePhase, Child, Party, SafetyContext, Designation,
    Thread, Participant, Message, ReadMark, Acknowledgement, DifficultyReport,
    MeasureTransition, Milestone, AttendanceSummary, Proposal, Assignment,
    JournalEntry,
)  # fmt: skip
AT_ONCE = 2_000  # rows of one statement; Django makes fewer where SQLite asks for it


def store(rows: Rows) -> dict[str, int]:
    """Inserts everything; says how many rows each table got."""
    assert set(rows) <= set(ORDER), set(rows) - set(ORDER)
    for model in ORDER:
        if rows[model]:
            model._default_manager.bulk_create(rows[model], batch_size=AT_ONCE)
    return {model.__name__: len(found) for model, found in rows.items() if found}


def rows_of(cases: Iterable[Case], into: Rows) -> Rows:
    """Everything that these lives left, added to `into`."""
    for case in cases:
        into[Measure].append(case.measure)
        for model, found in case.rows.items():
            into[model] += found
        for told in case.told:
            into[Thread].append(told.thread)
            for seat in told.seats:  # invented mail is never owed
                seat.notified_seq = told.thread.last_seq
            into[Participant] += told.seats
            into[Message] += told.messages
    return into


@contextmanager
def collector_at_rest() -> Iterator[Callable[[], object]]:
    """Looking for garbage among rows that all still live took a third of the time.

    What it gives is called between two chunks, when nearly all of them are garbage.
    """
    was_on = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()


def put_terms_in_force() -> None:
    """Each measure that has none gets its newest version, in one statement."""
    newest = MeasureTerms.objects.filter(measure=OuterRef("pk")).order_by("-version")
    Measure.objects.filter(terms=None).update(terms=Subquery(newest.values("pk")[:1]))
