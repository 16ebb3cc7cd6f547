"""Days in words, in the reader's language: like "lundi 23 novembre 2026".

Both languages put day, month and year in the same order, so that scripts of pages can
say a day alike (static/hub/js/moments.js). English is that of Europe: its readers work
in French courts, where 11/12 is in December.
"""

import re
from datetime import date
from functools import lru_cache

from babel.dates import format_date
from django.conf import settings
from django.utils.translation import get_language

LONG = "d MMMM y"
WITH_WEEKDAY = "EEEE d MMMM y"
REGIONS = {"en": "en_GB"}
_FIRST = re.compile(r"\b1(?= [^\W\d])")


def in_words(day: date, form: str = LONG, locale: str = "") -> str:
    """In a form of CLDR. CLDR writes "1 décembre"; French writes "1er décembre"."""
    return _in_words(day, form, locale or region())


def region() -> str:
    """The active language as CLDR knows its dates, numbers and lists."""
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    return REGIONS.get(language, language)


@lru_cache(maxsize=4096)
def _in_words(day: date, form: str, locale: str) -> str:
    words = format_date(day, form, locale=locale)
    if day.day == 1 and locale.startswith("fr"):
        return _FIRST.sub("1er", words, count=1)
    return words
