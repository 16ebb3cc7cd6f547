"""Key figures: what DOMAIN section 9 publishes, computed from dated records.

Numbers and keys only, so that they can be stored; words are in hub.figure_words.
"""

from typing import TypedDict, cast

from django.conf import settings
from django.utils import timezone

from hub.models import FigureSnapshot
from hub.queries.deployment import shows_demo_data
from hub.queries.figures.delays import (
    Month,
    delay_figures,
    spread_figures,
    take_up_by_month,
)
from hub.queries.figures.facts import families, read_facts
from hub.queries.figures.indicator import Indicator, not_measured
from hub.queries.figures.usage import (
    Band,
    Covered,
    coverage,
    declarations,
    declared_waiting,
    usage_figures,
)
from hub.queries.waiting import observed_period

__all__ = ["Figures", "compute", "newest"]


class Figures(TypedDict):
    """What a snapshot stores and the downloads give. Keys are a contract: never
    renamed, only added. `demo`: the data is invented."""

    computed_at: str
    demo: bool
    months: int
    smallest_count: int
    indicators: list[Indicator]
    take_up_by_month: list[Month]
    declared_waiting: list[Band]
    centres_by_departement: list[Covered]


def newest() -> Figures:
    """The last snapshot; computed now, and not kept, where there is none."""
    snapshot = FigureSnapshot.objects.order_by("-computed_at", "-pk").first()
    return cast(Figures, snapshot.figures) if snapshot else compute()


def compute() -> Figures:
    """All figures as of now, in a constant number of queries."""
    now, period = timezone.now(), observed_period()
    facts = read_facts()
    measures = families(facts)
    covered, declared = coverage(), declarations()
    return Figures(
        computed_at=now.isoformat(timespec="seconds"),
        demo=shows_demo_data(),
        months=settings.RULES.observed_months,
        smallest_count=settings.RULES.smallest_count,
        indicators=[
            *delay_figures(facts, measures, period, now),
            *spread_figures(facts, period),
            *usage_figures(facts, now, covered, declared),
            *not_measured(),
        ],
        take_up_by_month=take_up_by_month(measures, period.last),
        declared_waiting=declared_waiting(declared),
        centres_by_departement=covered,
    )
