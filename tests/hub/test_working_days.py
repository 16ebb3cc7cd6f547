"""The days on which a centre works: its own weekdays, its closures, the holidays."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.calendar import add_working_days
from hub.demo import Demo
from hub.models import Centre, Closure, OpeningSlot
from hub.queries.working_days import working_days_of
from hub.working_days import LONGEST_SEARCH, WorkingDays

FRIDAY = date(2026, 11, 20)
WEDNESDAY, SATURDAY = 2, 5


@pytest.mark.parametrize("count", [0, 1, 2, 5, 10, 40])
def test_without_slots_it_is_the_office_week(count: int) -> None:
    expected = add_working_days(FRIDAY, count, "44")
    assert WorkingDays("44").after(FRIDAY, count) == expected


def test_a_saturday_counts_where_the_centre_opens_on_saturdays() -> None:
    own = WorkingDays("44", frozenset({WEDNESDAY, SATURDAY}))
    assert own.after(FRIDAY, 1) == date(2026, 11, 21)
    assert own.after(FRIDAY, 3) == date(2026, 11, 28)


def test_closures_are_left_out_with_both_their_days() -> None:
    closed = WorkingDays("44", closures=((date(2026, 11, 23), date(2026, 11, 25)),))
    assert WorkingDays("44").after(FRIDAY, 1) == date(2026, 11, 23)
    assert closed.after(FRIDAY, 1) == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("departement", "day", "works"),
    [
        ("44", date(2026, 12, 25), False),
        ("44", date(2026, 12, 28), True),
        ("67", date(2026, 4, 3), False),  # Good Friday, in Alsace only
        ("44", date(2026, 4, 3), True),
        ("974", date(2027, 12, 20), False),  # abolition of slavery, Réunion
        ("44", date(2027, 12, 20), True),
    ],
)
def test_holidays_are_those_of_the_place(
    departement: str, day: date, works: bool
) -> None:
    assert WorkingDays(departement).holds(day) is works


def test_a_centre_that_never_opens_again_ends_the_search() -> None:
    closed = WorkingDays("44", closures=((FRIDAY, date(2099, 1, 1)),))
    assert closed.after(FRIDAY, 1) == FRIDAY + LONGEST_SEARCH


def test_they_are_read_for_many_centres_in_two_queries(demo: Demo) -> None:
    first, *others = Centre.objects.order_by("pk")
    OpeningSlot.objects.filter(site__centre=first).delete()
    site = first.sites.first()
    assert site
    site.slots.create(weekday=WEDNESDAY, start="10:00", end="12:00")
    site.slots.create(weekday=WEDNESDAY, start="14:00", end="18:00")
    Closure.objects.create(
        centre=first, first_day=FRIDAY, last_day=FRIDAY, reason="Travaux"
    )
    with CaptureQueriesContext(connection) as seen:
        found = working_days_of([first, *others])
    assert len(seen) == 2
    assert found[first.pk].weekdays == {WEDNESDAY}
    assert found[first.pk].closures == ((FRIDAY, FRIDAY),)
    assert set(found) == {first.pk, *(centre.pk for centre in others)}
