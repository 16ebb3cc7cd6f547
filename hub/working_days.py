"""The days on which one espace de rencontre works: weekdays, closures, holidays. Pure.

Where its rows come from is in hub.queries.working_days; the general calendar of courts
and offices is hub.calendar.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from hub.calendar import is_public_holiday

OFFICE_WEEK = frozenset(range(5))  # Monday to Friday, while a centre declares no slot
LONGEST_SEARCH = timedelta(days=3 * 366)  # closures end before: 730 days ahead + a year


@dataclass(frozen=True)
class WorkingDays:
    """`weekdays` as date.weekday(); empty: the office week. `closures`: first and last
    days, both included."""

    departement: str = ""
    weekdays: frozenset[int] = frozenset()
    closures: tuple[tuple[date, date], ...] = ()

    def holds(self, day: date) -> bool:
        """Whether somebody is there on this day."""
        return (
            day.weekday() in (self.weekdays or OFFICE_WEEK)
            and not is_public_holiday(day, self.departement)
            and not any(first <= day <= last for first, last in self.closures)
        )

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself does not count.

        A centre that never opens again gets the end of the search.
        """
        end = day + LONGEST_SEARCH
        while count > 0 and day < end:
            day += timedelta(days=1)
            count -= self.holds(day)
        return day
