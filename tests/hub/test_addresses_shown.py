"""What is known of an address stands beside the name: in the thread, among the
contacts, on the centre's page, and before something urgent leaves."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from hub.actions import drafts
from hub.actions.absences import learn_absence
from hub.actions.addresses import count_hard_bounce, prove
from hub.calendar import today_in
from hub.demo import CENTRE, COURT, Demo
from hub.jinja import local_date
from hub.models import Centre, Court, Designation, Measure, User
from hub.models.choices import Priority
from hub.queries.addresses import reach_of

SignIn = Callable[[User], Client]
DOUBTFUL = "mail to this address comes back since"


def read(client: Client, where: str) -> str:
    return client.get(where, headers={"accept-language": "en"}).content.decode()


def in_english(day: date) -> str:
    with override("en"):
        return local_date(day)


def bounce(people: Iterable[User], times: int) -> None:
    for person in people:
        for _ in range(times):
            count_hard_bounce(person.email)


@pytest.fixture
def urgent(demo: Demo) -> Measure:
    """A draft of Camille Moreau's, urgent, for Samira Benali's centre."""
    camille, court = demo.people["camille"], Court.objects.get(code=COURT)
    measure = drafts.create_draft(court=court, judge=camille, by=camille)
    Measure.objects.filter(pk=measure.pk).update(priority=Priority.URGENT)
    Designation.objects.create(
        measure=measure, centre=Centre.objects.get(code=CENTRE), is_current=True
    )
    return measure


def test_a_thread_and_the_contacts_say_what_is_known_of_each_address(
    demo: Demo, sign_in: SignIn
) -> None:
    thread, contacts = (
        f"/fils/{demo.threads[0].pk}",
        f"/organisations/{CENTRE}/contacts",
    )
    camille, samira = sign_in(demo.people["camille"]), sign_in(demo.people["samira"])
    assert "address proven" not in read(camille, thread)
    prove(demo.people["samira"].email)
    bounce([demo.people["luc"]], 1)
    proven = f"address proven on {in_english(today_in())}"
    for page in (read(camille, thread), read(samira, contacts)):
        assert page.count(proven) == 1
        assert page.count(DOUBTFUL) == 1
        assert "none is sent there any more" not in page
    bounce([demo.people["luc"]], 2)
    assert "none is sent there any more" in read(camille, thread)


def test_a_centre_says_how_many_addresses_are_proven_and_names_nobody(
    demo: Demo, sign_in: SignIn
) -> None:
    nadia, centre = sign_in(demo.people["nadia"]), Centre.objects.get(code=CENTRE)
    where = f"/espaces/{CENTRE}"
    assert "address proven" not in read(nadia, where)
    prove(demo.people["samira"].email)
    bounce([demo.people["luc"]], 1)
    count_hard_bounce(centre.email)
    page = read(nadia, where)
    assert "1 address proven" in page
    assert "mail to 1 address comes back" in page
    assert DOUBTFUL in page
    assert "Benali" not in page


def test_before_an_urgent_measure_leaves_the_judge_reads_who_is_reached(
    demo: Demo, urgent: Measure, sign_in: SignIn
) -> None:
    camille = sign_in(demo.people["camille"])
    where = f"/mesures/{urgent.reference}/relire"
    page = read(camille, where)
    assert "No contact is known to receive mail" in page
    assert page.count("this address has never been proven") == len(
        reach_of(Centre.objects.get(code=CENTRE)).contacts
    )
    prove(demo.people["samira"].email)
    bounce([demo.people["luc"]], 3)
    page = read(camille, where)
    assert "1 contact is known to receive mail" in page
    assert f"address proven on {in_english(today_in())}" in page
    assert "none is sent there any more" in page


def test_a_measure_that_can_wait_leaves_without_that_question(
    demo: Demo, urgent: Measure, sign_in: SignIn
) -> None:
    camille = sign_in(demo.people["camille"])
    where = f"/mesures/{urgent.reference}/relire"
    assert "Who will be reached" in read(camille, where)
    Measure.objects.filter(pk=urgent.pk).update(priority=Priority.NORMAL)
    assert "Who will be reached" not in read(camille, where)


def test_three_hard_bounces_raise_a_banner_for_the_other_contacts(
    demo: Demo, sign_in: SignIn
) -> None:
    luc, samira = demo.people["luc"], sign_in(demo.people["samira"])
    bounce([luc], 2)
    assert "the hub sends none there any more" not in read(samira, "/bureau")
    bounce([luc], 1)
    page = read(samira, "/bureau")
    assert f"Mail to {luc.name} comes back: the hub sends none" in page
    assert "the hub sends none" not in read(sign_in(demo.people["nadia"]), "/bureau")
    prove(luc.email)
    assert "the hub sends none" not in read(samira, "/bureau")


def test_an_absence_says_that_an_automatic_reply_told_it(
    demo: Demo, sign_in: SignIn
) -> None:
    samira, thread = demo.people["samira"], f"/fils/{demo.threads[0].pk}"
    camille = sign_in(demo.people["camille"])
    assert "from an automatic reply" not in read(camille, thread)
    absence = learn_absence(samira, last_day=today_in() + timedelta(days=1))
    assert absence
    words = f"absent until {in_english(absence.last_day)}, from an automatic reply"
    assert words in read(camille, thread)
    own = sign_in(samira)
    assert "from an automatic reply" in read(own, "/absences")
    assert own.post(f"/absences/{absence.pk}/fin").status_code == 303
    assert "from an automatic reply" not in read(camille, thread)


def test_an_absence_begins_with_the_day_in_france(
    demo: Demo, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In Paris it is the next day already, in UTC not yet.
    after_midnight = (timezone.now() + timedelta(days=1)).replace(hour=23, minute=30)
    monkeypatch.setattr(timezone, "now", lambda: after_midnight)
    absence = learn_absence(demo.people["samira"], last_day=today_in())
    assert absence
    assert absence.first_day == after_midnight.date() + timedelta(days=1)
    page = read(sign_in(demo.people["camille"]), f"/fils/{demo.threads[0].pk}")
    assert f"absent until {in_english(absence.last_day)}" in page


def test_reading_what_is_known_costs_three_queries_for_any_number(demo: Demo) -> None:
    centre = Centre.objects.get(code=CENTRE)
    for person in demo.people.values():
        prove(person.email)
    with CaptureQueriesContext(connection) as captured:
        assert reach_of(centre).proven
    assert len(captured) == 3
