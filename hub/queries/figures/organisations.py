"""What a court and a centre see of their own work: counts, never content or a judge.

Small numbers are shown, since they know these measures (DOMAIN section 9).
"""

from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from django.db.models import Count, QuerySet
from django.utils import timezone

from hub.calendar import local_day
from hub.models import Centre, Court, Designation, Measure, WaitingDeclaration
from hub.models.choices import MeasureState
from hub.queries.waiting import (
    Gap,
    gap_for,
    newest_declarations,
    observed_period,
    observed_waits,
)
from hub.waiting import Observed

# The queue: what is not over. Drafts are the court's alone.
QUEUE = (
    MeasureState.DRAFT,
    MeasureState.TRANSMITTED,
    MeasureState.RECEIVED,
    MeasureState.WAITING,
    MeasureState.INTAKE,
    MeasureState.ACTIVE,
    MeasureState.SUSPENDED,
    MeasureState.UNABLE,
)
BEFORE_FIRST_MEETING = (
    MeasureState.TRANSMITTED,
    MeasureState.RECEIVED,
    MeasureState.WAITING,
    MeasureState.INTAKE,
)

States = list[tuple[str, int]]  # (label, measures)


@dataclass
class Ages:
    """Days for which some measures have been waiting."""

    days: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.days)

    @property
    def oldest(self) -> int | None:
        return max(self.days, default=None)

    @property
    def middle(self) -> int | None:
        return round(median(self.days)) if self.days else None


@dataclass
class CentreQueue:
    """Of one court at one centre: without receipt, and received but not started."""

    name: str
    unacknowledged: Ages = field(default_factory=Ages)
    waiting: Ages = field(default_factory=Ages)


@dataclass(frozen=True)
class CourtFigures:
    states: States
    centres: list[CentreQueue]


@dataclass(frozen=True)
class CentreFigures:
    """`kinds`: (kind of visit, declared, observed), either may be missing."""

    states: States
    kinds: list[tuple[str, WaitingDeclaration | None, Observed | None]]
    gaps: list[Gap]
    courts: list[tuple[str, int]]
    unacknowledged: Ages
    waiting: Ages


def court_figures(court: Court) -> CourtFigures:
    """Two queries."""
    rows = before_first_meeting().filter(measure__court=court)
    queues: dict[str, CentreQueue] = {}
    for name, sent, received, departement in rows.values_list(
        "centre__name",
        "transmitted_at",
        "acknowledged_at",
        "centre__departement_id",
    ):
        queue = queues.setdefault(name, CentreQueue(name))
        ages = queue.waiting if received else queue.unacknowledged
        ages.days.append(_age(sent, departement))
    states = Measure.objects.filter(court=court, state__in=QUEUE)
    return CourtFigures(_states(states), [queues[name] for name in sorted(queues)])


def centre_figures(centre: Centre) -> CentreFigures:
    """Declared and observed waiting, and whose measures they are. Six queries."""
    period = observed_period()
    unacknowledged, waiting = Ages(), Ages()
    rows = before_first_meeting().filter(centre=centre)
    for sent, received in rows.values_list("transmitted_at", "acknowledged_at"):
        ages = waiting if received else unacknowledged
        ages.days.append(_age(sent, centre.departement_id))
    here = Designation.objects.filter(centre=centre)
    current = here.filter(is_current=True, transmitted_at__isnull=False)
    states = Measure.objects.filter(pk__in=current.values("measure"), state__in=QUEUE)
    courts = (
        here.filter(transmitted_at__date__gte=period.first)
        .values_list("measure__court__name")
        .annotate(sent=Count("pk"))
        .order_by("-sent", "measure__court__name")
    )
    return CentreFigures(
        states=_states(states),
        kinds=_kinds(centre),
        gaps=gap_for(centre),
        courts=list(courts),
        unacknowledged=unacknowledged,
        waiting=waiting,
    )


def before_first_meeting() -> "QuerySet[Designation]":
    return Designation.objects.filter(
        is_current=True,
        transmitted_at__isnull=False,
        first_visit_on=None,
        measure__state__in=BEFORE_FIRST_MEETING,
    )


def _age(sent: datetime | None, departement: str) -> int:
    if sent is None:  # the query leaves them out
        return 0
    today = local_day(timezone.now(), departement)
    return max(0, (today - local_day(sent, departement)).days)


def _states(measures: "QuerySet[Measure]") -> States:
    counted = dict(measures.values_list("state").annotate(n=Count("pk")))
    return [(str(s.label), counted[s]) for s in QUEUE if s in counted]


def _kinds(
    centre: Centre,
) -> list[tuple[str, WaitingDeclaration | None, Observed | None]]:
    declared = {
        d.visit_kind: d for d in newest_declarations().filter(site__centre=centre)
    }
    observed = {k: o for (_, k), o in observed_waits([centre.pk]).items()}
    kinds = sorted(declared.keys() | observed.keys())
    return [(kind, declared.get(kind), observed.get(kind)) for kind in kinds]
