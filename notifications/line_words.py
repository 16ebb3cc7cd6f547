"""The words of what waits: counted lines, their dates, and their order in sections.

Like "1 difficulty to deal with: today, 16:00". No query.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext as _

from hub.days import in_words
from hub.zones import clock_name
from notifications import digest, unread_lines
from notifications.contents import Line
from notifications.kinds import Kind

# What waits, by the codes of unread_lines, of digest and of kinds.
WORDS = {
    unread_lines.DIFFICULTY: ngettext_lazy(
        "%(n)d difficulty to deal with", "%(n)d difficulties to deal with", "n"
    ),
    unread_lines.URGENT: ngettext_lazy(
        "%(n)d urgent message", "%(n)d urgent messages", "n"
    ),
    unread_lines.TRANSMISSION: ngettext_lazy(
        "%(n)d measure transmitted, to acknowledge",
        "%(n)d measures transmitted, to acknowledge",
        "n",
    ),
    unread_lines.RECEIPT: ngettext_lazy(
        "%(n)d message to acknowledge", "%(n)d messages to acknowledge", "n"
    ),
    unread_lines.REQUEST: ngettext_lazy(
        "%(n)d request for information or documents",
        "%(n)d requests for information or documents",
        "n",
    ),
    unread_lines.MESSAGE: ngettext_lazy("%(n)d message", "%(n)d messages", "n"),
    unread_lines.EVENT: ngettext_lazy(
        "%(n)d event in a measure", "%(n)d events in measures", "n"
    ),
    digest.ACKNOWLEDGE: ngettext_lazy(
        "%(n)d acknowledgement expected from you",
        "%(n)d acknowledgements expected from you",
        "n",
    ),
    digest.TURN: ngettext_lazy(
        "%(n)d measure in which it is your turn",
        "%(n)d measures in which it is your turn",
        "n",
    ),
    Kind.MESSAGES: ngettext_lazy("%(n)d message", "%(n)d messages", "n"),
    Kind.ACK_OVERDUE: ngettext_lazy(
        "%(n)d acknowledgement overdue", "%(n)d acknowledgements overdue", "n"
    ),
    Kind.ANSWER_OVERDUE: ngettext_lazy(
        "%(n)d answer to a difficulty overdue",
        "%(n)d answers to difficulties overdue",
        "n",
    ),
    Kind.DEADLINE: ngettext_lazy(
        "%(n)d deadline that passed", "%(n)d deadlines that passed", "n"
    ),
    Kind.ENDING: ngettext_lazy(
        "%(n)d measure that ends soon", "%(n)d measures that end soon", "n"
    ),
    Kind.WAITING_STALE: ngettext_lazy(
        "%(n)d waiting time to confirm", "%(n)d waiting times to confirm", "n"
    ),
    Kind.AVAILABILITY_ASKED: ngettext_lazy(
        "%(n)d question about availability", "%(n)d questions about availability", "n"
    ),
    Kind.AVAILABILITY_ANSWERED: ngettext_lazy(
        "%(n)d answer about availability", "%(n)d answers about availability", "n"
    ),
    Kind.CLOSURE: ngettext_lazy(
        "%(n)d closure of an espace de rencontre",
        "%(n)d closures of espaces de rencontre",
        "n",
    ),
    Kind.FILE_REFUSED: ngettext_lazy(
        "%(n)d file of yours refused", "%(n)d files of yours refused", "n"
    ),
}
OTHER = ngettext_lazy("%(n)d item", "%(n)d items", "n")


@dataclass(frozen=True)
class Row:
    """One line in words. `about`: whose, where a mail may say it."""

    what: str
    when: str
    urgent: bool
    about: str = ""


@dataclass(frozen=True)
class Section:
    """`title` is empty when there is only one."""

    title: str
    rows: Sequence[Row]


def rows(lines: Iterable[Line], now: datetime) -> list[Row]:
    """`now` in the reader's zone: it says which day is today."""
    assert now.tzinfo
    return [_row(line, now.date(), now.tzinfo, _language()) for line in lines]


def counted(text_kind: str, n: int) -> str:
    """Like "2 messages", for a subject: it says "urgent" itself."""
    is_urgent = text_kind == unread_lines.URGENT
    return WORDS.get(unread_lines.MESSAGE if is_urgent else text_kind, OTHER) % {"n": n}


def sections(lines: Sequence[Line], now: datetime) -> list[Section]:
    """Urgent, then what has a date, then the rest; each in the order it came."""
    urgent = [line for line in lines if line.urgent]
    dated = [line for line in lines if line.deadline and not line.urgent]
    others = [line for line in lines if not line.deadline and not line.urgent]
    if max(len(urgent), len(dated), len(others)) == len(lines):
        return [Section("", rows(lines, now))]
    undated = [replace(row, when="") for row in rows(others, now)]  # the title says it
    named = (
        (_("Urgent"), rows(urgent, now)),
        (_("With a date"), rows(dated, now)),
        (_("Without a date"), undated),
    )
    return [Section(title, some) for title, some in named if some]


def moment(at: datetime) -> str:
    """Like "23 November 2026 at 10:40", in the zone that `at` has.

    Overseas the clock is named: who is on the mainland may read over one's shoulder.
    """
    words = {"day": long_day(at.date()), "time": _clock(at)}
    clock = clock_name(at.tzinfo) if isinstance(at.tzinfo, ZoneInfo) else ""
    if clock:
        return _("%(day)s at %(time)s (%(clock)s)") % {**words, "clock": clock}
    return _("%(day)s at %(time)s") % words


def long_day(day: date) -> str:
    """Like "23 November 2026"."""
    return in_words(day)


@lru_cache(maxsize=1024)
def _row(line: Line, today: date, zone: tzinfo, language: str) -> Row:
    """Most lines of a batch are like others. `language`: the active one, as a key."""
    words = WORDS.get(line.text_kind, OTHER) % {"n": line.count}
    about = ", ".join(part for part in (line.reference, line.place) if part)
    return Row(words, _when(line.deadline, today, zone), line.urgent, about)


def _when(deadline: datetime | date | None, today: date, zone: tzinfo) -> str:
    """Like "today, 16:00", "Tuesday 24 November", "since 20 November"."""
    if deadline is None:
        return _("no date")
    if not isinstance(deadline, datetime):
        return _day(deadline, today)
    at = deadline.astimezone(zone)
    day = _day(at.date(), today)
    if at.date() < today:
        return day
    return _("%(day)s, %(time)s") % {"day": day, "time": _clock(at)}


def _day(day: date, today: date) -> str:
    if day == today:
        return _("today")
    if day == today + timedelta(days=1):
        return _("tomorrow")
    name = in_words(day, "EEEE d MMMM")
    return _("since %(day)s") % {"day": name} if day < today else name


def _clock(at: datetime) -> str:
    return f"{at:%H:%M}"


def _language() -> str:
    return (get_language() or "fr")[:2]
