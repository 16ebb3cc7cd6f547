"""Who replaces somebody is owed what that person has not read, and it is on record."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions.absences import end_of, enter_absence, take_back
from hub.actions.messages import mark_read, post_messages
from hub.calendar import today_in
from hub.demo import Demo, transmit_demo
from hub.models import (
    Absence,
    JournalEntry,
    Membership,
    Participant,
    Thread,
    User,
)
from hub.models.centres import VisitKind
from hub.posting import Draft

SignIn = Callable[[User], Client]


def absence_of(demo: Demo, first: int = 0, who: str = "anne", last: int = 4) -> Absence:
    camille, today = demo.people["camille"], today_in()
    return enter_absence(
        User.objects.get(pk=camille.pk),
        first_day=today + timedelta(days=first),
        last_day=today + timedelta(days=last),
        substitute=Membership.objects.get(user=demo.people[who]),
        by=User.objects.get(pk=camille.pk),
    )


def seat(demo: Demo, thread: Thread, who: str = "anne") -> Participant:
    return Participant.objects.get(user=demo.people[who], thread=thread)


@pytest.fixture
def threads(demo: Demo) -> tuple[Thread, Thread]:
    """One that Camille has read up to message 2, one that she has read to its end."""
    Thread.objects.update(look_at=None)
    half, whole = (Thread.objects.get(pk=thread.pk) for thread in demo.threads)
    mark_read(demo.people["camille"], half.pk, 2)
    mark_read(demo.people["camille"], whole.pk, whole.last_seq)
    return half, whole


def test_a_substitute_is_owed_exactly_what_the_absent_person_has_not_read(
    demo: Demo, threads: tuple[Thread, Thread]
) -> None:
    half, whole = threads
    absence_of(demo)
    assert seat(demo, half).notified_seq == 2 < half.last_seq
    assert seat(demo, whole).notified_seq == whole.last_seq


def test_the_messenger_looks_at_once_where_something_is_unread(
    demo: Demo, threads: tuple[Thread, Thread]
) -> None:
    half, whole = threads
    before = timezone.now()
    absence_of(demo)
    for thread in threads:
        thread.refresh_from_db()
    assert half.look_at is not None
    assert before <= half.look_at <= timezone.now()
    assert whole.look_at is None


def test_before_the_absence_it_looks_on_its_first_day(
    demo: Demo, threads: tuple[Thread, Thread]
) -> None:
    half, _whole = threads
    absence = absence_of(demo, first=2)
    half.refresh_from_db()
    assert half.look_at is not None
    assert half.look_at == end_of(absence) - timedelta(days=3)


def test_a_seat_of_ones_own_keeps_its_own_marks(
    demo: Demo, threads: tuple[Thread, Thread]
) -> None:
    half, _whole = threads
    Participant.objects.filter(user=demo.people["paul"]).update(notified_seq=4)
    absence_of(demo, who="paul")
    assert seat(demo, half, "paul").notified_seq == 4
    assert seat(demo, half, "paul").until is None


def test_a_second_substitution_lengthens_the_first_and_tells_nothing_twice(
    demo: Demo, threads: tuple[Thread, Thread]
) -> None:
    half, _whole = threads
    absence_of(demo)
    Participant.objects.filter(user=demo.people["anne"]).update(notified_seq=5)
    paul = demo.people["paul"]
    later = enter_absence(
        User.objects.get(pk=paul.pk),
        first_day=today_in(),
        last_day=today_in() + timedelta(days=9),
        substitute=Membership.objects.get(user=demo.people["anne"]),
        by=User.objects.get(pk=paul.pk),
    )
    assert seat(demo, half).until == end_of(later)
    assert seat(demo, half).notified_seq == 5


def test_a_seat_that_is_given_back_owes_what_is_unread_now(
    demo: Demo, threads: tuple[Thread, Thread]
) -> None:
    half, whole = threads
    take_back(absence_of(demo).pk, by=demo.people["camille"])
    samira = demo.people["samira"].pk
    post_messages([Draft(whole.pk, samira, uuid4(), "Encore un mot.")])
    absence_of(demo)
    assert seat(demo, half).notified_seq == 2
    assert seat(demo, whole).notified_seq == whole.last_seq


def test_a_measure_sent_during_the_absence_is_owed_from_its_first_message(
    demo: Demo,
) -> None:
    absence_of(demo)
    thread = transmit_demo(demo.people, VisitKind.VISIT, [5], date(2026, 11, 2))
    assert seat(demo, thread).notified_seq == 0
    thread.refresh_from_db()
    assert thread.look_at is not None


def test_access_is_journalled_with_its_number_of_threads(demo: Demo) -> None:
    absence = absence_of(demo)
    anne, camille = demo.people["anne"], demo.people["camille"]
    seated = JournalEntry.objects.get(action="substitute_seated")
    assert (seated.actor, seated.object_id) == (camille, str(anne.pk))
    assert seated.counts == {"threads": 2}
    take_back(absence.pk, by=camille)
    ended = JournalEntry.objects.get(action="substitute_ended")
    assert (ended.actor, ended.object_id) == (camille, str(anne.pk))
    assert ended.counts == {"threads": 2}


def test_the_thread_says_whom_a_reader_replaces_and_until_when(
    demo: Demo, sign_in: SignIn
) -> None:
    samira = sign_in(demo.people["samira"])
    where, english = f"/fils/{demo.threads[0].pk}", {"accept-language": "en"}
    said = "replaces Camille Moreau until"
    assert said not in samira.get(where, headers=english).content.decode()
    absence = absence_of(demo)
    assert said in samira.get(where, headers=english).content.decode()
    take_back(absence.pk, by=demo.people["camille"])
    assert said not in samira.get(where, headers=english).content.decode()


def test_an_absence_costs_the_same_queries_for_many_threads(demo: Demo) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            absence = absence_of(demo)
        take_back(absence.pk, by=demo.people["camille"])
        return len(seen)

    cost()  # the second time the seats are there
    few = cost()
    for _ in range(6):
        transmit_demo(demo.people, VisitKind.VISIT, [5], date(2026, 11, 2))
    cost()
    assert cost() == few
