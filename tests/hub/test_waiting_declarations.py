"""Waiting times: append-only, dated, signed; unchanged once a day; on behalf, logged."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hub import events
from hub.actions import members
from hub.actions.waiting import confirm_waiting, newest
from hub.calendar import today_in
from hub.demo import Demo
from hub.models import Centre, JournalEntry, Role, User, WaitingDeclaration
from hub.models.centres import Intake

SignIn = Callable[[User], Client]
WHERE = "/espaces/DEMO-44-01/delai"


@pytest.fixture
def centre(demo: Demo) -> Centre:
    WaitingDeclaration.objects.update(declared_at=timezone.now() - timedelta(days=9))
    return Centre.objects.get(code="DEMO-44-01")


@pytest.fixture
def announced() -> Iterator[list[bool]]:
    heard: list[bool] = []

    def hear(on_behalf: bool, **_: object) -> None:
        heard.append(on_behalf)

    events.waiting_declared.connect(hear)
    yield heard
    events.waiting_declared.disconnect(hear)


def typed(centre: Centre, **changes: str) -> dict[str, str]:
    [site] = centre.sites.all()
    given = {f"{site.pk}-{d.visit_kind}-weeks": str(d.weeks) for d in newest(centre)}
    return given | {f"{site.pk}-{key}": value for key, value in changes.items()}


def test_declaring_adds_rows_with_their_author_and_changes_none(
    centre: Centre, demo: Demo, sign_in: SignIn, announced: list[bool]
) -> None:
    before, kinds = WaitingDeclaration.objects.count(), len(newest(centre))
    client = sign_in(demo.people["samira"])
    given = typed(centre, **{"visit_on_site-weeks": "11"})
    assert client.post(WHERE, given).status_code == 303
    assert WaitingDeclaration.objects.count() == before + kinds
    found = {d.visit_kind: d for d in newest(centre)}["visit_on_site"]
    assert (found.weeks, found.declared_by) == (11, demo.people["samira"])
    assert announced == [False]


def test_unchanged_declares_every_kind_again_and_once_a_day(
    centre: Centre, demo: Demo, sign_in: SignIn, announced: list[bool]
) -> None:
    weeks = {d.visit_kind: d.weeks for d in newest(centre)}
    client = sign_in(demo.people["luc"])
    before = WaitingDeclaration.objects.count()
    for _click in range(2):
        assert client.post(f"{WHERE}/inchange").status_code == 303
    assert WaitingDeclaration.objects.count() == before + len(weeks)
    assert {d.visit_kind: d.weeks for d in newest(centre)} == weeks
    assert all(d.age_days == 0 for d in newest(centre))
    assert announced == [False]


def test_a_pause_has_an_end_that_is_to_come(
    centre: Centre, demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["samira"])
    past = (today_in() - timedelta(days=1)).isoformat()
    later = (today_in() + timedelta(days=30)).isoformat()
    key = "visit_on_site"
    given = typed(centre, **{f"{key}-paused": "on", f"{key}-until": past})
    answer = client.post(WHERE, given, headers={"accept-language": "en"})
    assert answer.status_code == 400
    assert "choose a later one" in answer.content.decode()
    assert past in answer.content.decode()
    given = typed(centre, **{f"{key}-paused": "on", f"{key}-until": later})
    assert client.post(WHERE, given).status_code == 303
    found = {d.visit_kind: d for d in newest(centre)}[key]
    assert found.intake == Intake.PAUSED
    assert not found.takes_new_measures(today_in())


def test_the_same_mistake_of_two_kinds_is_told_apart(
    centre: Centre, demo: Demo, sign_in: SignIn
) -> None:
    client, wrong = sign_in(demo.people["samira"]), {}
    for one in newest(centre):
        wrong[f"{one.visit_kind}-weeks"] = "bientôt"
    answer = client.post(
        WHERE, typed(centre, **wrong), headers={"accept-language": "en"}
    )
    page = answer.content.decode()
    said = re.findall(r">([^<]*): Write a whole number\.</a>", page)
    assert len(set(said)) == len(wrong) > 1


def test_a_pause_that_is_over_is_not_declared_again(centre: Centre, demo: Demo) -> None:
    yesterday = today_in() - timedelta(days=1)
    WaitingDeclaration.objects.filter(site__centre=centre).update(
        intake=Intake.PAUSED, paused_until=yesterday
    )
    assert confirm_waiting(centre, by=demo.people["samira"])
    assert {d.intake for d in newest(centre)} == {Intake.OPEN}


@pytest.mark.parametrize("wrong", ["-3", "261", "beaucoup", "", "99999999999999"])
def test_impossible_weeks_keep_what_was_typed(
    centre: Centre, demo: Demo, sign_in: SignIn, wrong: str
) -> None:
    before = WaitingDeclaration.objects.count()
    client = sign_in(demo.people["samira"])
    given = typed(centre, **{"visit_on_site-weeks": wrong})
    answer = client.post(WHERE, given, headers={"accept-language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "<title>Error" in page
    assert f'value="{wrong}"' in page
    assert WaitingDeclaration.objects.count() == before


def test_only_its_own_people_declare_for_a_centre(
    centre: Centre, demo: Demo, sign_in: SignIn
) -> None:
    assert sign_in(demo.people["luc"]).get(WHERE).status_code == 200
    assert sign_in(demo.people["nadia"]).get(WHERE).status_code == 404
    assert sign_in(demo.people["nadia"]).post(f"{WHERE}/inchange").status_code == 404
    assert sign_in(demo.people["camille"]).post(WHERE).status_code == 403


def test_the_national_service_declares_on_behalf_and_the_journal_says_so(
    centre: Centre, demo: Demo, sign_in: SignIn, announced: list[bool]
) -> None:
    national = members.create_user(
        email="n@justice.demo.invalid", given_name="Nora", usual_name="Test"
    )
    members.add_membership(national, Role.NATIONAL)
    answer = sign_in(national).post(WHERE, typed(centre))
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/bureau/national?fait=d")
    entry = JournalEntry.objects.get(action="waiting_declared")
    assert (entry.actor, entry.counts["on_behalf"]) == (national, 1)
    assert announced == [True]


@pytest.mark.parametrize("away", ["//evil.example/", "/\t/evil.example/", "/\\evil"])
def test_the_way_back_never_leads_away(demo: Demo, sign_in: SignIn, away: str) -> None:
    """Browsers drop the tab, and "//" begins the address of another host."""
    client = sign_in(demo.people["samira"])

    def way_back(wanted: str) -> str:
        page = client.get(WHERE, {"retour": wanted}).content.decode()
        return page.partition('">Annuler</a>')[0].rpartition('"')[2]

    assert way_back("/fils/1") == "/fils/1"
    assert way_back(away) == reverse("hub:desk")
