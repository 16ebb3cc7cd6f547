"""Working days and hours: metropolitan, Alsace-Moselle, overseas, daylight saving."""

from datetime import UTC, date, datetime

import pytest

from hub.calendar import (
    add_months,
    add_working_days,
    add_working_hours,
    is_working_day,
    local_day,
    working_days_between,
)

FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("day", "departement", "works"),
    [
        (date(2026, 7, 14), "44", False),  # national holiday
        (date(2026, 4, 3), "44", True),  # Good Friday
        (date(2026, 4, 3), "67", False),  # ... is a holiday in Alsace
        (date(2026, 4, 3), "57", False),  # ... and in Moselle
        (date(2026, 12, 26), "68", False),  # Saint Stephen, a Saturday anyway
        (date(2028, 12, 26), "68", False),
        (date(2028, 12, 26), "44", True),
        (date(2027, 12, 20), "974", False),  # abolition of slavery in La Réunion
        (date(2027, 12, 20), "44", True),
        (date(2027, 9, 24), "988", False),  # New Caledonia
        (date(2026, 11, 28), "44", False),  # Saturday
    ],
)
def test_holidays_follow_the_place(day: date, departement: str, works: bool) -> None:
    assert is_working_day(day, departement) is works


def test_working_days_pass_over_weekends_and_holidays() -> None:
    assert add_working_days(FRIDAY, 2, "44") == date(2026, 12, 1)
    assert add_working_days(date(2026, 12, 24), 1, "44") == date(2026, 12, 28)
    assert add_working_days(FRIDAY, 0, "44") == FRIDAY
    assert working_days_between(FRIDAY, date(2026, 12, 1), "44") == 2
    assert working_days_between(FRIDAY, FRIDAY, "44") == 0


def test_working_hours_stop_at_night_and_over_the_weekend() -> None:
    friday_1500 = datetime(2026, 11, 27, 14, tzinfo=UTC)  # 15:00 in Paris
    due = add_working_hours(friday_1500, 4, "44")
    assert due.astimezone(UTC) == datetime(2026, 11, 30, 10, tzinfo=UTC)  # Monday 11:00


def test_overseas_counts_in_its_own_day() -> None:
    at = datetime(2026, 11, 24, 22, tzinfo=UTC)
    assert local_day(at, "974") == date(2026, 11, 25)
    assert local_day(at, "987") == date(2026, 11, 24)
    monday_0600 = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 06:00 in La Réunion
    due = add_working_hours(monday_0600, 4, "974")
    assert due.astimezone(UTC) == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_a_change_of_the_clock_takes_no_working_hour_away() -> None:
    friday = datetime(2027, 3, 26, 14, tzinfo=UTC)  # 15:00, clocks change on Sunday
    due = add_working_hours(friday, 4, "44")
    # Easter Monday 29 March is a holiday: Tuesday 11:00 summer time.
    assert due.astimezone(UTC) == datetime(2027, 3, 30, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 15), 24, date(2028, 12, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_end_on_the_last_day_there_is(
    day: date, months: int, later: date
) -> None:
    assert add_months(day, months) == later
