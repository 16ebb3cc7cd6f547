"""Delays of DOMAIN 1.5 over the last months, month by month, and their spread."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from statistics import median
from typing import TypedDict

from django.conf import settings

from hub.calendar import add_months, add_working_days, local_day
from hub.queries.figures.facts import Facts, Family, Sent
from hub.queries.figures.indicator import Indicator, Unit, indicator, share
from hub.queries.waiting import Period
from hub.waiting import Spell, quantiles

A_DAY = timedelta(days=1)
MONTHS_OF_SERIES = 12
SOON_MONTHS = 3  # DOMAIN section 9: share of measures started within 3 months
ACKNOWLEDGED_DAYS = 2  # working days; the same section


class Month(TypedDict):
    """`month`: 2026-11. Withheld months have no numbers at all."""

    month: str
    n: int | None
    median: int | None
    p90: int | None


def delay_figures(
    facts: Facts, measures: Sequence[Family], period: Period, now: datetime
) -> list[Indicator]:
    year_ago = Period(add_months(period.first, -12), add_months(period.last, -12))
    return [
        *_pair("take_up", [m.take_up(period) for m in measures if m.waits_in(period)]),
        _year_ago(measures, year_ago),
        *_pair("waiting", [s.wait(period) for s in facts if s.waits_in(period)]),
        _acknowledgement(facts, period, now),
        share("acknowledged_soon", _acknowledged_soon(facts, period)),
        _parents_share(facts, period),
        _transmission(measures, period),
        share("started_soon", _started_soon(measures, period)),
        share("unable", (s.unable for s in _sent_in(facts, period))),
    ]


def spread_figures(facts: Facts, period: Period) -> list[Indicator]:
    """How unequal waiting is between centres of one court: the middle court's value.

    Only courts with two centres or more, each with enough measures. Which court is
    never kept: no ranking (DOMAIN section 9).
    """
    courts = [list(m.values()) for m in _medians(facts, period).values() if len(m) > 1]
    ratios = [max(medians) / max(1, min(medians)) for medians in courts]
    ginis = [gini(medians) for medians in courts]
    return [
        indicator(key, _middle(values), Unit.RATIO, len(values))
        for key, values in (("spread_ratio", ratios), ("spread_gini", ginis))
    ]


def take_up_by_month(measures: Sequence[Family], last: date) -> list[Month]:
    """Measures by the month of their first meeting; they all started, none is cut."""
    spells: dict[str, list[Spell]] = defaultdict(list)
    for one in measures:
        if one.started_on and one.started_on <= last:
            days = max(0, (one.started_on - one.decided_on).days)
            spells[f"{one.started_on:%Y-%m}"].append(Spell(0, days, happened=True))
    first = last.replace(day=1)
    months = [add_months(first, n + 1 - MONTHS_OF_SERIES) for n in range(12)]
    return [_month(f"{m:%Y-%m}", spells[f"{m:%Y-%m}"]) for m in months]


def gini(values: Sequence[float]) -> float:
    """0: all alike; towards 1: one has it all."""
    total, count = sum(values), len(values)
    if not total:
        return 0.0
    ranked = sum(rank * value for rank, value in enumerate(sorted(values), start=1))
    return 2 * ranked / (count * total) - (count + 1) / count


def _pair(name: str, spells: Sequence[Spell]) -> list[Indicator]:
    middle, p90 = quantiles(spells)
    return [
        indicator(f"{name}_median", middle, Unit.DAYS, len(spells)),
        indicator(f"{name}_p90", p90, Unit.DAYS, len(spells)),
    ]


def _year_ago(measures: Sequence[Family], period: Period) -> Indicator:
    """As it would have been computed then: what came later was still to come."""
    spells = [m.take_up(period) for m in measures if m.waits_in(period)]
    return indicator(
        "take_up_median_year_ago", quantiles(spells)[0], Unit.DAYS, len(spells)
    )


def _acknowledgement(facts: Facts, period: Period, now: datetime) -> Indicator:
    """In seconds inside, so that hours count; days of 24 hours outside."""
    spells = [
        Spell(0, int((_seen_until(s, now) - s.sent_at).total_seconds()), _received(s))
        for s in _sent_in(facts, period)
    ]
    middle = quantiles(spells)[0]
    days = None if middle is None else round(middle / A_DAY.total_seconds(), 1)
    return indicator("acknowledgement_median", days, Unit.DAYS, len(spells))


def _seen_until(sent: Sent, now: datetime) -> datetime:
    if sent.acknowledged_at:
        return sent.acknowledged_at
    if sent.left_on:
        return max(sent.sent_at, sent.sent_at + (sent.left_on - sent.sent_on))
    return now


def _received(sent: Sent) -> bool:
    return sent.acknowledged_at is not None


def _acknowledged_soon(facts: Facts, period: Period) -> Iterable[bool]:
    """Only where the working days are over, or the fastest would count twice."""
    for sent in _sent_in(facts, period):
        deadline = _deadline(sent.sent_on, sent.departement)
        if deadline >= period.last or (sent.left_on and sent.left_on <= deadline):
            continue
        at = sent.acknowledged_at
        yield at is not None and local_day(at, sent.departement) <= deadline


def _parents_share(facts: Facts, period: Period) -> Indicator:
    spells = [
        period.spell(s.sent_on, max(s.contacts_on, s.sent_on), None)
        if s.contacts_on
        else period.spell(s.sent_on, None, s.started_on or s.left_on)
        for s in facts
        if period.shows(s.sent_on, s.contacts_on or s.started_on or s.left_on)
    ]
    middle = quantiles(spells)[0]
    return indicator("parents_share_median", middle, Unit.DAYS, len(spells))


def _transmission(measures: Sequence[Family], period: Period) -> Indicator:
    days = [
        Spell(0, max(0, (m.sent_on - m.decided_on).days), happened=True)
        for m in measures
        if period.first <= m.sent_on <= period.last
    ]
    return indicator("transmission_median", quantiles(days)[0], Unit.DAYS, len(days))


def _started_soon(measures: Sequence[Family], period: Period) -> Iterable[bool]:
    """Of the measures whose third month ended in the period."""
    for one in measures:
        limit = add_months(one.decided_on, SOON_MONTHS)
        if period.first <= limit < period.last:
            yield one.started_on is not None and one.started_on <= limit


def _sent_in(facts: Facts, period: Period) -> list[Sent]:
    return [s for s in facts if period.first <= s.sent_on <= period.last]


def _medians(facts: Facts, period: Period) -> dict[str, dict[int, int]]:
    """Court -> centre -> median waiting, where enough measures stand behind it."""
    spells: dict[tuple[str, int], list[Spell]] = defaultdict(list)
    for sent in facts:
        if sent.waits_in(period):
            spells[sent.court, sent.centre].append(sent.wait(period))
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for (court, centre), waits in spells.items():
        middle = quantiles(waits)[0]
        if middle is not None and len(waits) >= settings.RULES.smallest_count:
            found[court][centre] = middle
    return found


def _month(month: str, spells: Sequence[Spell]) -> Month:
    if len(spells) < settings.RULES.smallest_count:
        return Month(month=month, n=None, median=None, p90=None)
    middle, p90 = quantiles(spells)
    return Month(month=month, n=len(spells), median=middle, p90=p90)


def _middle(values: Sequence[float]) -> float | None:
    return round(median(values), 2) if values else None


@cache
def _deadline(day: date, departement: str) -> date:
    return add_working_days(day, ACKNOWLEDGED_DAYS, departement)
