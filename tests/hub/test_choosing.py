"""Choosing a centre: prefilled, ranked, free to choose otherwise, journalled."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions import drafts, reference_data, transmission
from hub.actions.reception import declare_unable
from hub.calendar import today_in
from hub.demo import Demo, complete_draft, transmit_demo
from hub.forms.choosing import CriteriaForm
from hub.models import (
    Approval,
    Centre,
    Closure,
    Designation,
    JournalEntry,
    Measure,
    Membership,
    Message,
    User,
    WaitingDeclaration,
)
from hub.models.centres import CentreStatus, VisitKind
from hub.models.choices import Exits, Nature, PartyRole, Relation
from hub.queries.choosing import candidates
from hub.queries.needs import need_of
from hub.queries.places import NOWHERE, known_places
from tests.hostile import EVERYTHING
from tests.page_text import main_of

SignIn = Callable[[User], Client]


@pytest.fixture
def draft(demo: Demo) -> Measure:
    """Two children of 4 and 7, visits on site of two hours, twice a month."""
    return complete_draft(demo.people, VisitKind.VISIT, [4, 7], date(2026, 11, 2))


def where(measure: Measure) -> str:
    return f"/mesures/{measure.reference}/espace"


def listed(page: str) -> list[str]:
    """The codes with a button, in their order."""
    return [
        part.split('"')[0]
        for part in page.split('name="centre"\n            value="')[1:]
    ]


def test_the_need_is_the_measures_own_words(demo: Demo, draft: Measure) -> None:
    need = need_of(draft)
    assert (need.visit_kind, need.children, need.visit_minutes) == (
        "visit_on_site",
        2,
        120,
    )
    assert [months // 12 for months in sorted(need.ages_months)] == [4, 7]
    assert need.visits_per_month == 2
    assert not need.protection_order
    drafts.save_family(
        draft, children=[], parties=[
            {"role": PartyRole.VISITING, "relation": Relation.PARENT},
            {"role": PartyRole.HOSTING, "relation": Relation.PARENT},
        ], safety={"protection_order": True}, by=demo.people["paul"], revision=3,
    )  # fmt: skip
    protected = need_of(draft)
    assert protected.protection_order
    assert protected.separate_entrances


def test_a_measures_languages_stay_when_the_form_is_used(
    demo: Demo, sign_in: SignIn, draft: Measure
) -> None:
    draft.terms.languages = ["fr", "ta", "ar"]  # type: ignore[union-attr]
    draft.terms.save()  # type: ignore[union-attr]
    form = CriteriaForm({"sent": "1", "language": "ta"})
    assert form.need(NOWHERE, base=need_of(draft)).languages == ("ta", "ar")
    other = CriteriaForm({"sent": "1", "language": "pl"})
    assert other.need(NOWHERE, base=need_of(draft)).languages == ("pl",)
    page = sign_in(demo.people["camille"]).get(where(draft)).content.decode()
    assert '<option value="ta" selected>tamoul' in page
    assert "langues non parlées, pas d’interprète" in page


def test_the_list_ranks_and_gives_its_reasons_with_one_primary_act(
    demo: Demo, sign_in: SignIn, draft: Measure
) -> None:
    page = sign_in(demo.people["camille"]).get(where(draft)).content.decode()
    assert listed(page) == ["DEMO-44-01", "DEMO-44-02"]
    assert (
        "5 semaines déclarées il y a 9 jours, 3\u00a0km de Nantes, accepte les fratries de\u00a02"
        in page
    )
    assert main_of(page).count("button--primary") == 1
    assert "moins de 5 mesures, non publié" in page
    assert "à confirmer, 35 jours" in page


def test_a_choice_is_kept_journalled_by_counts_and_goes_on_to_the_review(
    demo: Demo, sign_in: SignIn, draft: Measure
) -> None:
    paul = sign_in(demo.people["paul"])
    answer = paul.post(where(draft), {"centre": "DEMO-44-02"})
    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/mesures/{draft.reference}/relire",
    )
    assert Designation.objects.get(measure=draft).centre.code == "DEMO-44-02"
    entry = JournalEntry.objects.get(action="centre_chosen", object_id=str(draft.pk))
    assert entry.counts == {"shown": 2, "set_aside": 0, "rank": 2}


def test_what_is_set_aside_is_named_with_why_and_can_still_be_chosen(
    demo: Demo, sign_in: SignIn, draft: Measure
) -> None:
    drafts.save_terms(
        draft,
        {"nature": Nature.VISIT, "exits": Exits.ALLOWED},
        phases=[],
        by=demo.people["paul"],
        revision=3,
    )
    client = sign_in(demo.people["camille"])
    page = client.get(where(draft)).content.decode()
    assert "1 espace écarté, et pourquoi" in page
    assert "n’offre pas cette forme d’accueil" in page
    assert client.post(where(draft), {"centre": "DEMO-44-02"}).status_code == 303
    entry = JournalEntry.objects.get(action="centre_chosen", object_id=str(draft.pk))
    assert entry.counts == {"shown": 1, "set_aside": 1, "rank": 0}


@pytest.mark.parametrize("why", ["closed", "approval", "paused"])
def test_what_the_law_makes_impossible_has_no_button_and_is_refused(
    demo: Demo, sign_in: SignIn, draft: Measure, why: str
) -> None:
    client = sign_in(demo.people["camille"])
    assert "DEMO-44-01" in listed(client.get(where(draft)).content.decode())
    if why == "closed":
        Centre.objects.filter(code="DEMO-44-01").update(status=CentreStatus.CLOSED)
    elif why == "approval":
        Approval.objects.filter(centre__code="DEMO-44-01").update(
            valid_until="2020-01-01"
        )
    else:
        until = today_in() + timedelta(days=20)
        WaitingDeclaration.objects.filter(site__centre__code="DEMO-44-01").update(
            intake="paused", paused_until=until
        )
    page = client.get(where(draft)).content.decode()
    assert listed(page) == ["DEMO-44-02"]
    assert "Centre de démonstration 44-01" in page
    answer = client.post(where(draft), {"centre": "DEMO-44-01"})
    assert answer.status_code == 409
    assert not Designation.objects.filter(measure=draft).exists()


def test_a_code_that_is_not_listed_is_given_back_with_a_sentence(
    demo: Demo, sign_in: SignIn, draft: Measure
) -> None:
    client = sign_in(demo.people["camille"])
    for code in ("", "x", "DEMO-13-01", "\x00", "’" * 500):
        answer = client.post(where(draft), {"centre": code})
        assert answer.status_code == 400, code
        assert "<title>Erreur" in answer.content.decode()
    assert client.post(where(draft), {"centre": "DEMO-44-01"}).status_code == 303


def test_a_stranger_finds_nothing_and_a_centre_may_not_choose(
    demo: Demo, sign_in: SignIn, draft: Measure
) -> None:
    assert sign_in(demo.people["camille"]).get(where(draft)).status_code == 200
    for key in ("anne", "nadia", "samira"):
        client = sign_in(demo.people[key])
        assert client.get(where(draft)).status_code == 404
        assert client.post(where(draft), {"centre": "DEMO-44-01"}).status_code == 404
    sent = demo.threads[0].designation.measure
    assert sign_in(demo.people["samira"]).get(where(sent)).status_code == 403


def test_a_measure_under_way_shows_the_list_and_refuses_the_choice(
    demo: Demo, sign_in: SignIn
) -> None:
    sent = demo.threads[0].designation.measure
    client = sign_in(demo.people["camille"])
    assert listed(client.get(where(sent)).content.decode()) == []
    assert client.post(where(sent), {"centre": "DEMO-44-01"}).status_code == 409


def test_an_unable_measure_is_redesignated_and_a_clerk_confirms_the_decision(
    demo: Demo, sign_in: SignIn
) -> None:
    thread = transmit_demo(demo.people, VisitKind.VISIT, [5], date(2026, 10, 1))
    measure = thread.designation.measure
    declare_unable(
        measure, reason="capacity", body="Complet.", by=demo.people["samira"]
    )
    paul = sign_in(demo.people["paul"])
    page = paul.get(where(measure)).content.decode()
    assert listed(page) == ["DEMO-44-02"]
    assert "n’a pas pu prendre cette mesure en charge" in page
    refused = paul.post(where(measure), {"centre": "DEMO-44-02"})
    assert refused.status_code == 400
    assert 'href="#holds_decision"' in refused.content.decode()
    done = paul.post(where(measure), {"centre": "DEMO-44-02", "holds_decision": "on"})
    assert done.status_code == 303
    current = Designation.objects.get(measure=measure, is_current=True)
    assert current.centre.code == "DEMO-44-02"
    assert done["Location"] == f"/fils/{current.thread.pk}"


def test_a_judge_redesignates_without_the_registrys_box(
    demo: Demo, sign_in: SignIn
) -> None:
    thread = transmit_demo(demo.people, VisitKind.VISIT, [5], date(2026, 10, 1))
    measure = thread.designation.measure
    declare_unable(
        measure, reason="capacity", body="Complet.", by=demo.people["samira"]
    )
    camille = sign_in(demo.people["camille"])
    assert "holds_decision" not in camille.get(where(measure)).content.decode()
    assert camille.post(where(measure), {"centre": "DEMO-44-01"}).status_code == 409
    assert camille.post(where(measure), {"centre": "DEMO-44-02"}).status_code == 303


def test_a_town_is_found_with_or_without_its_accents_and_its_departement(
    demo: Demo,
) -> None:
    places = known_places()
    for typed in ("Nantes", "NANTES (44)", "nantes 44"):
        found = places.find(typed)
        assert found is not None, typed
        assert found.name == "Nantes"
    assert places.find("saint etienne") == places.find("Saint-Étienne (42)")
    assert places.find("Atlantis") is None
    assert places.find("") is None


def test_an_imported_centre_without_degrees_stands_in_its_town(demo: Demo) -> None:
    Centre.objects.get(code="DEMO-44-01").sites.update(
        latitude=None, longitude=None, city="Nantes"
    )
    placed = {one.code: one for one in candidates(known_places())}
    assert placed["DEMO-44-01"].latitude == pytest.approx(47.2, abs=0.1)


def test_load_counts_the_measures_that_a_centre_has_now(demo: Demo) -> None:
    def load() -> int:
        return next(c.load for c in candidates() if c.code == "DEMO-44-01")

    assert load() == 2
    thread = transmit_demo(demo.people, VisitKind.VISIT, [5], date(2026, 10, 1))
    assert load() == 3
    declare_unable(
        thread.designation.measure,
        reason="capacity",
        body="Complet.",
        by=demo.people["samira"],
    )
    assert load() == 2


def test_only_the_newest_declaration_counts(demo: Demo) -> None:
    site = Centre.objects.get(code="DEMO-44-01").sites.get()
    for weeks, days in ((50, 400), (9, 1), (40, 200)):
        WaitingDeclaration.objects.create(
            site=site,
            visit_kind=VisitKind.VISIT,
            weeks=weeks,
            declared_at=timezone.now() - timedelta(days=days),
        )
    found = next(c for c in candidates() if c.code == "DEMO-44-01")
    assert found.declared[VisitKind.VISIT].weeks == 9


def test_a_centre_where_nobody_works_says_so_before_and_after_the_transmission(
    demo: Demo, sign_in: SignIn, draft: Measure
) -> None:
    paul, said = sign_in(demo.people["paul"]), "aucun contact n’a d’accès ici"
    assert said not in paul.get(where(draft)).content.decode().lower()
    centre = Centre.objects.get(code="DEMO-44-01")
    Membership.objects.filter(centre=centre).update(until=timezone.now())
    Centre.objects.filter(pk=centre.pk).update(phone="0240123456")
    assert said in paul.get(where(draft)).content.decode().lower()
    draft = drafts.choose_centre(
        draft, centre, by=demo.people["paul"], counts={"shown": 1}
    )
    number = "02 40 12 34 56".replace(" ", "\u00a0")
    for page in ("/espaces/DEMO-44-01", f"/mesures/{draft.reference}/relire"):
        assert number in paul.get(page).content.decode(), page
    thread = transmission.transmit(draft, by=demo.people["paul"])
    last = Message.objects.filter(thread=thread).order_by("seq").last()
    assert last
    assert number in last.body


def test_a_centre_shows_approvals_slots_closures_and_both_waits(
    demo: Demo, sign_in: SignIn
) -> None:
    centre = Centre.objects.get(code="DEMO-44-02")
    day = today_in()
    Closure.objects.create(
        centre=centre, first_day=day, last_day=day, reason="Inventaire"
    )
    Closure.objects.create(
        centre=centre, first_day="2020-01-01", last_day="2020-01-02", reason="Travaux"
    )
    page = sign_in(demo.people["camille"]).get("/espaces/DEMO-44-02").content.decode()
    for words in (
        "AGREMENT-FICTIF-44-02",
        "En vigueur",
        "Dimanche, de 13\u00a0h\u00a030 à 17\u00a0h\u00a030",
        "Inventaire",
        "11 semaines",
        "Observé sur 6 mois",
    ):
        assert words in page, words
    assert "Travaux" not in page


@pytest.mark.parametrize("path", ["/espaces", "/espaces/carte", "draft"])
def test_absurd_criteria_narrow_nothing_and_break_nothing(
    demo: Demo, sign_in: SignIn, draft: Measure, path: str
) -> None:
    client = sign_in(demo.people["camille"])
    address = where(draft) if path == "draft" else path
    names = [*CriteriaForm.base_fields, "page", "unknown"]
    for value in [*EVERYTHING[:40], "-1", "9" * 400, "1e9", "\x00", "NaN", "²", "[]"]:
        typed = value.encode(errors="replace").decode()
        assert client.get(address, dict.fromkeys(names, typed)).status_code == 200, (
            value
        )
    assert (
        client.get(f"{address}?day=1&day=x&day=9&sort=1%00&%ff=%ff").status_code == 200
    )


def test_both_lists_cost_the_same_queries_for_two_centres_and_for_192(
    demo: Demo, sign_in: SignIn, draft: Measure
) -> None:
    client = sign_in(demo.people["camille"])
    paths = [
        where(draft),
        f"{where(draft)}?sent=1&zone=all&wheelchair=1&day=2",
        "/espaces",
        "/espaces?place=Nantes&km=100&page=2",
    ]

    def queries() -> list[int]:
        found = []
        for path in paths:
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            found.append(len(captured))
        return found

    few = queries()
    reference_data.load_demo_centres()
    assert len(candidates()) == 192
    assert queries() == few
    assert max(few) <= 29, few


def test_the_whole_country_is_ranked_page_by_page(sign_in: SignIn, db: None) -> None:
    call_command("demo")
    people = {u.given_name.lower(): u for u in User.objects.all()}
    draft = complete_draft(people, VisitKind.VISIT, [5], date(2026, 11, 2))
    client = sign_in(people["camille"])
    first = client.get(f"{where(draft)}?sent=1&zone=all").content.decode()
    second = client.get(f"{where(draft)}?sent=1&zone=all&page=2").content.decode()
    assert ">1. " in first
    assert ">21. " in second
    assert "button--primary" not in main_of(second)
    assert "n’offre pas" not in first
