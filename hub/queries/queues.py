"""The queues of a desk: current measures sorted by what happens if nobody acts.

Belongs here: which measure stands in which queue, and what is late. Working days need a
calendar, so one light query brings every current measure and Python sorts; rows are
loaded only for the pages shown.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import FilteredRelation, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.calendar import add_working_days, local_day, working_days_between
from hub.models import Measure, Side
from hub.models.choices import Act, MeasureState, Priority
from hub.states import LIVE

PER_PAGE = 50
S = MeasureState
TO_CENTRE = (S.TRANSMITTED, S.RECEIVED, S.WAITING, S.INTAKE)
COURT_MUST_ACT = (Act.ANSWER, Act.DECIDE, Act.REDESIGNATE)


@dataclass(frozen=True)
class Standing:
    """Where one measure stands: all that sorting needs."""

    pk: UUID
    state: str
    awaits: str
    act: str
    since: datetime
    urgent: bool
    ends_on: date | None
    departement: str
    transmitted_at: datetime | None
    expected_on: date | None
    today: date

    @property
    def late_days(self) -> int:
        """Working days beyond what was promised; 0 when nothing is late."""
        if self.state == S.TRANSMITTED and self.transmitted_at:
            sent = local_day(self.transmitted_at, self.departement)
            patience = settings.RULES.ack_reminder_days
            due = add_working_days(sent, patience, self.departement)
        elif self.state in TO_CENTRE and self.expected_on:
            due = self.expected_on
        else:
            return 0
        return working_days_between(due, self.today, self.departement)

    @property
    def ends_soon(self) -> bool:
        limit = self.today + timedelta(days=settings.RULES.ending_first_days)
        return self.state in LIVE and self.ends_on is not None and self.ends_on <= limit


@dataclass(frozen=True)
class Queue:
    """A section: which measures stand in it, what is said when it is empty."""

    key: str
    title: Promise | str
    empty: Promise | str
    holds: Callable[[Standing], bool]
    only_if_any: bool = False


@dataclass
class Section:
    """One queue of somebody's desk, and the page of it that is shown."""

    queue: Queue
    total: int
    late: int
    page: Page[Standing]
    rows: list[object] = field(default_factory=list)


CENTRE_QUEUES = (
    Queue("accuser", _("To acknowledge"), _("Every measure has its receipt."),
          lambda m: m.state == S.TRANSMITTED),
    Queue("propositions", _("Proposals to answer"), "",
          lambda m: m.act == Act.ANSWER_PROPOSAL and m.awaits == Side.CENTRE, True),
    Queue("attente", _("Waiting for a date or a place"), _("Nobody is on the list."),
          lambda m: m.state in (S.RECEIVED, S.WAITING)),
    Queue("entretiens", _("Interviews"), _("No interview to hold."),
          lambda m: m.state == S.INTAKE),
    Queue("cours", _("In progress"), _("No measure in progress."),
          lambda m: m.state == S.ACTIVE),
    Queue("suspendues", _("Suspended"), _("No measure is suspended."),
          lambda m: m.state == S.SUSPENDED),
    Queue("fin", _("Ending soon"), _("No measure ends within two months."),
          lambda m: m.ends_soon),
)  # fmt: skip


def _court_acts(m: Standing) -> bool:
    return m.awaits == Side.COURT and m.act in COURT_MUST_ACT


COURT_QUEUES = (
    Queue("tribunal", _("Acts of the court"), _("No act of the court is due."),
          lambda m: _court_acts(m) or m.state == S.UNABLE),
    Queue("propositions", _("Proposals to answer"), _("No proposal is open."),
          lambda m: m.act == Act.ANSWER_PROPOSAL and m.awaits == Side.COURT),
    Queue("brouillons", _("Drafts to complete"), _("No draft."),
          lambda m: m.state == S.DRAFT),
    Queue("centre", _("Waiting for the espace de rencontre"),
          _("Every measure sent has begun."),
          lambda m: m.state in TO_CENTRE and not _court_acts(m)),
    Queue("cours", _("In progress"), _("No measure in progress."),
          lambda m: m.state in (S.ACTIVE, S.SUSPENDED) and not _court_acts(m)),
    Queue("fin", _("Ending soon"), _("No measure ends within two months."),
          lambda m: m.ends_soon),
)  # fmt: skip


def standings(measures: QuerySet[Measure]) -> list[Standing]:
    """One query, whatever the number of measures."""
    current = FilteredRelation(
        "designations", condition=Q(designations__is_current=True)
    )
    fields = (
        *("pk", "state", "awaits", "awaits_act", "awaits_since", "priority", "ends_on"),
        *("court__departement_id", "current__transmitted_at"),
        "current__expected_first_visit_on",
    )
    now = timezone.now()
    return [
        _standing(row, now)
        for row in measures.annotate(current=current).values_list(*fields)
    ]


def sections(
    found: Iterable[Standing], queues: Iterable[Queue], pages: Mapping[str, int]
) -> list[Section]:
    """Late first, then urgent, then the longest waiting. No query."""
    ordered = sorted(found, key=lambda m: (-m.late_days, not m.urgent, m.since))
    result = []
    for queue in queues:
        held = [m for m in ordered if queue.holds(m)]
        if queue.key == "fin":
            held.sort(key=lambda m: m.ends_on or date.max)
        if queue.only_if_any and not held:
            continue
        late = sum(bool(m.late_days) for m in held)
        page = Paginator(held, PER_PAGE).get_page(pages.get(queue.key, 1))
        result.append(Section(queue, len(held), late, page))
    return result


def _standing(row: tuple[object, ...], now: datetime) -> Standing:
    pk, state, awaits, act, since, priority, ends_on, departement, sent, expected = row
    urgent = priority == Priority.URGENT
    today = local_day(now, str(departement))
    return Standing(
        pk, state, awaits, act, since, urgent, ends_on, departement,  # type: ignore[arg-type]
        sent, expected, today,  # type: ignore[arg-type]
    )  # fmt: skip
