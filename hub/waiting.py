"""How long one waits, when many are still waiting: the Kaplan-Meier estimator.

Pure arithmetic on spells in whole units of time. Where spells come from is
hub.queries.waiting and hub.queries.figures.

Kaplan & Meier, "Nonparametric estimation from incomplete observations", JASA 53
(1958); delayed entry as in Klein & Moeschberger, "Survival analysis", section 4.6.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

MEDIAN, P90 = 0.5, 0.9
ROUNDING = 1e-12  # a product of floats that should be exactly 1 - p may miss by this


class Spell(NamedTuple):
    """One wait, counted from its beginning: seen from `entry` on, until `exit`.

    `happened`: what was waited for came at `exit`; otherwise the wait was then cut
    off from view (censored). Seen on the days of entry and exit, both included.
    """

    entry: int
    exit: int
    happened: bool


Curve = list[tuple[int, float]]  # (t, share still waiting after t), t ascending


@dataclass(frozen=True)
class Observed:
    """Waits as they were lived. `n`: how many were in view, `still_waiting` of them.

    A quantile is None when too many still wait to know it.
    """

    n: int
    median_days: int | None
    p90_days: int | None
    still_waiting: int


def survival(spells: Iterable[Spell], least_in_view: float = 1) -> Curve:
    """The share still waiting just after each time at which something happened.

    At equal times what happened comes before what was cut off, as in the textbook.
    While fewer than `least_in_view` are in view and others are still to come in, what
    happens is passed over.
    """
    spells = list(spells)
    entries = sorted(spell.entry for spell in spells)
    exits = sorted(spell.exit for spell in spells)
    happened = Counter(spell.exit for spell in spells if spell.happened)
    share, curve = 1.0, []
    for at in sorted(happened):
        entered = bisect_right(entries, at)
        in_view = entered - bisect_left(exits, at)
        if in_view < least_in_view and entered < len(entries):
            continue
        share *= 1 - happened[at] / in_view
        curve.append((at, share))
    return curve


def quantile(curve: Curve, p: float) -> int | None:
    """The smallest t at which a share `p` no longer waits; None if never reached."""
    for at, share in curve:
        if share <= 1 - p + ROUNDING:
            return at
    return None


def share_by(curve: Curve, at: int) -> float:
    """The share for which it happened within `at`, 0 to 1."""
    done = [share for t, share in curve if t <= at]
    return 1 - done[-1] if done else 0.0


def is_broken(curve: Curve, spells: Sequence[Spell]) -> bool:
    """Whether nobody was left in view at some time while others came in later.

    The curve is then zero whatever happens to the longer ones, and says nothing of
    them (Klein & Moeschberger, section 4.6).
    """
    zero = next((t for t, share in curve if share <= ROUNDING), None)
    return zero is not None and any(spell.exit > zero for spell in spells)


def quantiles(spells: Iterable[Spell]) -> tuple[int | None, int | None]:
    """Median and 90th percentile; (None, None) where the curve is broken.

    With delayed entry the first days may show two waits of twenty, and one that ends
    would halve the curve for all. As Lai and Ying do (Annals of Statistics 19, 1991),
    nothing is concluded from fewer than the square root of all, until all are in.
    """
    spells = list(spells)
    curve = survival(spells, least_in_view=sqrt(len(spells)))
    if is_broken(curve, spells):
        return None, None
    return quantile(curve, MEDIAN), quantile(curve, P90)
