"""The first of a month, as French writes it."""

from datetime import date

import pytest

from hub.days import LONG, WITH_WEEKDAY, in_words


@pytest.mark.parametrize(
    ("day", "form", "locale", "words"),
    [
        (date(2026, 12, 1), LONG, "fr", "1er décembre 2026"),
        (date(2026, 12, 1), WITH_WEEKDAY, "fr", "mardi 1er décembre 2026"),
        (date(2026, 12, 1), "d MMMM", "fr", "1er décembre"),
        (date(2026, 12, 11), LONG, "fr", "11 décembre 2026"),
        (date(2026, 12, 1), LONG, "en_GB", "1 December 2026"),
    ],
)
def test_a_day_in_words(day: date, form: str, locale: str, words: str) -> None:
    assert in_words(day, form, locale) == words
