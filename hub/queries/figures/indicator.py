"""One published number, and the rule that keeps small ones back.

Titles and definitions are words, in hub.figure_words: what is stored has none.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypedDict

from django.conf import settings


class Unit(StrEnum):
    DAYS = "days"
    SHARE = "share"  # 0 to 1
    COUNT = "count"
    RATIO = "ratio"


class Status(StrEnum):
    """Why there is a value, or none."""

    PUBLISHED = "published"
    WITHHELD = "withheld"  # fewer than RULES.smallest_count
    NOT_REACHED = "not_reached"  # too many still wait to know
    NOT_MEASURED = "not_measured"  # nothing in the hub tells


class Indicator(TypedDict):
    """`n`: how many measures (or what the definition says) stand behind the value;
    `of`: the whole that a count is a part of."""

    key: str
    value: float | None
    unit: Unit
    n: int | None
    of: int | None
    status: Status


# Asked for by DOMAIN section 9, but told by nothing that exists here. Moves to a less
# loaded centre too: the journal holds the rank of a choice, not the load it avoided.
NOT_MEASURED = (
    "first_answer",
    "moved_to_less_loaded",
    "accessibility",
    "uptime",
    "page_time",
    "mail_delivery",
    "satisfaction",
    "cost_per_measure",
    "support_tickets",
)


def indicator(
    key: str, value: float | None, unit: Unit, n: int, of: int | None = None
) -> Indicator:
    """Withheld, its `n` too, when it stands on fewer than RULES.smallest_count."""
    status = Status.PUBLISHED
    if n < settings.RULES.smallest_count:
        return Indicator(
            key=key, value=None, unit=unit, n=None, of=of, status=Status.WITHHELD
        )
    if value is None:
        status = Status.NOT_REACHED
    return Indicator(key=key, value=value, unit=unit, n=n, of=of, status=status)


def share(key: str, answers: Iterable[bool]) -> Indicator:
    """The part of yes among the answers."""
    answers = list(answers)
    value = round(sum(answers) / len(answers), 4) if answers else None
    return indicator(key, value, Unit.SHARE, len(answers))


def not_measured() -> list[Indicator]:
    return [
        Indicator(
            key=key,
            value=None,
            unit=Unit.COUNT,
            n=None,
            of=None,
            status=Status.NOT_MEASURED,
        )
        for key in NOT_MEASURED
    ]
