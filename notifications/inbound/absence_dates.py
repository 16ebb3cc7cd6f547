"""The last day of an absence, as an automatic reply says it, French or English. Pure.

Nothing is guessed: an unclear date, two readings, a day of the week that does not fit
are no date at all. Who is away, and what follows, is decided elsewhere.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

FARTHEST = timedelta(days=60)  # beyond it a reader has more likely misread than waited
# A day without its month is believed only while it is nearer ahead than behind: an
# automatic reply that somebody forgot to take away says "until the 12th" on the 14th.
NEAREST = timedelta(days=15)
MOST_CHARACTERS = 6000

_MONTHS = (
    "janvier january jan janv", "fevrier february feb fevr", "mars march mar",
    "avril april apr avr", "mai may", "juin june jun", "juillet july jul juil",
    "aout august aug", "septembre september sep sept", "octobre october oct",
    "novembre november nov", "decembre december dec",
)  # fmt: skip
_DAYS = (
    "lundi monday", "mardi tuesday", "mercredi wednesday", "jeudi thursday",
    "vendredi friday", "samedi saturday", "dimanche sunday",
)  # fmt: skip
MONTHS = {word: n for n, words in enumerate(_MONTHS, 1) for word in words.split()}
WEEKDAYS = {word: n for n, words in enumerate(_DAYS) for word in words.split()}

_WEEKDAY = rf"(?:(?P<weekday>{'|'.join(WEEKDAYS)}),? )?(?:the )?"
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
# "12", "1er", "13th december 2026", "december 13, 2026", "13/12/2026", "2026-12-13"
_DATE = (
    rf"{_WEEKDAY}(?:"
    r"(?P<iso>20\d\d-\d\d-\d\d)(?![\w/-])"
    r"|(?P<first>\d\d?)[/.](?P<second>\d\d?)(?:[/.](?P<year>20\d\d|\d\d))?(?![\d/-])"
    rf"|(?P<month_before>{_MONTH})\.? (?P<day_after>\d\d?)(?:st|nd|rd|th)?(?![\w/:-])"
    r"(?:,? (?P<year_after>20\d\d))?"
    r"|(?P<day>\d\d?)(?:er|st|nd|rd|th)?(?: of)? "
    rf"(?P<month>{_MONTH})\b\.?(?:,? (?P<year_named>20\d\d))?"
    r"|(?<=\b(?:au|le|du) )(?P<bare>\d\d?)(?:er)?(?![\w/:%-]| ?h\b| [a-z]+s\b| heure)"
    r"|(?<=\bthe )(?P<bare_english>\d\d?)(?:st|nd|rd|th)(?!\w)"
    r")"
)
_UNTIL_WORDS = (
    r"jusqu'(?:au|a|aux)(?: soir du)?(?: le)?"
    r"|(?:until|till|through|up to)(?: and including)?"
)
_BACK_WORDS = (
    r"(?:de retour|retour|reviens|reviendrai|reprends|reprendrai|reprise)"
    r"(?: (?:au bureau|a mon poste|prevue?|le travail|mon poste|mes fonctions))*"
    r" ?:? (?:le|du|au|a partir du|a compter du)"
    r"|(?:back|returning|return|be back|returns)"
    r"(?: (?:in|to|at) (?:the|my) (?:office|work|desk))?(?: again)?(?: on)?"
)
_UNTIL = re.compile(rf"\b(?:{_UNTIL_WORDS}) {_DATE}")
_BACK = re.compile(rf"\b(?:{_BACK_WORDS}) {_DATE}")
# "du 1er au 12 décembre", "from 1 to 12 December": the end counts if the start is past.
_START = r"\b(?:du|from)(?: (?:\w{4,9}))? (?P<s_day>\d\d?)(?:er|st|nd|rd|th)?"
_RANGE = re.compile(
    rf"{_START}(?: (?P<s_month>{_MONTH}))?(?:[/.](?P<s_number>\d\d?))?"
    rf"(?:[/.]20\d\d| 20\d\d)?(?: inclus)? (?:au|to|until) {_DATE}"
)
_FRENCH = re.compile(r"\b(?:je|jusqu|retour|au|du|le)\b")
_ACCENTS = str.maketrans("àâäéèêëîïôöùûüç’ʼ\u00a0\u202f", "aaaeeeeiioouuuc''  ")
_QUOTED = re.compile(
    r"^(?:>|-{2,} ?(?:message d'origine|original message|forwarded|message transfere)"
    r"|_{10}|(?:de|from) ?: |(?:le|on) .{0,120}(?:a ecrit|wrote) ?:)",
    re.MULTILINE,
)


def last_day(text: str, today: date) -> date | None:
    """Until when, that day included; None if it is not said beyond doubt.

    From today to 60 days on. Where several days are said, the first: whoever is back
    too early has lost nothing.
    """
    plain = text[:MOST_CHARACTERS].lower().translate(_ACCENTS)
    quoted = _QUOTED.search(plain)
    own = re.sub(r"\s+", " ", plain[: quoted.start()] if quoted else plain)
    found = set(_said(own, today))
    if None in found:
        return None
    days = {day for day in found if day and today <= day <= today + FARTHEST}
    return min(days, default=None)


def _said(text: str, today: date) -> Iterator[date | None]:
    """Every last day that the text speaks of; None for one that is unclear."""
    for match in _UNTIL.finditer(text):
        yield _day(match, today)
    for match in _BACK.finditer(text):
        back = _day(match, today)
        yield back and back - timedelta(days=1)
    for match in _RANGE.finditer(text):
        end = _day(match, today)
        if end is None or _has_begun(match, end, today):
            yield end


def _has_begun(match: re.Match[str], end: date, today: date) -> bool:
    month = MONTHS.get(match["s_month"] or "") or int(match["s_number"] or end.month)
    year = end.year - (month > end.month)
    start = _valid(year, month, int(match["s_day"]))
    return start is not None and start <= today


def _day(match: re.Match[str], today: date) -> date | None:
    """The one day that is meant; without a year or month the next one there is."""
    options = {day for day in _readings(match, today) if day}
    weekday = WEEKDAYS.get(match["weekday"] or "")
    if weekday is not None:
        options = {day for day in options if day.weekday() == weekday}
    return options.pop() if len(options) == 1 else None


def _readings(match: re.Match[str], today: date) -> Iterator[date | None]:
    if match["iso"]:
        year, month, day = (int(part) for part in match["iso"].split("-"))
        yield _valid(year, month, day)
    elif match["first"]:
        one, two = int(match["first"]), int(match["second"])
        year = int(match["year"] or 0)
        full = year + 2000 if 0 < year < 100 else year
        yield _next(full, two, one, today)
        if not _FRENCH.search(match.string):
            yield _next(full, one, two, today)  # as in America
    elif match["month_before"]:
        year = int(match["year_after"] or 0)
        month = MONTHS[match["month_before"]]
        yield _next(year, month, int(match["day_after"]), today)
    elif match["month"]:
        year, month = int(match["year_named"] or 0), MONTHS[match["month"]]
        yield _next(year, month, int(match["day"]), today)
    else:
        day = int(match["bare"] or match["bare_english"])
        ahead = (today + timedelta(days=n) for n in range(NEAREST.days + 1))
        yield next((one for one in ahead if one.day == day), None)


def _next(year: int, month: int, day: int, today: date) -> date | None:
    """`year` 0: not said, so the next such day from today on."""
    if year:
        return _valid(year, month, day)
    this = _valid(today.year, month, day)
    return this if this and this >= today else _valid(today.year + 1, month, day)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
