"""Absences: seats until the last evening, taken back at once, said beside the name."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions import members
from hub.actions.absences import end_of, enter_absence
from hub.calendar import today_in
from hub.demo import COURT, Demo, transmit_demo
from hub.errors import NotFound
from hub.models import Absence, Court, Membership, Participant, Role, User
from hub.models.centres import VisitKind

SignIn = Callable[[User], Client]


def day(days: int) -> date:
    return today_in() + timedelta(days=days)


def place_of(demo: Demo, key: str) -> Membership:
    return Membership.objects.get(user=demo.people[key])


def leave(
    demo: Demo, first: int = 0, last: int = 4, who: str = "anne"
) -> dict[str, str]:
    return {
        "first_day": day(first).isoformat(),
        "last_day": day(last).isoformat(),
        "substitute": str(place_of(demo, who).pk),
    }


def test_a_substitute_sits_in_the_open_threads_until_the_last_evening(
    demo: Demo, sign_in: SignIn
) -> None:
    anne, thread = sign_in(demo.people["anne"]), f"/fils/{demo.threads[0].pk}"
    assert anne.get(thread).status_code == 404
    camille = sign_in(demo.people["camille"])
    assert camille.post("/absences", leave(demo)).status_code == 303
    assert anne.get(thread).status_code == 200
    seat = Participant.objects.get(user=demo.people["anne"], thread=demo.threads[0])
    assert seat.until == end_of(Absence.objects.get())
    Participant.objects.filter(pk=seat.pk).update(until=timezone.now())
    assert anne.get(thread).status_code == 404


def test_a_measure_sent_during_an_absence_reaches_the_substitute(
    demo: Demo, sign_in: SignIn
) -> None:
    sign_in(demo.people["camille"]).post("/absences", leave(demo))
    thread = transmit_demo(demo.people, VisitKind.VISIT, [5], date(2026, 11, 2))
    assert sign_in(demo.people["anne"]).get(f"/fils/{thread.pk}").status_code == 200
    seat = Participant.objects.get(user=demo.people["anne"], thread=thread)
    assert seat.until == end_of(Absence.objects.get())


def test_taking_it_back_ends_the_seats(demo: Demo, sign_in: SignIn) -> None:
    camille = sign_in(demo.people["camille"])
    camille.post("/absences", leave(demo))
    absence = Absence.objects.get()
    anne, thread = sign_in(demo.people["anne"]), f"/fils/{demo.threads[0].pk}"
    assert anne.get(thread).status_code == 200
    where = f"/absences/{absence.pk}/fin"
    assert sign_in(demo.people["paul"]).post(where).status_code == 404
    assert camille.post(where).status_code == 303
    assert anne.get(thread).status_code == 404
    assert camille.post(where).status_code == 404


def test_a_seat_of_ones_own_outlives_the_absence_of_a_colleague(
    demo: Demo, sign_in: SignIn
) -> None:
    camille = sign_in(demo.people["camille"])
    camille.post("/absences", leave(demo, who="paul"))
    camille.post(f"/absences/{Absence.objects.get().pk}/fin")
    seat = Participant.objects.get(user=demo.people["paul"], thread=demo.threads[0])
    assert seat.until is None


def test_the_thread_and_the_desk_say_who_is_away(demo: Demo, sign_in: SignIn) -> None:
    samira = sign_in(demo.people["samira"])
    given = leave(demo, who="luc")
    assert samira.post("/absences", given).status_code == 303
    english = {"accept-language": "en"}
    said = "replaced by Luc Roy"
    paul = sign_in(demo.people["paul"])
    thread = f"/fils/{demo.threads[0].pk}"
    assert said in paul.get(thread, headers=english).content.decode()
    assert said in samira.get("/bureau", headers=english).content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last_day": "2020-01-01"}, "The last day is before the first."),
        ({"first_day": "2020-01-01", "last_day": "2020-01-02"}, "days are past"),
        ({"last_day": "2199-01-01"}, "Check the year"),
        ({"first_day": ""}, "Choose a day."),
        ({"substitute": "999999"}, ""),
    ],
)
def test_an_absence_that_cannot_be_is_said_at_its_field(
    demo: Demo, sign_in: SignIn, changes: dict[str, str], sentence: str
) -> None:
    client = sign_in(demo.people["camille"])
    given = leave(demo) | changes
    answer = client.post("/absences", given, headers={"accept-language": "en"})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not Absence.objects.exists()


def test_only_a_colleague_who_writes_can_replace(demo: Demo, sign_in: SignIn) -> None:
    court = Court.objects.get(code=COURT)
    chief = members.create_user(
        email="c@demo.invalid", given_name="Chef", usual_name="Test"
    )
    members.add_membership(chief, Role.CHIEF_CLERK, court=court)
    client = sign_in(demo.people["camille"])
    place = Membership.objects.get(user=chief)
    for wrong in (place, place_of(demo, "nadia"), place_of(demo, "camille")):
        given = leave(demo) | {"substitute": str(wrong.pk)}
        assert client.post("/absences", given).status_code == 400
    assert client.post("/absences", leave(demo)).status_code == 303


def test_two_absences_do_not_overlap_and_a_substitute_is_there(
    demo: Demo, sign_in: SignIn
) -> None:
    anne, camille = sign_in(demo.people["anne"]), sign_in(demo.people["camille"])
    assert anne.post("/absences", leave(demo, 3, 5, "paul")).status_code == 303
    assert camille.post("/absences", leave(demo, 0, 4)).status_code == 400
    assert camille.post("/absences", leave(demo, 0, 2)).status_code == 303
    assert camille.post("/absences", leave(demo, 1, 2)).status_code == 400


def test_a_manager_enters_one_for_a_member_and_for_nobody_else(demo: Demo) -> None:
    samira, luc = demo.people["samira"], demo.people["luc"]
    enter_absence(luc, first_day=day(0), last_day=day(1), by=samira)
    assert Absence.objects.get().user == luc
    for by, who in (("luc", "samira"), ("nadia", "luc"), ("samira", "paul")):
        with pytest.raises(NotFound):
            enter_absence(
                demo.people[who],
                first_day=day(5),
                last_day=day(6),
                by=User.objects.get(pk=demo.people[by].pk),
            )


def test_the_page_of_absences_costs_the_same_for_many(
    demo: Demo, sign_in: SignIn
) -> None:
    client, luc = sign_in(demo.people["samira"]), demo.people["luc"]

    def cost() -> int:
        client.get("/absences")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/absences").status_code == 200
        return len(captured)

    enter_absence(luc, first_day=day(0), last_day=day(0), by=luc)
    few = cost()
    for n in range(1, 12):
        enter_absence(luc, first_day=day(n), last_day=day(n), by=luc)
    assert cost() == few
