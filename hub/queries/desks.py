"""The desk of a centre and of a court: queues with their rows, and what stands beside.

Constant queries. Whose desk may be read is asked by the view; which measures a person
sees is hub.permissions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from hub import permissions, wording
from hub.calendar import today_in
from hub.models import (
    Assignment,
    Centre,
    Closure,
    Court,
    Designation,
    Measure,
    Membership,
    Participant,
    Role,
    Side,
    User,
)
from hub.models.choices import DesignationState, MeasureState
from hub.queries.addresses import records_of
from hub.queries.availability import open_questions
from hub.queries.centres import CentreDetail, centre_detail
from hub.queries.people import Colleague, colleagues
from hub.queries.queues import (
    CENTRE_QUEUES,
    COURT_QUEUES,
    PER_PAGE,
    Section,
    Standing,
    sections,
    standings,
)
from hub.queries.waiting import Gap, gap_for
from hub.states import OPEN

LEADERS = (Role.COORDINATOR, Role.CENTRE_MANAGER)


@dataclass(frozen=True)
class Row:
    """A measure as a queue shows it. `thread` only if the person has a seat in it."""

    measure: Measure
    designation: Designation | None
    standing: Standing
    thread: UUID | None
    answers: str  # the colleague who answers for it
    ages: str
    mine: bool  # the next act is this side's

    @property
    def days_waiting(self) -> int:
        at = self.designation and self.designation.transmitted_at
        return (timezone.now() - (at or self.measure.created_at)).days

    @property
    def days_to_end(self) -> int:
        ends = self.measure.ends_on
        return (ends - self.standing.today).days if ends else 0


@dataclass
class Desk:
    """What one desk shows; what does not concern it is empty."""

    sections: list[Section]
    colleagues: list[Colleague] = field(default_factory=list)
    centre: CentreDetail | None = None
    gaps: list[Gap] = field(default_factory=list)
    questions: int = 0  # about places, without an answer
    closures: list[Closure] = field(default_factory=list)
    whole_court: Page[Any] | None = None
    counts: dict[str, int] = field(default_factory=dict)  # state -> measures
    unreached: list[Colleague] = field(default_factory=list)  # no mail goes to them
    is_mailbox_unreached: bool = False

    @property
    def waiting_for_me(self) -> int:
        urgent = ("accuser", "tribunal", "propositions")
        return sum(s.total for s in self.sections if s.queue.key in urgent)


def centre_desk(
    user: User, centre: Centre, roles: set[str], pages: Mapping[str, int]
) -> Desk:
    """A leader sees the whole centre, the others the measures they have a seat in."""
    sent = Designation.objects.filter(centre=centre, is_current=True).exclude(
        state=DesignationState.PROPOSED
    )
    measures = Measure.objects.filter(
        Q(state__in=OPEN) | Q(awaits=Side.CENTRE), pk__in=sent.values("measure")
    )
    if not roles & set(LEADERS):
        measures = measures & permissions.measures_open_to(user)
    desk = Desk(_filled(user, measures, Side.CENTRE, pages))
    desk.centre = centre_detail(centre.code)
    desk.gaps = gap_for(centre)
    desk.questions = open_questions(centre)
    desk.colleagues = colleagues(centre)
    _find_unreached(desk, centre)
    today = today_in(centre.departement_id)
    desk.closures = list(
        centre.closures.filter(last_day__gte=today).order_by("first_day")[:PER_PAGE]
    )
    return desk


def _find_unreached(desk: Desk, centre: Centre) -> None:
    """Whose mail came back so often that none is sent any more. One query."""
    mails = [one.place.user.email for one in desk.colleagues]
    known = records_of([centre.email, *mails])
    off = {email for email, record in known.items() if record.suspended_at}
    desk.unreached = [c for c in desk.colleagues if c.place.user.email in off]
    desk.is_mailbox_unreached = centre.email.lower() in off


def court_desk(
    user: User, court: Court, roles: set[str], pages: Mapping[str, int]
) -> Desk:
    """The person's own measures; for a chief clerk the court's too, without content."""
    measures = permissions.measures_open_to(user).filter(court=court)
    shown = measures.filter(
        Q(state__in=(MeasureState.DRAFT, *OPEN)) | Q(awaits="court")
    )
    desk = Desk(_filled(user, shown, Side.COURT, pages))
    desk.colleagues = colleagues(court)
    if Role.CHIEF_CLERK in roles:
        desk.whole_court = whole_court(court, pages.get("juridiction", 1))
        desk.counts = counts_by_state(court)
    return desk


def whole_court(court: Court, number: int) -> Page[Any]:
    """Reference, state, judge, age, centre: nothing of a family, nothing said."""
    rows = (
        Measure.objects.filter(court=court, state__in=(MeasureState.DRAFT, *OPEN))
        .only("reference", "state", "created_at", "judge", "awaits_since")
        .select_related("judge")
        .prefetch_related(Prefetch("designations", _current(), to_attr="current"))
        .order_by("awaits_since", "pk")
    )
    return Paginator(rows, PER_PAGE).get_page(number)


def counts_by_state(court: Court) -> dict[str, int]:
    """How many measures of the court are in each state that is not over."""
    rows = Measure.objects.filter(court=court, state__in=(MeasureState.DRAFT, *OPEN))
    counted = dict(rows.values_list("state").annotate(Count("pk")).order_by())
    return {
        str(MeasureState(s).label): counted[s] for s in MeasureState if s in counted
    }


def desks_of(user: User) -> dict[str, list[Membership]]:
    """The person's places that have a desk, by organisation code."""
    found: dict[str, list[Membership]] = {}
    for place in permissions.places_in(user, "desk.read"):
        found.setdefault(place.organisation_code or "national", []).append(place)
    return found


