"""Until when somebody is away, as their automatic reply says it; in doubt, no date."""

from datetime import date, timedelta

import pytest

from notifications.inbound.absence_dates import FARTHEST, last_day
from tests.hostile import EVERYTHING

TODAY = date(2026, 11, 28)  # a Saturday


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Je suis absente jusqu'au 12 décembre inclus.", date(2026, 12, 12)),
        ("Je suis absente jusqu’au 12.", date(2026, 12, 12)),
        ("absent jusqu'au vendredi 11 décembre 2026 inclus", date(2026, 12, 11)),
        ("Absence du bureau jusqu'au 04/12/2026", date(2026, 12, 4)),
        ("jusqu’à lundi 30 novembre", date(2026, 11, 30)),
        ("Je serai de retour le 13/12/2026.", date(2026, 12, 12)),
        ("De retour au bureau le 14 décembre.", date(2026, 12, 13)),
        ("Reprise prévue le 1er décembre", date(2026, 11, 30)),
        ("Je reprendrai mon poste le lundi 4 janvier.", date(2027, 1, 3)),
        ("En congés du 23 novembre au 4 décembre", date(2026, 12, 4)),
        ("Absent du 20/11 au 02/12/2026 inclus.", date(2026, 12, 2)),
        ("Congés du 21 au 30 novembre", date(2026, 11, 30)),
        ("I am back on Monday 14 December.", date(2026, 12, 13)),
        ("I will be back in the office on December 14, 2026.", date(2026, 12, 13)),
        ("Out of office until 13 December", date(2026, 12, 13)),
        ("Out of office until Dec 4th", date(2026, 12, 4)),
        ("out of the office until the 4th", date(2026, 12, 4)),
        ("On leave until 12/24/2026.", date(2026, 12, 24)),
        ("returning 2026-12-07", date(2026, 12, 6)),
        ("away from 23 to 30 November", date(2026, 11, 30)),
        ("Absente jusqu'au 12 décembre. De retour le lundi 14 décembre.",
         date(2026, 12, 12)),
        ("absent jusqu'au\n12\u00a0décembre", date(2026, 12, 12)),
    ],
)  # fmt: skip
def test_a_day_that_is_said_is_understood(text: str, last: date) -> None:
    assert last_day(text, TODAY) == last


@pytest.mark.parametrize(
    "text",
    [
        "Je suis absente.",
        "Je reviens la semaine prochaine.",
        "Absente jusqu'à nouvel ordre.",
        "Je suis en audience jusqu'à 17h, puis jusqu'à 18 h.",
        "Back at 5 pm; out until 5.",
        "Out until 12/05/2026",  # 12 May or 5 December
        "jusqu'au lundi 12 décembre",  # a Saturday
        "jusqu'au 45 décembre",
        "jusqu'au 31 novembre",
        "jusqu'au 27",  # yesterday: nobody took it away
        "jusqu'au 20 novembre",
        "jusqu'au 12 mars",  # too far to believe
        "Congés du 20 au 30 décembre",  # they have not begun
        "Pour toute urgence, appelez le 12 ou le 01 02 03 04 05.",
        "jusqu'au 5 jours de délai",
        "Merci.\n\n> absente jusqu'au 12 décembre",
        "Bonjour\n----- Message d'origine -----\njusqu'au 12 décembre",
        "Le 27 novembre 2026 à 10:31, Camille a écrit :\njusqu'au 12 décembre",
        "jusqu'au 12 décembre ou jusqu'au 45 décembre",
        "",
    ],
)
def test_what_is_unclear_is_no_date(text: str) -> None:
    assert last_day(text, TODAY) is None


def test_only_the_next_sixty_days_are_believed() -> None:
    farthest = TODAY + FARTHEST
    assert last_day(f"until {farthest.isoformat()}", TODAY) == farthest
    assert last_day(f"until {farthest + timedelta(days=1)}", TODAY) is None
    assert last_day(f"until {TODAY.isoformat()}", TODAY) == TODAY
    assert last_day(f"until {TODAY - timedelta(days=1)}", TODAY) is None


def test_the_turn_of_the_year_and_leap_days_are_days_like_others() -> None:
    assert last_day("jusqu'au 3", date(2026, 12, 30)) == date(2027, 1, 3)
    assert last_day("until 29 February", date(2028, 2, 1)) == date(2028, 2, 29)
    assert last_day("until 29 February", date(2027, 2, 1)) is None


def test_hostile_text_is_read_without_harm() -> None:
    for text in EVERYTHING:
        for said in (f"jusqu'au {text}", text * 50):
            day = last_day(said, TODAY)
            assert day is None or TODAY <= day <= TODAY + FARTHEST
    assert last_day("jusqu'au " * 100_000, TODAY) is None
    assert last_day("du 1 " * 100_000, TODAY) is None
