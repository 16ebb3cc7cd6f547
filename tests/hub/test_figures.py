"""Key figures: computed by hand in small worlds, withheld when small, without names."""

import csv
import json
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.actions import members
from hub.actions.figures import take_snapshot
from hub.calendar import add_months, add_working_days
from hub.demo import CAST, Demo
from hub.models import (
    Centre,
    Court,
    Designation,
    FigureSnapshot,
    JournalEntry,
    Membership,
    Role,
    Site,
    User,
    WaitingDeclaration,
)
from hub.models.centres import VisitKind
from hub.queries import figures
from hub.queries.deployment import forget
from hub.queries.figures import delays, facts
from hub.queries.waiting import today
from tests.hub.worlds import Life, ago, create, noon

SignIn = Callable[[User], Client]
PUBLIC = ("/chiffres-cles", "/chiffres-cles.csv", "/chiffres-cles.json")


@pytest.fixture
def world(demo: Demo) -> Callable[..., dict[str, dict[str, Any]]]:
    """Replaces what the cast sent by measures of given dates; gives the indicators."""
    Designation.objects.update(transmitted_at=None)

    def make(lives: Sequence[Life] = ()) -> dict[str, dict[str, Any]]:
        create(demo.people["camille"], lives)
        return {one["key"]: dict(one) for one in figures.compute()["indicators"]}

    return make


@pytest.fixture
def national(demo: Demo) -> User:
    user = members.create_user(
        email="national@justice.demo.invalid", given_name="Nina", usual_name="Nation"
    )
    members.add_membership(user, Role.NATIONAL)
    return user


def value(found: dict[str, dict[str, Any]], key: str) -> object:
    return found[key]["value"]