def _current() -> QuerySet[Designation]:
    return Designation.objects.filter(is_current=True).select_related(
        "centre", "thread"
    )


def _filled(
    user: User, measures: QuerySet[Measure], side: Side, pages: Mapping[str, int]
) -> list[Section]:
    queues = CENTRE_QUEUES if side == Side.CENTRE else COURT_QUEUES
    found = sections(standings(measures), queues, pages)
    shown = {s.pk: s for section in found for s in section.page.object_list}
    rows = _rows(user, shown, side)
    for section in found:
        section.rows = [rows[s.pk] for s in section.page.object_list]
    return found


def _rows(user: User, shown: Mapping[UUID, Standing], side: Side) -> dict[UUID, Row]:
    """Five queries, for all the pages shown together."""
    measures = list(
        Measure.objects.filter(pk__in=shown)
        .select_related("court", "judge", "terms")
        .prefetch_related("children")
        .prefetch_related(Prefetch("designations", _current(), to_attr="current"))
    )
    designations = [d for m in measures for d in _designations(m)]
    answering = _answering(designations, side)
    seats = Participant.objects.filter(
        permissions.seats_with("thread.read"),
        user=user,
        thread__designation__in=designations,
    )
    seated = dict(seats.values_list("thread__designation", "thread"))
    today = today_in()
    return {
        m.pk: _row(m, shown[m.pk], side, answering, seated, today) for m in measures
    }


def _row(
    measure: Measure,
    standing: Standing,
    side: Side,
    answering: Mapping[int, str],
    seated: Mapping[int, UUID],
    today: date,
) -> Row:
    designation = next(iter(_designations(measure)), None)
    key = designation.pk if designation else 0
    mine = measure.awaits == side
    return Row(
        measure=measure,
        designation=designation,
        standing=standing,
        thread=seated.get(key),
        answers=answering.get(key, ""),
        ages=wording.ages(list(measure.children.all()), today),
        mine=mine,
    )


def _designations(measure: Measure) -> list[Designation]:
    found: list[Designation] = measure.current  # type: ignore[attr-defined]
    return found


def _answering(designations: Iterable[Designation], side: Side) -> dict[int, str]:
    taken = Assignment.objects.filter(
        designation__in=list(designations), side=side, released_at=None
    )
    return {a.designation_id: a.user.name for a in taken.select_related("user")}
