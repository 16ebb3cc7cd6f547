"""Measures found by reference, kind, state, court, centre and judge, and their threads.

Belongs here: what a word may stand for. Nothing of a family is looked into: its names
stand on the measure's own page only (DOMAIN section 5). Of what a person may open, some
hundreds as a rule, one light row each is read and compared here, so that both databases
answer alike. The rights of hub.permissions stand inside each query.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, Subquery

from hub import permissions
from hub.models import Designation, User
from hub.models.accounts import full_name
from hub.models.centres import VisitKind
from hub.models.choices import MeasureState
from hub.prepared import Prepared
from hub.queries.search_places import ANY_CENTRE, Directory, Place, labels_of
from hub.queries.search_threads import LightMeasure, Seat, of_measure
from hub.questions import Question, Term, name_of
from hub.stems import stems_of

PER_PAGE = 10
SHORTEST_OF_REFERENCE = 3  # characters; fewer are in nearly every reference
# What everybody calls a measure: such a word alone tells none from another.
ANY_MEASURE = ANY_CENTRE | set(
    stems_of("mesure dossier fil affaire measure case thread")
)


class Known(NamedTuple):
    """What one measure is found by. `judge`: given and usual name."""

    reference: str
    court: str
    centre: int | None  # the current one
    thread: UUID | None  # where the person has a seat
    kind: str
    state: str = ""
    judge: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Case:
    """What one row shows of a measure that the person may open."""

    known: Known
    court: str
    centre: Place | None

    @property
    def kind_label(self) -> str:
        return str(VisitKind(self.known.kind).label) if self.known.kind else ""

    @property
    def state_label(self) -> str:
        return str(MeasureState(self.known.state).label) if self.known.state else ""

    @property
    def judge(self) -> str:
        return full_name(*self.known.judge)


@dataclass(frozen=True)
class Measures:
    """`past`: threads of designations that are over, which the person still reads.

    Of those the kind is known for which they were transmitted, and neither state nor
    judge, which may have come later.
    """

    page: "Page[Known]"
    rows: list[Case]
    past: list[Case]


@dataclass(frozen=True)
class Meaning:
    """All that one word may stand for."""

    term: Term
    courts: set[str]
    centres: set[int]
    kinds: set[str]
    states: set[str]

    def fits(self, known: Known) -> bool:
        return (
            known.court in self.courts
            or known.centre in self.centres
            or known.kind in self.kinds
            or known.state in self.states
            or name_of(*known.judge).fits(self.term)
            or _is_part(self.term, known.reference)
        )


def measures_found(
    user: User,
    question: Question,
    directory: Directory,
    seats: Sequence[Seat],
    number: int,
) -> Measures:
    """One page of them, last changed first. One query."""
    terms = question.beside(ANY_MEASURE)
    meanings = [_meaning(term, directory) for term in terms]
    found = _fitting(_measures_of(user, seats), meanings) if terms else []
    page: Page[Known] = Paginator(found, PER_PAGE).get_page(number)
    past = _fitting(_past_of(seats), meanings) if terms else []
    return Measures(
        page,
        _cases(page.object_list, directory),
        _cases(past[:PER_PAGE], directory),
    )


def _meaning(term: Term, directory: Directory) -> Meaning:
    return Meaning(
        term,
        directory.courts_called(term),
        directory.centres_called(term),
        {kind for kind, name in labels_of(VisitKind) if name.fits(term)},
        {state for state, name in labels_of(MeasureState) if name.fits(term)},
    )


def _fitting(measures: Iterable[Known], meanings: Sequence[Meaning]) -> list[Known]:
    return [known for known in measures if all(m.fits(known) for m in meanings)]


def _is_part(term: Term, reference: str) -> bool:
    """Any part of it; no word holds a dash, so M7K3F92QX finds M-7K3F-92QX."""
    long_enough = len(term.typed) >= SHORTEST_OF_REFERENCE
    return long_enough and term.typed.upper() in reference.replace("-", "")


def _measures_of(user: User, seats: Sequence[Seat]) -> list[Known]:
    """Last changed first. What was purged has no page any more. One query."""
    readers = permissions.roles_with("measure.read")
    seated = [s for s in seats if s.is_current and s.role in readers]
    rows: list[tuple[LightMeasure, int | None, UUID | None]]
    rows = [(seat.measure, seat.centre, seat.thread) for seat in seated]
    others = _of_court.rows(
        user=user.pk,
        seated=[seat.measure.pk for seat in seated],
        **permissions.court_places(user, "measure.read"),
    )
    rows += [(LightMeasure(*row), centre, None) for centre, *row in others]
    rows.sort(key=lambda row: row[0].pk.int)
    rows.sort(key=lambda row: row[0].changed_at, reverse=True)
    return [_known(*row) for row in rows if row[0].state != MeasureState.PURGED]


_current = Designation.objects.filter(measure=OuterRef("pk"), is_current=True)
_of_court = Prepared(
    lambda seated, **places: (
        permissions.measures_at(**places)
        .exclude(pk__among=seated)
        .values_list(Subquery(_current.values("centre")), *of_measure())
    ),
    user=UUID,
    courts=list,
    units=list,
    seated=list,
)


def _known(measure: LightMeasure, centre: int | None, thread: UUID | None) -> Known:
    judge = (measure.judge_given, measure.judge_usual)
    where = (measure.reference, measure.court, centre, thread)
    return Known(*where, measure.kind, measure.state, judge)


def _past_of(seats: Sequence[Seat]) -> Iterator[Known]:
    """Of threads that were closed when another centre was designated."""
    for seat in seats:
        if not seat.is_current:
            where = (seat.measure.reference, seat.measure.court, seat.centre)
            yield Known(*where, seat.thread, seat.kind)


def _cases(shown: Iterable[Known], directory: Directory) -> list[Case]:
    courts = {court.code: court.name for court in directory.courts}
    centres: dict[int | None, Place] = {p.pk: p for p in directory.centres}
    return [
        Case(known, courts.get(known.court, ""), centres.get(known.centre))
        for known in shown
    ]
