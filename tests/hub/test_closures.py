"""Closures and the description of a centre: one act, all threads, hours that can be."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub import events
from hub.actions.closures import announce_closure
from hub.actions.reception import declare_unable
from hub.calendar import today_in
from hub.demo import OTHER_CENTRE, Demo, transmit_demo
from hub.models import Centre, JournalEntry, Message, OpeningSlot, Thread, User
from hub.models.centres import VisitKind
from hub.models.choices import UnableReason

SignIn = Callable[[User], Client]
WHERE, PROFILE = "/espaces/DEMO-44-01/fermetures", "/espaces/DEMO-44-01/profil"


def soon(days: int) -> date:
    return today_in() + timedelta(days=days)


def closing(**changes: str) -> dict[str, str]:
    given = {"first_day": soon(10).isoformat(), "last_day": soon(17).isoformat()}
    return given | {"reason": "Travaux"} | changes


def notices(thread: Thread) -> list[str]:
    kept = Message.objects.filter(thread=thread, kind="closure_notice")
    return list(kept.values_list("body", flat=True))


@pytest.fixture
def centre(demo: Demo) -> Centre:
    return Centre.objects.get(code="DEMO-44-01")


def test_a_closure_is_said_in_every_current_thread_of_the_centre_only(
    demo: Demo, sign_in: SignIn
) -> None:
    other = transmit_demo(
        demo.people, VisitKind.VISIT, [5], date(2026, 11, 2), OTHER_CENTRE
    )
    over = demo.threads[1]
    declare_unable(
        over.designation.measure,
        reason=UnableReason.CAPACITY,
        body="Complet.",
        by=demo.people["samira"],
    )
    assert sign_in(demo.people["samira"]).post(WHERE, closing()).status_code == 303
    [said] = notices(demo.threads[0])
    assert "Travaux" in said
    assert notices(other) == []
    assert notices(over) == []
    assert JournalEntry.objects.get(action="closure_announced").counts == {"threads": 1}


def test_a_notice_asks_for_nothing_and_changes_nobodys_turn(
    demo: Demo, centre: Centre
) -> None:
    thread = demo.threads[0]
    Thread.objects.filter(pk=thread.pk).update(awaits="centre")
    announce_closure(
        centre,
        first_day=soon(1),
        last_day=soon(2),
        reason="Travaux",
        by=demo.people["samira"],
    )
    assert Thread.objects.get(pk=thread.pk).awaits == "centre"
    notice = Message.objects.get(thread=thread, kind="closure_notice")
    assert not notice.needs_ack


def test_the_same_closure_is_announced_once(demo: Demo, sign_in: SignIn) -> None:
    client = sign_in(demo.people["samira"])
    for _click in range(2):
        assert client.post(WHERE, closing()).status_code == 303
    assert len(notices(demo.threads[0])) == 1


def test_a_closure_tells_which_courts_and_costs_the_same_for_many_threads(
    demo: Demo, centre: Centre
) -> None:
    heard: list[list[str]] = []

    def hear(court_codes: list[str], **_: object) -> None:
        heard.append(court_codes)

    def cost(day: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            announce_closure(
                centre,
                first_day=soon(day),
                last_day=soon(day),
                reason="Travaux",
                by=User.objects.get(pk=demo.people["samira"].pk),
            )
        return len(captured)

    events.closure_announced.connect(hear)
    few = cost(1)
    for _n in range(6):
        transmit_demo(demo.people, VisitKind.VISIT, [5], date(2026, 11, 2))
    assert cost(2) == few
    events.closure_announced.disconnect(hear)
    assert "TJ44109" in heard[0]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last_day": "2020-01-01"}, "The last day is before the first."),
        ({"first_day": "2020-01-01", "last_day": "2020-01-02"}, "days are past"),
        ({"last_day": "2199-01-01"}, "one year at most"),
        ({"first_day": "demain"}, "Write a day like"),
        ({"reason": "  "}, "Say why"),
        ({"reason": "x" * 300}, "fit"),
    ],
)
def test_a_closure_that_cannot_be_is_said_at_its_field(
    demo: Demo, sign_in: SignIn, changes: dict[str, str], sentence: str
) -> None:
    client = sign_in(demo.people["samira"])
    answer = client.post(WHERE, closing(**changes), headers={"accept-language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page
    assert "<title>Error" in page
    assert notices(demo.threads[0]) == []


def test_only_who_describes_the_centre_closes_it(demo: Demo, sign_in: SignIn) -> None:
    assert sign_in(demo.people["samira"]).get(WHERE).status_code == 200
    for key, status in (("luc", 403), ("camille", 403), ("nadia", 404)):
        assert sign_in(demo.people[key]).post(WHERE, closing()).status_code == status


def profile(centre: Centre, **changes: object) -> dict[str, object]:
    [site] = centre.sites.all()
    given: dict[str, object] = {
        "site": str(site.pk),
        "kinds": ["visit_on_site"],
        "visit_on_site-min_age_months": "6",
        "visit_on_site-max_age_years": "16",
        "visit_on_site-max_siblings": "",
        "visit_on_site-families_per_slot": "3",
        "visit_on_site-visit_minutes_min": "60",
        "visit_on_site-visit_minutes_max": "120",
        "visit_on_site-accompaniment": ["group"],
        "visit_on_site-interpreter": "yes",
        "weekday": ["2", "5"],
        "start": ["14:00", "09:30"],
        "end": ["18:00", "12:00"],
    }
    return given | changes


def test_a_centre_says_whom_it_receives_and_when(
    demo: Demo, centre: Centre, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["samira"])
    assert client.get(PROFILE).status_code == 200
    given = profile(centre, wheelchair="on")
    assert client.post(PROFILE, given).status_code == 303
    [site] = centre.sites.all()
    [kept] = site.profiles.all()
    assert (kept.min_age_months, kept.max_siblings, kept.interpreter) == (
        6,
        None,
        "yes",
    )
    assert site.wheelchair
    assert not site.separate_entrances
    assert [(s.weekday, s.start.hour) for s in site.slots.all()] == [(2, 14), (5, 9)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"end": ["13:00", "12:00"]}, "ends before it begins"),
        ({"weekday": ["5", "5"], "start": ["09:00", "09:30"]}, "overlaps another"),
        ({"end": ["25:99", "12:00"]}, "Write both hours"),
        ({"end": ["", "12:00"]}, "Write both hours"),
        ({"visit_on_site-visit_minutes_min": "180"}, "longest meeting is shorter"),
        ({"visit_on_site-visit_minutes_max": "900"}, "from 30 to 480"),
        ({"visit_on_site-max_age_years": "0"}, "below the lowest"),
        ({"visit_on_site-min_age_months": "un an"}, "Write a whole number"),
        ({"kinds": []}, "Tick at least one"),
    ],
)
def test_impossible_hours_and_numbers_are_said_at_their_field(
    demo: Demo,
    centre: Centre,
    sign_in: SignIn,
    changes: dict[str, object],
    sentence: str,
) -> None:
    before = OpeningSlot.objects.count()
    client = sign_in(demo.people["samira"])
    given = profile(centre, **changes)
    answer = client.post(PROFILE, given, headers={"accept-language": "en"})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert OpeningSlot.objects.count() == before


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        (
            {
                "visit_on_site-min_age_months": "un an",
                "visit_on_site-max_age_years": "dix",
            },
            [
                "Visit on site, Lowest age (months)",
                "Visit on site, Highest age (years)",
            ],
        ),
        ({"end": ["", ""]}, ["Day, line 1", "Day, line 2"]),
    ],
)
def test_the_same_mistake_in_two_fields_is_told_apart(
    demo: Demo,
    centre: Centre,
    sign_in: SignIn,
    changes: dict[str, object],
    names: list[str],
) -> None:
    client = sign_in(demo.people["samira"])
    given = profile(centre, **changes)
    answer = client.post(PROFILE, given, headers={"accept-language": "en"})
    assert (
        re.findall(r'<a href="#[^"]*">([^<]*): Write [^<]*</a>', answer.text) == names
    )


def test_another_centres_site_cannot_be_described(
    demo: Demo, centre: Centre, sign_in: SignIn
) -> None:
    foreign = Centre.objects.get(code=OTHER_CENTRE).sites.get()
    client = sign_in(demo.people["samira"])
    assert client.post(PROFILE, profile(centre)).status_code == 303
    given = profile(centre, site=str(foreign.pk))
    assert client.post(PROFILE, given).status_code == 404
    assert sign_in(demo.people["nadia"]).get(PROFILE).status_code == 404
