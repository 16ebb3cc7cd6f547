"""Both waits in words, each named for what it is: declared with its date, observed
with its number of measures. They never stand on one line without their names.
"""

from babel.numbers import format_decimal
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from hub.candidates import Wait


def ranked_wait(wait: Wait) -> str:
    """The wait that ranked, named for what it is."""
    if wait.counts_observed and wait.observed:
        words = ngettext(
            "%(weeks)s observed on %(n)d measure",
            "%(weeks)s observed on %(n)d measures",
            wait.observed.n,
        )
        return words % {"weeks": weeks(wait.weeks), "n": wait.observed.n}
    if wait.declared is None:
        return _("no waiting time declared")
    words = f"{_declared(wait.declared.weeks)} {days_ago(wait.declared.age_days)}"
    if not wait.declared.stale:
        return words
    return _("%(declared)s, to be confirmed") % {"declared": words}


def days_ago(days: int) -> str:
    if days <= 0:
        return _("today")
    return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}


def weeks(number: float) -> str:
    """Like "1 week", "9.5 weeks": to the half week."""
    halves = round(number * 2) / 2
    shown = format_decimal(halves, locale=_language())
    # French counts as one what English counts as two: "1,5 semaine".
    counted = int(halves) if _language() == "fr" else -(-halves // 1)
    return ngettext("%(n)s week", "%(n)s weeks", int(counted)) % {"n": shown}


def observed_main(wait: Wait) -> str:
    """The median, as "6 weeks"; empty where nothing may be published."""
    if not wait.published or wait.observed is None:
        return ""
    if wait.observed_weeks is None:
        return _("half of them still wait")
    return weeks(wait.observed_weeks)


def observed_rest(wait: Wait, smallest_count: int) -> str:
    """What stands beside it: "9 in 10 before 11 weeks, 23 measures"."""
    if not wait.published or wait.observed is None:
        return ngettext(
            "fewer than %(n)d measure, not published",
            "fewer than %(n)d measures, not published",
            smallest_count,
        ) % {"n": smallest_count}
    seen = wait.observed
    measures = ngettext("%(n)d measure", "%(n)d measures", seen.n) % {"n": seen.n}
    if seen.p90_days is None:
        return _("9 in 10: not known yet, %(measures)s") % {"measures": measures}
    return _("9 in 10 before %(weeks)s, %(measures)s") % {
        "weeks": weeks(seen.p90_days / 7),
        "measures": measures,
    }


def _declared(number: int) -> str:
    if number == 0:
        return _("no waiting, declared")
    return ngettext("%(n)d week declared", "%(n)d weeks declared", number) % {
        "n": number
    }


def _language() -> str:
    return (get_language() or "fr")[:2]
