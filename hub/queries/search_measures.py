"""Measures found by reference, kind, state, court, centre and judge, and their threads.

Belongs here: what a word may stand for. Nothing of a family is looked into: its names
stand on the measure's own page only (DOMAIN section 5). The rights of hub.permissions
stand inside each query.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet

from hub import permissions
from hub.models import Designation, Measure, Participant, User
from hub.models.centres import VisitKind
from hub.models.choices import Exits, MeasureState, Nature
from hub.queries.search_places import (
    ANY_CENTRE,
    Place,
    centres_called,
    courts_called,
    labels_of,
)
from hub.questions import Question, Term, name_of
from hub.stems import stems_of

PER_PAGE = 10
SHORTEST_OF_REFERENCE = 3  # characters; fewer are in nearly every reference
WITH_EXITS = Q(terms__exits__in=(Exits.ALLOWED, Exits.PROGRESSIVE))
HANDOVER = Q(terms__nature=Nature.HANDOVER)
# As MeasureTerms.visit_kind says it of one.
KINDS = {
    VisitKind.HANDOVER: HANDOVER,
    VisitKind.VISIT_WITH_EXITS: WITH_EXITS & ~HANDOVER,
    VisitKind.VISIT: ~Q(terms__nature="") & ~HANDOVER & ~WITH_EXITS,
}
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

    page: "Page[Measure]"
    rows: list[Case]
    past: list[Designation]


@dataclass(frozen=True)
class Meanings:
    """What each word of a question may stand for."""

    courts: dict[Term, set[str]]
    centres: dict[Term, set[int]]
    judges: dict[Term, set[UUID]]


def measures_found(
    user: User, question: Question, places: Sequence[Place], number: int
) -> Measures:
    """One page of them, last changed first. Seven queries, whatever is found."""
    # What was purged has no page any more.
    mine = permissions.measures_open_to(user).exclude(state=MeasureState.PURGED)
    terms = question.beside(ANY_MEASURE)
    meant = _meanings(terms, places, mine)
    fitting = mine if terms else mine.none()
    for term in terms:
        fitting = fitting.filter(_of_measure(term, meant))
    page = Paginator(_shown(fitting), PER_PAGE).get_page(number)
    measures = list(page.object_list)
    return Measures(page, _cases(user, measures), _past(user, terms, meant))


def recent_threads(user: User) -> QuerySet[Participant]:
    """Where the person may read, the newest message first, with what a line shows."""
    seats = Participant.objects.filter(permissions.seats_with("thread.read"), user=user)
    return seats.select_related(
        "thread__designation__measure__court", "thread__designation__centre"
    ).order_by("-thread__last_at", "pk")


def _meanings(
    terms: Sequence[Term], places: Sequence[Place], mine: QuerySet[Measure]
) -> Meanings:
    judges = mine.order_by().values_list(
        "judge", "judge__given_name", "judge__usual_name"
    )
    named = [(pk, name_of(given, usual)) for pk, given, usual in judges.distinct()]
    return Meanings(
        courts_called(terms),
        {term: centres_called(term, places) for term in terms},
        {term: {pk for pk, name in named if name.fits(term)} for term in terms},
    )


def _of_measure(term: Term, meant: Meanings) -> Q:
    there = Designation.objects.filter(is_current=True, centre__in=meant.centres[term])
    fits = _reference("reference", term) | Q(court__in=meant.courts[term])
    fits |= Q(judge__in=meant.judges[term]) | Q(pk__in=there.values("measure"))
    for kind, name in labels_of(VisitKind):
        if name.fits(term):
            fits |= KINDS[VisitKind(kind)]
    states = [state for state, name in labels_of(MeasureState) if name.fits(term)]
    return fits | Q(state__in=states)


def _reference(column: str, term: Term) -> Q:
    """Any part of it, with or without its dash: M-7K3F-92QX."""
    typed = term.typed.upper()
    if len(typed) < SHORTEST_OF_REFERENCE:
        return Q(pk__in=[])
    holds = Q(**{f"{column}__contains": typed})
    if len(typed) > 4:
        holds |= Q(**{f"{column}__contains": f"{typed[:4]}-{typed[4:]}"})
    return holds


def _shown(measures: QuerySet[Measure]) -> QuerySet[Measure]:
    current = Designation.objects.filter(is_current=True).select_related(
        "centre", "thread"
    )
    return (
        measures.select_related("court", "terms", "judge")
        .prefetch_related(Prefetch("designations", current, to_attr="current"))
        .order_by("-changed_at", "pk")
    )


def _cases(user: User, measures: list[Measure]) -> list[Case]:
    current = {m.pk: next(iter(m.current), None) for m in measures}  # type: ignore[attr-defined]
    seats = Participant.objects.filter(
        permissions.seats_with("thread.read"),
        user=user,
        thread__designation__in=[d.pk for d in current.values() if d],
    )
    seated = dict(seats.values_list("thread__designation", "thread"))
    return [
        Case(m, d := current[m.pk], seated.get(d.pk) if d else None) for m in measures
    ]


def _past(user: User, terms: Sequence[Term], meant: Meanings) -> list[Designation]:
    """Threads that were closed when another centre was designated, newest first."""
    seats = Participant.objects.filter(permissions.seats_with("thread.read"), user=user)
    found = Designation.objects.filter(
        is_current=False, thread__in=seats.values("thread")
    )
    for term in terms:
        found = found.filter(
            _reference("measure__reference", term)
            | Q(measure__court__in=meant.courts[term])
            | Q(centre__in=meant.centres[term])
        )
    if not terms:
        return []
    rows = found.select_related("measure__court", "centre", "thread")
    return list(rows.order_by("-thread__last_at")[:PER_PAGE])
