"""The criteria of the list of espaces de rencontre: understood, said, never assumed."""

from collections.abc import Callable

import pytest
from django.test import Client

from hub.demo import Demo
from hub.models import User

SignIn = Callable[[User], Client]


def test_the_list_takes_the_same_criteria_and_sorts_by_distance(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["camille"])
    near = client.get(
        "/espaces", {"place": "Saint-Nazaire", "sort": "distance"}
    ).content.decode()
    assert near.index("/espaces/DEMO-44-02") < near.index("/espaces/DEMO-44-01")
    assert "sort=wait" in near
    plain = client.get("/espaces", {"place": ""}).content.decode()
    assert "sort=distance" not in plain
    one = client.get("/espaces", {"protection": "1"}).content.decode()
    assert "n’accepte pas les ordonnances de protection" in one
    assert "Erreur" not in one


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("place", "Atlantis", "Ce lieu n’est pas connu ici"),
        ("weeks", "-3", "Écrivez un nombre de semaines"),
        ("ages", "bébé", "Écrivez les âges"),
        ("ages", "18 mois", "Écrivez les âges"),
        ("ages", "1" * 99 + "x", "Écrivez les âges"),  # readable in one way only
        ("children", "0", "Écrivez un nombre d’enfants"),
        ("km", "50", "Dites d’où se compte la distance"),
    ],
)
def test_what_is_not_understood_is_said_at_its_field_and_nothing_is_said_to_fit(
    demo: Demo, sign_in: SignIn, name: str, typed: str, words: str
) -> None:
    asked = {"place": "", name: typed}
    page = sign_in(demo.people["camille"]).get("/espaces", asked).content.decode()
    field = "place" if name == "km" else name
    assert words in page.split(f'id="{field}-error"')[1]
    assert "n’en tient pas compte" in page
    assert "conviennent" not in page
    assert typed in page  # what was typed stays


def test_the_list_of_a_court_begins_near_it_until_the_place_is_taken_away(
    demo: Demo, sign_in: SignIn
) -> None:
    camille, samira = (sign_in(demo.people[who]) for who in ("camille", "samira"))
    page = camille.get("/espaces").content.decode()
    assert "la ville de votre tribunal, ou aucune" in page
    assert "sort=wait" in page
    assert page.index("/espaces/DEMO-44-01") < page.index("/espaces/DEMO-44-02")
    question = page.split("/disponibilites/nouvelle?")[1]
    assert question.startswith("espace=DEMO-44-01")
    assert (
        " km"
        not in camille.get("/espaces", {"place": ""})
        .content.decode()
        .split("<tbody")[1]
    )
    assert "sort=distance" not in samira.get("/espaces").content.decode()
