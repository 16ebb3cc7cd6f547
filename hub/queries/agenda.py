"""Everything that waits for one person, for the home page and the one number.

Which facts make a thing wait: agenda_own.py, agenda_late.py, agenda_places.py; what
other packages add: hub.agenda.sources.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from hub import agenda
from hub.agenda import Agenda, Waiting, Why
from hub.calendar import today_in
from hub.models import Side, User
from hub.queries import agenda_places as places
from hub.queries.agenda_facts import Facts
from hub.queries.agenda_late import late_in
from hub.queries.agenda_own import ACTS, waits_for
from hub.queries.threads import threads_in_hand

if TYPE_CHECKING:
    from hub.queries.threads import CountedSeat


def agenda_of(user: User) -> Agenda:
    """What waits for the person, what is late elsewhere, what is new; sorted.

    Constant queries, whatever the number of measures.
    """
    return _agenda(user, list(threads_in_hand(user)))


def waiting_count(user: User) -> int:
    """The one number, for pages that show nothing else of it."""
    tomorrow = today_in() + timedelta(days=1)  # in Nouméa it may be that day already
    seats = threads_in_hand(user).filter(_may_wait(tomorrow))
    return _agenda(user, list(seats)).count


def _agenda(user: User, seats: "list[CountedSeat]") -> Agenda:
    now, found = timezone.now(), Agenda()
    facts = Facts(user, seats, now)
    for seat in seats:
        _sort_in(found, seat, facts)
    found.mine += _beside(user, now)
    found.mine.sort(key=lambda one: one.key(now))
    found.late.sort(key=lambda one: one.key(now))
    return found


def _may_wait(today: date) -> Q:
    """The condition on Participant: somebody of the person's side may have to act.

    Wider than the rules of agenda_own.py, so that who only counts loads fewer rows.
    """
    measure = "thread__designation__measure"
    turns = Q()
    for side in Side:
        sits = Q(**{f"membership__{side}__isnull": False})
        act = Q(**{f"{measure}__awaits": side, f"{measure}__awaits_act__in": ACTS})
        turns |= sits & (Q(thread__awaits=side) | act)
    soon = today + timedelta(days=settings.RULES.ending_second_days)
    return (
        turns
        | Q(asked__gt=0)
        | Q(thread__designation__expected_first_visit_on__lt=today)
        | Q(**{f"{measure}__ends_on__lte": soon})
        | Q(**{f"{measure}__terms__contact_deadline_days__isnull": False})
    )


def _sort_in(found: Agenda, seat: "CountedSeat", facts: Facts) -> None:
    """A measure stands in one list only, the first that fits."""
    if mine := waits_for(seat, facts):
        found.mine.append(mine)
    elif late := late_in(seat, facts):
        found.late.append(late)
    elif seat.unread:
        measure, since = seat.thread.designation.measure, seat.thread.last_at
        news = Waiting(Why.NEWS, since=since, seat=seat, measure=measure)
        found.news.append(news)


def _beside(user: User, now: datetime) -> Iterator[Waiting]:
    yield from places.drafts(user)
    yield from places.questions(user, now)
    yield from places.waiting_times(user, now)
    yield from places.of_the_court(user)
    yield from places.of_the_country(user, now)
    yield from places.of_the_machine(user, now)
    for source in agenda.sources:
        yield from source(user, now)
