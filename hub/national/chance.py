"""Draws that several modules share: days, moments of a working day, identifiers.

Every draw comes from a `Random` that the caller seeded, so that the same seed tells
the same story. Nothing here knows a measure.
"""

import math
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from hub.calendar import is_working_day, local_day, zone

OPENS, OFFICE_SECONDS = 8, 9 * 3600  # from 8:00 to 17:00, local time


def identifier(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def skewed_days(chance: Random, median: float, spread: float = 0.8) -> float:
    """Days with the long tail that delays between people have (log-normal)."""
    return median * math.exp(chance.gauss(0, spread))


def happens(chance: Random, probability: float) -> bool:
    return chance.random() < probability


def office_moment(chance: Random, at: datetime, departement: str) -> datetime:
    """A moment of office hours on the first working day that begins after `at`."""
    day = local_day(at, departement) + timedelta(days=1)
    while not is_working_day(day, departement):
        day += timedelta(days=1)
    return moment(chance, day, departement)


def moment(chance: Random, day: date, departement: str) -> datetime:
    """A moment of that day's office hours, to the millisecond as on the wire."""
    opens = datetime.combine(day, time(OPENS), zone(departement))
    return opens + timedelta(milliseconds=chance.randrange(OFFICE_SECONDS * 1000))


def meeting_day(chance: Random, day: date) -> date:
    """The first Saturday (or, for some, Wednesday) from `day` on."""
    weekday = 5 if chance.random() < 0.75 else 2
    return day + timedelta(days=(weekday - day.weekday()) % 7)
