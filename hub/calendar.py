"""Working days and local time in France, overseas and Alsace-Moselle included.

Public holidays come from the `holidays` library; what counts as working time is here.
"""

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from django.utils import timezone

SATURDAY = 5  # date.weekday(): courts and their offices do not count Saturdays
OFFICE_OPENS, OFFICE_CLOSES = time(9), time(17)  # (choice) hours that count as working

# Départements and collectivities with holidays of their own, as the library names them.
SUBDIVISIONS = {
    "57": "57", "67": "6AE", "68": "6AE",
    "971": "971", "972": "972", "973": "973", "974": "974", "976": "976",
    "975": "PM", "977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
ZONES = {
    "971": "America/Guadeloupe", "972": "America/Martinique",
    "973": "America/Cayenne", "974": "Indian/Reunion", "976": "Indian/Mayotte",
    "975": "America/Miquelon", "977": "America/St_Barthelemy",
    "978": "America/Marigot", "986": "Pacific/Wallis", "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}  # fmt: skip


def zone(departement: str) -> ZoneInfo:
    """The time zone of a département or collectivity (INSEE code)."""
    return ZoneInfo(ZONES.get(departement, "Europe/Paris"))


def local_day(at: datetime, departement: str) -> date:
    return at.astimezone(zone(departement)).date()


def today_in(departement: str = "") -> date:
    """The calendar day there now; without a place, in Paris. Never the day in UTC."""
    return local_day(timezone.now(), departement)


def is_working_day(day: date, departement: str) -> bool:
    return day.weekday() < SATURDAY and not is_public_holiday(day, departement)


def is_public_holiday(day: date, departement: str) -> bool:
    return day in _public_holidays(departement)


def add_working_days(day: date, count: int, departement: str) -> date:
    """The `count`-th working day after `day`, which itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, departement)
    return day


def working_days_between(first: date, last: date, departement: str) -> int:
    """Working days after `first` up to and including `last`; 0 if none."""
    days = (first + timedelta(days=n + 1) for n in range((last - first).days))
    return sum(is_working_day(day, departement) for day in days)


def add_working_hours(at: datetime, hours: int, departement: str) -> datetime:
    """The moment at which `hours` of office time have passed since `at`."""
    local = at.astimezone(zone(departement))
    left = timedelta(hours=hours)
    while True:
        begin, end = _office_hours(local, departement)
        if begin and end and begin + left <= end:
            return begin + left
        left -= (end - begin) if begin and end else timedelta(0)
        next_day = local.date() + timedelta(days=1)
        local = datetime.combine(next_day, OFFICE_OPENS, zone(departement))


def add_months(day: date, months: int) -> date:
    """The same day `months` later; the last day of a shorter month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def _office_hours(
    local: datetime, departement: str
) -> tuple[datetime | None, datetime | None]:
    """What is left of that day's office time, from `local` on."""
    if not is_working_day(local.date(), departement):
        return None, None
    opens = datetime.combine(local.date(), OFFICE_OPENS, local.tzinfo)
    closes = datetime.combine(local.date(), OFFICE_CLOSES, local.tzinfo)
    begin = max(local, opens)
    return (begin, closes) if begin < closes else (None, None)


@cache
def _public_holidays(departement: str) -> Container[date]:
    return holidays.country_holidays("FR", subdiv=SUBDIVISIONS.get(departement))
