"""Which centres fit a need, in which order, and which are set aside and why.

Pure: facts in, ranks and reasons out. No database, no sentence: hub.reasons has the
words. Nothing is scored; ranks are compared facts.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hub.areas import AROUND_COURT_KM, km_between
from hub.candidates import (
    IMPOSSIBLE,
    LAST,
    Bar,
    Candidate,
    Need,
    Profile,
    Sort,
    Wait,
    Wish,
)

WITH_EXITS = "visit_with_exits"  # VisitKind.VISIT_WITH_EXITS, without its model


@dataclass(frozen=True)
class Ranked:
    """A candidate against a need. `profile`: the one that fits best, if any."""

    candidate: Candidate
    profile: Profile | None
    wait: Wait
    km: float | None
    met: tuple[Wish, ...] = ()
    unmet: tuple[Wish, ...] = ()
    bars: tuple[Bar, ...] = ()

    @property
    def choosable(self) -> bool:
        """Whether a judge may choose it all the same."""
        return not IMPOSSIBLE & set(self.bars)


@dataclass(frozen=True)
class Ranking:
    shown: list[Ranked]
    set_aside: list[Ranked]

    def place_of(self, code: str) -> int:
        """The rank from 1; 0 for a centre that was set aside or not listed."""
        codes = [row.candidate.code for row in self.shown]
        return codes.index(code) + 1 if code in codes else 0


def rank(
    need: Need,
    candidates: Iterable[Candidate],
    *,
    smallest_count: int,
    said_unable: Iterable[int] = (),
) -> Ranking:
    """Each centre of the area once, by its best site.

    Fit (criteria not met), then waiting, then distance, then present load; `need.sort`
    puts waiting or distance first. Equal centres keep the order of their codes.
    """
    unable = frozenset(said_unable)
    rows = [
        _against(need, one, smallest_count, unable)
        for one in candidates
        if _inside(need, one)
    ]
    if need.max_weeks is not None:
        rows = [row for row in rows if row.wait.weeks <= need.max_weeks]
    best: dict[str, Ranked] = {}
    for row in sorted(rows, key=_order(need.sort)):
        best.setdefault(row.candidate.code, row)
    shown = [row for row in best.values() if not row.bars]
    return Ranking(shown, [row for row in best.values() if row.bars])


def wait_for(candidate: Candidate, visit_kind: str, smallest_count: int) -> Wait:
    """Both waits for a kind; for the soonest kind when none is asked for."""
    if visit_kind:
        seen = candidate.observed.get(visit_kind)
        enough = seen is not None and seen.n >= smallest_count
        return Wait(visit_kind, candidate.declared.get(visit_kind), seen, enough)
    kinds = sorted({*candidate.declared, *candidate.observed})
    waits = [wait_for(candidate, kind, smallest_count) for kind in kinds]
    return min(waits, key=lambda wait: wait.weeks, default=Wait())


def _order(sort: Sort) -> Callable[[Ranked], tuple[object, ...]]:
    def key(row: Ranked) -> tuple[object, ...]:
        fit = (len(row.bars), len(row.unmet))
        km = LAST if row.km is None else row.km
        rest = (row.candidate.load, row.candidate.code)
        return {
            Sort.FIT: (*fit, row.wait.weeks, km, *rest),
            Sort.WAIT: (row.bars != (), row.wait.weeks, *fit, km, *rest),
            Sort.DISTANCE: (row.bars != (), km, *fit, row.wait.weeks, *rest),
        }[sort]

    return key


def _inside(need: Need, one: Candidate) -> bool:
    area, origin = need.area, need.origin
    if any(word not in one.search for word in need.words):
        return False
    if area.departement and one.departement != area.departement:
        return False
    if area.court and area.court not in one.courts:
        if not area.court_point:
            return False
        km = km_between(area.court_point, one.latitude, one.longitude)
        if km > AROUND_COURT_KM:
            return False
    if area.max_km is None or origin is None:
        return True
    return km_between(origin, one.latitude, one.longitude) <= area.max_km


def _against(
    need: Need, one: Candidate, smallest_count: int, unable: frozenset[int]
) -> Ranked:
    offered = [
        p for p in one.profiles if need.visit_kind in ("", p.visit_kind)
    ]  # the one with the fewest bars speaks for the site
    profile = min(offered, key=lambda p: len(list(_limits(need, p))), default=None)
    wait = wait_for(one, need.visit_kind, smallest_count)
    bars = [*_impossible(one, wait, unable), *_unsuited(need, one, profile)]
    wishes = dict(_wishes(need, one, profile))
    km = None
    if need.origin and one.latitude is not None:
        km = km_between(need.origin, one.latitude, one.longitude)
    return Ranked(
        candidate=one,
        profile=profile,
        wait=wait,
        km=km,
        met=tuple(wish for wish, met in wishes.items() if met),
        unmet=tuple(wish for wish, met in wishes.items() if not met),
        bars=tuple(bars),
    )


def _impossible(one: Candidate, wait: Wait, unable: frozenset[int]) -> Iterator[Bar]:
    if one.status == "closed":
        yield Bar.CLOSED
    if one.status == "paused":
        yield Bar.PAUSED
    if not one.approved:
        yield Bar.NO_APPROVAL
    if wait.declared and wait.declared.paused:
        yield Bar.INTAKE_PAUSED
    if one.centre_id in unable:
        yield Bar.SAID_UNABLE


def _unsuited(need: Need, one: Candidate, profile: Profile | None) -> Iterator[Bar]:
    if profile:
        yield from _limits(need, profile)
    elif need.visit_kind and one.profiles:
        yield Bar.KIND


def _limits(need: Need, profile: Profile) -> Iterator[Bar]:
    ages, minutes = need.ages_months, need.visit_minutes
    if ages and min(ages) < profile.min_age_months:
        yield Bar.TOO_YOUNG
    if ages and max(ages) // 12 > profile.max_age_years:
        yield Bar.TOO_OLD
    if profile.max_siblings is not None and need.children > profile.max_siblings:
        yield Bar.SIBLINGS
    if need.protection_order and not profile.accepts_protection_orders:
        yield Bar.PROTECTION
    if minutes and not profile.minutes_min <= minutes <= profile.minutes_max:
        yield Bar.LENGTH


def _wishes(
    need: Need, one: Candidate, profile: Profile | None
) -> Iterator[tuple[Wish, bool]]:
    """Each wish that was made, and whether it is met. What is not said is not met."""
    if not one.profiles:
        yield Wish.DESCRIBED, False
    told = profile or Profile("")
    if need.exits:
        yield Wish.EXITS, any(p.visit_kind == WITH_EXITS for p in one.profiles)
    if need.languages:
        spoken = set(need.languages) <= set(told.languages)
        yield Wish.LANGUAGES, spoken or told.interpreter != "no"
    if need.interpreter:
        yield Wish.INTERPRETER, told.interpreter != "no"
    if need.wheelchair:
        yield Wish.WHEELCHAIR, one.wheelchair
    if need.separate_entrances:
        yield Wish.ENTRANCES, one.separate_entrances
    if need.public_transport:
        yield Wish.TRANSPORT, one.public_transport
    if need.weekdays:
        yield Wish.DAYS, bool(one.weekdays & set(need.weekdays))
    if need.visits_per_month and told.visits_per_month_max is not None:
        yield Wish.FREQUENCY, need.visits_per_month <= told.visits_per_month_max
