"""Days in words: what CLDR says, and the French first of a month."""

import re
from datetime import date

from babel.dates import format_date

_FIRST = re.compile(r"\b1(?= [^\W\d])")


def in_words(day: date, form: str, locale: str) -> str:
    """In a form of CLDR. CLDR writes "1 décembre"; French writes "1er décembre"."""
    words = format_date(day, form, locale=locale)
    if day.day == 1 and locale.startswith("fr"):
        return _FIRST.sub("1er", words, count=1)
    return words