def test_take_up_is_counted_from_the_decision_and_waiting_from_the_transmission(
    world: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    found = world(
        [
            Life(sent=100, decided=110, started=100 - days)
            for days in (20, 30, 40, 50, 60)
        ]
    )
    assert value(found, "take_up_median") == 50
    assert value(found, "take_up_p90") == 70
    assert value(found, "waiting_median") == 40
    assert value(found, "waiting_p90") == 60
    assert value(found, "transmission_median") == 10
    assert found["take_up_median"]["n"] == 5


def test_what_still_waits_is_counted_and_what_left_is_cut_off(
    world: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    started = [Life(sent=100, started=100 - days) for days in (20, 30, 40)]
    found = world([*started, Life(sent=100), Life(sent=100)])
    assert value(found, "waiting_median") == 40
    assert found["waiting_p90"]["status"] == "not_reached"
    # One that left after 10 days: at 20 days 1/5, at 30 days 1/4, at 40 days 1/3.
    found = world([Life(sent=100, left=90)])
    assert (value(found, "waiting_median"), found["waiting_median"]["n"]) == (40, 6)


def test_a_family_sent_to_a_second_centre_still_counts_from_its_decision(
    demo: Demo, world: Callable[..., dict[str, dict[str, Any]]]
) -> None:
    world([Life(sent=60, left=40, state="transmitted") for _ in range(5)])
    other = Centre.objects.get(code="DEMO-44-02")
    for first in Designation.objects.exclude(transmitted_at=None):
        first.is_current = False
        first.save()
        Designation.objects.create(
            measure=first.measure,
            centre=other,
            visit_kind=first.visit_kind,
            transmitted_at=first.transmitted_at + timedelta(days=20),
            first_visit_on=ago(10),
        )
    found = world()
    assert (value(found, "take_up_median"), found["take_up_median"]["n"]) == (50, 5)
    assert (value(found, "waiting_median"), found["waiting_median"]["n"]) == (30, 10)


def test_receipts_are_counted_in_days_and_in_working_days(
    world: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    sent = next(  # a Monday whose week and the next have no holiday
        n for n in range(40, 120)
        if ago(n).weekday() == 0
        and add_working_days(ago(n), 8, "44") == ago(n) + timedelta(days=10)
    )  # fmt: skip
    lives = [Life(sent=sent, acknowledged=sent - days) for days in (0, 1, 2, 3, 4)]
    found = world(lives)
    assert value(found, "acknowledgement_median") == 2
    assert value(found, "acknowledged_soon") == 0.6
    assert value(world([Life(sent=sent)]), "acknowledged_soon") == 0.5


def test_a_deadline_that_is_not_over_says_nothing(
    world: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    found = world([Life(sent=0, acknowledged=0) for _ in range(9)])
    assert found["acknowledged_soon"]["status"] == "withheld"
    assert found["acknowledgement_median"]["value"] == 0


def test_the_parents_share_stands_apart(
    world: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    lives = [Life(sent=50, contacts=50 - d, started=1) for d in (-5, 2, 9, 12, 20)]
    assert value(world(lives), "parents_share_median") == 9


def test_three_months_are_counted_where_they_are_over(
    world: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    over = [Life(sent=150, started=days) for days in (100, 90, 10)]
    found = world([*over, Life(sent=150), Life(sent=150), Life(sent=20, started=1)])
    assert found["started_soon"]["n"] == 5
    assert value(found, "started_soon") == 0.4


def test_impossible_to_take_up_is_a_share_of_what_was_sent(
    world: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    lives = [Life(sent=20) for _ in range(6)]
    unable = [Life(sent=20, left=10, unable="capacity") for _ in range(2)]
    assert value(world([*lives, *unable]), "unable") == 0.25


def test_the_value_of_a_year_ago_is_what_was_known_then(
    world: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    year = (today() - add_months(today(), -12)).days
    then = [Life(sent=year + 50, started=year + 20) for _ in range(5)]
    later = [Life(sent=year + 50, started=year - 40) for _ in range(4)]
    found = world([*then, *later])
    assert value(found, "take_up_median_year_ago") == 30
    assert found["take_up_median_year_ago"]["n"] == 9


def test_nothing_is_published_on_four_measures(
    world: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    life = Life(sent=60, started=10, acknowledged=59, contacts=55)
    keys = ("take_up_median", "waiting_median", "acknowledged_soon", "unable",
            "parents_share_median", "transmission_median", "acknowledgement_median",
            "measures_transmitted")  # fmt: skip
    found = world([life] * 4)
    for key in keys:
        assert (found[key]["value"], found[key]["n"]) == (None, None), key
        assert found[key]["status"] == "withheld", key
    found = world([life])
    assert all(found[key]["status"] == "published" for key in keys)
    assert "49" not in {str(m["median"]) for m in figures.compute()["take_up_by_month"]}


def test_spread_needs_five_courts_and_names_none(
    world: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    courts = list(Court.objects.values_list("code", flat=True)[:5])
    lives = [
        Life(sent=100, started=100 - days, court=court, centre=centre)
        for court in courts
        for centre, days in (("DEMO-44-01", 20), ("DEMO-44-02", 60))
        for _ in range(5)
    ]
    found = world(lives[:40])
    assert found["spread_ratio"]["status"] == "withheld"
    found = world(lives[40:])
    assert value(found, "spread_ratio") == 3
    assert value(found, "spread_gini") == 0.25


def test_gini_is_zero_for_equals_and_grows_with_inequality() -> None:
    assert delays.gini([7, 7, 7]) == pytest.approx(0)
    assert delays.gini([0, 0, 0]) == 0
    assert delays.gini([0, 0, 0, 12]) == pytest.approx(0.75)
    assert delays.gini([1, 2, 3]) == pytest.approx(2 / 9)


def test_months_are_those_of_the_first_meeting(demo: Demo) -> None:
    last = today()
    days = (last - last.replace(day=1)).days
    create(
        demo.people["camille"],
        [Life(sent=days + 30, started=days) for _ in range(5)],
    )
    series = delays.take_up_by_month(facts.families(facts.read_facts()), last)
    assert len(series) == 12
    assert series[-1]["month"] == f"{last:%Y-%m}"
    assert (series[-1]["n"], series[-1]["median"], series[-1]["p90"]) == (5, 30, 30)
    assert series[0] == {
        "month": series[0]["month"], "n": None, "median": None, "p90": None,
    }  # fmt: skip


def test_courts_people_and_declarations_are_counted(
    demo: Demo, world: Callable[..., dict[str, dict[str, Any]]]
) -> None:
    WaitingDeclaration.objects.all().delete()
    sites = list(Site.objects.all())
    WaitingDeclaration.objects.bulk_create(
        WaitingDeclaration(
            site=site, visit_kind=kind, weeks=4, declared_at=noon(10 + 30 * n)
        )
        for n, site in enumerate(sites)
        for kind in VisitKind.values
    )
    found = world([Life(sent=3, acknowledged=1) for _ in range(5)])
    assert (value(found, "active_courts"), found["active_courts"]["of"]) == (1, 168)
    assert found["registered_centres"]["status"] == "withheld"  # only two here
    assert value(found, "fresh_declarations") == 0.5
    bands = figures.compute()["declared_waiting"]
    assert sum(band["centres"] for band in bands) == Centre.objects.count()
    covered = figures.compute()["centres_by_departement"]
    assert {c["departement"]: c["centres"] for c in covered}["44"] == 2


def test_what_the_hub_cannot_know_is_listed_and_not_invented(demo: Demo) -> None:
    found = {one["key"]: one for one in figures.compute()["indicators"]}
    for key in ("uptime", "satisfaction", "cost_per_measure"):
        assert (found[key]["status"], found[key]["value"]) == ("not_measured", None)


def test_the_pages_are_public_and_say_that_the_data_is_invented(demo: Demo) -> None:
    client = Client()
    for where in PUBLIC:
        assert client.get(where).status_code == 200, where
    page = client.get("/chiffres-cles").content.decode()
    assert "fictives" in page
    assert json.loads(client.get("/chiffres-cles.json").content)["demo"] is True
    assert b",true\r\n" in client.get("/chiffres-cles.csv").content
    Centre.objects.update(is_demo=False)
    forget()
    page = client.get("/chiffres-cles").content.decode()
    assert "ficti" not in page
    assert json.loads(client.get("/chiffres-cles.json").content)["demo"] is False


def test_the_downloads_agree_with_each_other_and_with_the_page(demo: Demo) -> None:
    create(demo.people["camille"], [Life(sent=80, started=9) for _ in range(6)])
    take_snapshot()
    client = Client()
    found = json.loads(client.get("/chiffres-cles.json").content)
    text = client.get("/chiffres-cles.csv").content.decode()
    rows = list(csv.DictReader(StringIO(text)))
    published = [one for one in found["indicators"] if one["value"] is not None]
    assert len(published) > 5
    for one in found["indicators"]:
        [row] = [r for r in rows if r["figure"] == one["key"]]
        shown = "" if one["value"] is None else str(one["value"])
        assert (row["value"], row["status"]) == (shown, one["status"])
    page = client.get("/chiffres-cles", HTTP_ACCEPT_LANGUAGE="fr").content.decode()
    assert re.search(r"<b>71\sjours</b>", page)
    months = [r for r in rows if r["figure"] == "take_up_median_by_month"]
    assert [m["median"] or "" for m in found["take_up_by_month"]] == [
        int(r["value"]) if r["value"] else "" for r in months
    ]


def test_no_name_and_no_reference_is_ever_published(demo: Demo) -> None:
    create(demo.people["camille"], [Life(sent=80, started=9) for _ in range(6)])
    names = [person.usual_name for person in CAST if person.usual_name]
    assert "Moreau" in names
    for where in PUBLIC:
        text = Client().get(where).content.decode()
        assert "M-" not in re.sub(r'd="M[^"]*"', "", text).replace("UTF-", "")
        assert not [name for name in names if name in text]
        assert "Nantes" not in text


def test_a_snapshot_is_shown_with_its_time_until_the_next(demo: Demo) -> None:
    client = Client()
    call_command("figures", stdout=StringIO())
    kept = FigureSnapshot.objects.get()
    create(demo.people["camille"], [Life(sent=80, started=9) for _ in range(6)])
    found = json.loads(client.get("/chiffres-cles.json").content)
    assert found == json.loads(json.dumps(kept.figures))
    take_snapshot()
    newer = json.loads(client.get("/chiffres-cles.json").content)
    assert newer["computed_at"] >= found["computed_at"]
    assert newer["indicators"] != found["indicators"]


def test_looking_writes_nothing(demo: Demo) -> None:
    before = JournalEntry.objects.count()
    for where in PUBLIC:
        Client().get(where)
    assert (FigureSnapshot.objects.count(), JournalEntry.objects.count()) == (0, before)
    take_snapshot()
    assert JournalEntry.objects.count() == before + 1


def test_the_queries_of_every_page_stay_the_same(
    demo: Demo, sign_in: SignIn, national: User
) -> None:
    pages = [
        (Client(), "/chiffres-cles"),
        (sign_in(demo.people["camille"]), "/bureau/TJ44109/chiffres"),
        (sign_in(demo.people["samira"]), "/bureau/DEMO-44-01/chiffres"),
        (sign_in(national), "/bureau/national/chiffres"),
    ]

    def counts() -> list[int]:
        found = []
        for client, where in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(where).status_code == 200, where
            found.append(len(queries))
        return found

    counts()
    before = counts()
    for court in ("TJ44109", "TJ44184"):
        lives = [Life(sent=50, court=court, centre=f"DEMO-44-0{n}") for n in (1, 2)]
        create(demo.people["camille"], lives * 8)
    assert counts() == before


def test_a_court_sees_its_queue_and_nobody_elses(demo: Demo, sign_in: SignIn) -> None:
    create(demo.people["camille"], [Life(sent=33), Life(sent=44, acknowledged=40)])
    page = sign_in(demo.people["anne"]).get("/bureau/TJ44109/chiffres")
    text = page.content.decode()
    assert page.status_code == 200
    assert "33 jours" in text.replace("\xa0", " ")
    assert "44 jours" in text.replace("\xa0", " ")
    assert "Moreau" not in text
    stranger = sign_in(demo.people["nadia"])
    for where in ("/bureau/TJ44109/chiffres", "/bureau/DEMO-44-01/chiffres"):
        assert stranger.get(where).status_code == 404
        assert stranger.get(where).content == stranger.get("/bureau/x/chiffres").content


def test_a_centre_sees_what_it_declares_beside_what_is_observed(
    demo: Demo, sign_in: SignIn
) -> None:
    WaitingDeclaration.objects.update(weeks=1)
    create(demo.people["camille"], [Life(sent=90, started=6) for _ in range(5)])
    page = sign_in(demo.people["samira"]).get("/bureau/DEMO-44-01/chiffres")
    text = page.content.decode().replace("\xa0", " ")
    assert text.count("12 semaines") == 3  # median, 9 in 10, and the question
    assert "Moreau" not in text


def test_the_national_service_sees_places_and_no_small_number(
    demo: Demo, sign_in: SignIn, national: User
) -> None:
    client = sign_in(national)
    create(demo.people["camille"], [Life(sent=20) for _ in range(7)])
    page = client.get("/bureau/national/chiffres").content.decode()
    assert "Pays de la Loire" in page
    assert "moins de 5" not in page
    create(demo.people["camille"], [Life(sent=20, court="TJ75056")])
    page = client.get("/bureau/national/chiffres").content.decode()
    assert "moins de 5" in page
    assert "Moreau" not in page
    assert (
        sign_in(demo.people["camille"]).get("/bureau/national/chiffres").status_code
        == 403
    )


def test_silent_centres_are_listed_longest_silence_first(
    demo: Demo, sign_in: SignIn, national: User
) -> None:
    client = sign_in(national)
    WaitingDeclaration.objects.update(declared_at=demo.threads[0].last_at)
    first, second = Centre.objects.order_by("code")
    page = client.get("/bureau/national/chiffres").content.decode()
    assert first.name not in page
    WaitingDeclaration.objects.filter(site__centre=second).delete()
    WaitingDeclaration.objects.update(
        declared_at=date(2025, 1, 1).isoformat() + "T00:00Z"
    )
    page = client.get("/bureau/national/chiffres").content.decode()
    assert 0 < page.index(second.name) < page.index(first.name)


def test_a_membership_that_ended_sees_no_figures(demo: Demo, sign_in: SignIn) -> None:
    client = sign_in(demo.people["camille"])
    assert client.get("/bureau/TJ44109/chiffres").status_code == 200
    members.end_membership(Membership.objects.get(user=demo.people["camille"]))
    assert client.get("/bureau/TJ44109/chiffres").status_code == 403
