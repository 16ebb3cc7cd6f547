"""The palette's answers: where each person can go, by what they type."""

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.actions import members
from hub.demo import Demo
from hub.models import Membership, User

SignIn = Callable[[User], Client]


def goes(client: Client, words: str = "") -> dict[str, list[str]]:
    """The addresses of each group."""
    answer = client.get("/recherche/palette", {"q": words})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    groups = answer.json()["groups"]
    return {group["name"]: [i["href"] for i in group["items"]] for group in groups}


def test_before_a_letter_it_offers_the_last_threads_and_the_usual_pages(
    demo: Demo, sign_in: SignIn
) -> None:
    camille, noe = (
        goes(sign_in(demo.people["camille"])),
        goes(sign_in(demo.people["noe"])),
    )
    threads = {f"/fils/{thread.pk}#nouveaux" for thread in demo.threads}
    assert set(camille["Derniers fils"]) == threads
    assert "/mesures/nouvelle" in camille["Aller à"]
    assert "Derniers fils" not in noe
    assert "/mesures/nouvelle" not in noe["Aller à"]
    assert {"/espaces", "/absences", "/preferences"} <= {*noe["Aller à"]}
    assert "/espaces" not in goes(sign_in(demo.people["operator"]))["Aller à"]


def test_it_finds_what_the_search_finds_and_nothing_for_a_stranger(
    demo: Demo, sign_in: SignIn
) -> None:
    thread = demo.threads[0]
    reference = thread.designation.measure.reference
    luc = sign_in(demo.people["luc"])
    found = goes(luc, reference[2:5].lower())
    assert f"/fils/{thread.pk}#nouveaux" in found["Fils"]
    assert f"/mesures/{reference}" in found["Mesures"]
    for key in ("anne", "nadia", "noe", "operator"):
        assert not {"Fils", "Mesures"} & set(goes(sign_in(demo.people[key]), reference))
    members.end_membership(Membership.objects.get(user=demo.people["luc"]))
    assert not {"Fils", "Mesures"} & set(goes(luc, reference))


def test_the_page_of_the_search_is_offered_apart_from_what_was_found(
    demo: Demo, sign_in: SignIn
) -> None:
    paul = sign_in(demo.people["paul"])
    answer = paul.get("/recherche/palette", {"q": "zorglub"}).json()
    [group] = answer["groups"]
    assert group["everywhere"]
    assert "aussi" not in group["items"][0]["label"]


def test_pages_are_found_in_both_languages_and_the_search_comes_last(
    demo: Demo, sign_in: SignIn
) -> None:
    paul = sign_in(demo.people["paul"])
    assert goes(paul, "préfé")["Aller à"] == ["/preferences"]
    assert goes(paul, "new mea")["Aller à"] == ["/mesures/nouvelle"]
    assert goes(paul, "Loire-atl")["Espaces de rencontre"]
    assert list(goes(paul, "à côté")) == ["Rechercher"]
    assert goes(paul, "à côté")["Rechercher"] == ["/recherche?q=%C3%A0+c%C3%B4t%C3%A9"]


def test_its_queries_are_constant_and_anything_may_be_typed(
    demo: Demo, sign_in: SignIn
) -> None:
    camille = sign_in(demo.people["camille"])
    goes(camille)

    def queries(words: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            goes(camille, words)
        return len(captured)

    few = queries(demo.threads[0].designation.measure.reference)
    assert queries("nantes moreau") == few
    for typed in ("\0", "x" * 10_000, "' OR 1=1", '"' * 300, "%_\\"):
        assert queries(typed) <= few


def test_whoever_is_not_signed_in_is_sent_away(client: Client, db: None) -> None:
    assert client.get("/recherche/palette?q=x").status_code == 302
    assert client.get("/recherche?q=x").status_code == 302
