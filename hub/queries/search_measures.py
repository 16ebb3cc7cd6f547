"""Measures found by reference, kind, state, court, centre and judge, and their threads.

Belongs here: what a word may stand for. Nothing of a family is looked into: its names
stand on the measure's own page only (DOMAIN section 5). Of what a person may open, some
hundreds as a rule, one light row each is read and compared here, so that both databases
answer alike. The rights of hub.permissions stand inside each query.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, Subquery

from hub import permissions
from hub.models import Designation, Measure, User
from hub.models.centres import VisitKind
from hub.models.choices import MeasureState
from hub.models.terms import visit_kind_of
from hub.queries.search_places import (
    ANY_CENTRE,
    Place,
    centres_called,
    courts_called,
    labels_of,
)
from hub.queries.search_threads import Seat
from hub.questions import Question, Term, name_of
from hub.stems import stems_of

PER_PAGE = 10
Key = TypeVar("Key", UUID, int)
SHORTEST_OF_REFERENCE = 3  # characters; fewer are in nearly every reference
# What everybody calls a measure: such a word alone tells none from another.
ANY_MEASURE = ANY_CENTRE | set(
    stems_of("mesure dossier fil affaire measure case thread")
)


@dataclass(frozen=True)
class Case:
    """A measure that the person may open. `thread`: where they have a seat."""

    measure: Measure
    designation: Designation | None
    thread: UUID | None


@dataclass(frozen=True)
class Measures:
    """`past`: threads of designations that are over, which the person still reads."""

    page: "Page[UUID]"
    rows: list[Case]
    past: list[Designation]


class Known(NamedTuple):
    """What one measure is found by. `judge`: given and usual name."""

    reference: str
    court: str
    centre: int | None  # the current one
    kind: str = ""
    state: str = ""
    judge: tuple[str, str] = ("", "")


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
    places: Sequence[Place],
    seats: Sequence[Seat],
    number: int,
) -> Measures:
    """One page of them, last changed first. At most five queries."""
    terms = question.beside(ANY_MEASURE)
    meanings = list(_meanings(terms, places)) if terms else []
    found = _fitting(_measures_of(user, seats), meanings) if terms else []
    page: Page[UUID] = Paginator(found, PER_PAGE).get_page(number)
    past = _fitting(_past_of(seats), meanings) if terms else []
    cases = _cases(list(page.object_list), seats)
    return Measures(page, cases, _ended(past[:PER_PAGE]))


def _meanings(terms: Sequence[Term], places: Sequence[Place]) -> Iterator[Meaning]:
    courts = courts_called(terms)
    for term in terms:
        kinds = {kind for kind, name in labels_of(VisitKind) if name.fits(term)}
        states = {state for state, name in labels_of(MeasureState) if name.fits(term)}
        yield Meaning(term, courts[term], centres_called(term, places), kinds, states)


def _fitting(
    rows: Iterable[tuple[Key, Known]], meanings: Sequence[Meaning]
) -> list[Key]:
    return [key for key, known in rows if all(m.fits(known) for m in meanings)]


def _is_part(term: Term, reference: str) -> bool:
    """Any part of it; no word holds a dash, so M7K3F92QX finds M-7K3F-92QX."""
    long_enough = len(term.typed) >= SHORTEST_OF_REFERENCE
    return long_enough and term.typed.upper() in reference.replace("-", "")


def _measures_of(user: User, seats: Sequence[Seat]) -> Iterator[tuple[UUID, Known]]:
    readers = permissions.roles_with("measure.read")
    seated = [s.measure for s in seats if s.is_current and s.role in readers]
    # What was purged has no page any more.
    mine = permissions.measures_open_to(user, seated=seated).exclude(
        state=MeasureState.PURGED
    )
    current = Designation.objects.filter(measure=OuterRef("pk"), is_current=True)
    rows = mine.annotate(centre=Subquery(current.values("centre"))).order_by(
        "-changed_at", "pk"
    )
    for pk, reference, court, centre, nature, exits, state, *judge in rows.values_list(
        "pk", "reference", "court", "centre", "terms__nature", "terms__exits",
        "state", "judge__given_name", "judge__usual_name",
    ):  # fmt: skip
        kind = visit_kind_of(nature, exits) if nature is not None else ""
        yield pk, Known(reference, court, centre, kind, state, (judge[0], judge[1]))


def _past_of(seats: Sequence[Seat]) -> Iterator[tuple[int, Known]]:
    """Of threads that were closed when another centre was designated."""
    for seat in seats:
        if not seat.is_current:
            known = Known(seat.reference, seat.court, seat.centre)
            yield seat.designation, known


def _cases(keys: Sequence[UUID], seats: Sequence[Seat]) -> list[Case]:
    measures = Measure.objects.select_related("court", "terms", "judge").in_bulk(keys)
    current = Designation.objects.filter(is_current=True, measure__in=keys)
    designations = {
        designation.measure_id: designation
        for designation in current.select_related("centre", "thread")
    }
    for key, designation in designations.items():
        designation.measure = measures[key]  # or it would be asked for again
    threads = {seat.measure: seat.thread for seat in seats if seat.is_current}
    return [
        Case(measures[key], designations.get(key), threads.get(key)) for key in keys
    ]


def _ended(keys: Sequence[int]) -> list[Designation]:
    found = Designation.objects.select_related(
        "measure__court", "centre", "thread"
    ).in_bulk(keys)
    return [found[key] for key in keys]
