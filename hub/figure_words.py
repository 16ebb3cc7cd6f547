"""Key figures in words: what each is called, how it is defined, how it is written.

Here so that a stored snapshot holds no language. Numbers come from hub.queries.figures.
"""

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from django.conf import settings
from django.utils.translation import gettext, ngettext

from hub.days import region
from hub.figure_titles import DELAYS, MISSING, Text
from hub.numbers import number, percent
from hub.queries.figures import Figures
from hub.queries.figures.indicator import NOT_MEASURED, Indicator, Status, Unit

WEEK = 7
FEW_WEEKS = 10  # below, a tenth of a week still matters to a family

COUNTED_IN_COURTS = ("spread_ratio", "spread_gini")
IN_WEEKS = ("waiting_median", "waiting_p90")


@dataclass(frozen=True)
class Line:
    """One figure as the page shows it. `known`: there is a value."""

    key: str
    known: bool
    value: str
    title: Text
    definition: str
    notes: list[str]


def lines(figures: Figures, section: dict[str, tuple[Text, Text]]) -> list[Line]:
    found = {one["key"]: one for one in figures["indicators"]}
    rules = {"stale_days": settings.RULES.stale_days}
    return [
        Line(
            key,
            found[key]["value"] is not None,
            written(found[key]),
            title,
            str(definition) % rules,
            _notes(key, found),
        )
        for key, (title, definition) in section.items()
        if key in found  # a snapshot may be older than a figure
    ]


def missing(figures: Figures) -> list[Text]:
    return [MISSING[key] for key in NOT_MEASURED]


def written(one: Indicator) -> str:
    """The value with its unit, or why there is none."""
    if one["value"] is None:
        return without_value(one["status"], measures=one["key"] in DELAYS)
    words = amount(one["value"], one["unit"], in_weeks=one["key"] in IN_WEEKS)
    if one["of"] is None:
        return words
    whole = number(one["of"])
    return gettext("%(count)s of %(whole)s") % {"count": words, "whole": whole}


def without_value(status: str, *, measures: bool = True) -> str:
    few = {"n": settings.RULES.smallest_count}
    if status == Status.WITHHELD and measures:
        return gettext("not published: fewer than %(n)d measures") % few
    if status == Status.WITHHELD:
        return gettext("not published: fewer than %(n)d") % few
    if status == Status.NOT_REACHED:
        return gettext("not known yet: too many still wait")
    return gettext("not measured yet")


def count(known: int | None) -> str:
    """A count that may be too small to be shown."""
    if known is None:
        return gettext("fewer than %(n)d") % {"n": settings.RULES.smallest_count}
    return number(known)


def amount(value: float, unit: str, *, in_weeks: bool = False) -> str:
    if unit == Unit.SHARE:
        return percent(value)
    if unit != Unit.DAYS:
        return number(value)
    if in_weeks and value >= 2 * WEEK:
        weeks = value / WEEK
        weeks = round(weeks, 1) if weeks < FEW_WEEKS else round(weeks)
        return gettext("%(num)s weeks") % {"num": number(weeks)}
    return days(value)


def days(value: float) -> str:
    if value == 0:
        return gettext("less than a day")
    if value < 2:  # French: 1,4 jour
        return ngettext("%(num)s day", "%(num)s days", 1) % {"num": number(value)}
    return ngettext("%(num)s day", "%(num)s days", 2) % {"num": number(value)}


def month_name(month: str, form: str = "MMM y") -> str:
    """Of 2026-11: "nov. 2026", or in another form of CLDR."""
    day = date.fromisoformat(f"{month}-01")
    return format_date(day, form, locale=region())


def trend(figures: Figures) -> str:
    """What the chart of take-up times shows, for those who do not see it."""
    seen = [m for m in figures["take_up_by_month"] if m["median"] is not None]
    if len(seen) < 2:
        return gettext("Take-up time by month: not enough measures to show a trend.")
    first, last = seen[0], seen[-1]
    return gettext(
        "Take-up time from %(first)s to %(last)s: the median goes from %(median)s to "
        "%(median_now)s days, nine measures in ten from %(p90)s to %(p90_now)s days. "
        "Table below."
    ) % {
        "first": month_name(first["month"], "MMMM y"),
        "last": month_name(last["month"], "MMMM y"),
        "median": first["median"],
        "median_now": last["median"],
        "p90": first["p90"],
        "p90_now": last["p90"],
    }


def distribution(figures: Figures) -> str:
    """What the chart of declared waiting shows."""
    counts = [band["centres"] for band in figures["declared_waiting"]]
    return gettext(
        "%(all)d espaces de rencontre by declared waiting: %(soon)d declare 12 weeks "
        "or less, %(late)d declare 29 weeks or more. Table below."
    ) % {"all": sum(counts), "soon": sum(counts[:3]), "late": counts[-1]}


def _notes(key: str, found: dict[str, Indicator]) -> list[str]:
    one, notes = found[key], []
    if one["n"] is not None and key in DELAYS:
        notes.append(
            ngettext("%(num)s measure.", "%(num)s measures.", one["n"])
            % {"num": number(one["n"])}
        )
    if one["n"] is not None and key in COUNTED_IN_COURTS:
        notes.append(
            ngettext("%(num)s court.", "%(num)s courts.", one["n"])
            % {"num": number(one["n"])}
        )
    stem = key.removesuffix("_median")
    p90 = found.get(f"{stem}_p90")
    if p90 and p90["value"] is not None:
        notes.append(gettext("9 in 10 within %(days)s.") % {"days": written(p90)})
    elif p90 and p90["status"] == Status.NOT_REACHED:
        notes.append(gettext("9 in 10: not known yet, too many still wait."))
    if (past := found.get(f"{key}_year_ago")) and past["value"] is not None:
        notes.append(gettext("A year ago: %(days)s.") % {"days": written(past)})
    return notes
