"""Which words are the same for search, and how a line of words is read. No database."""

import pytest

from hub import questions
from hub.questions import Name, read, snippet
from hub.stems import stems_of, words_of

pytestmark = pytest.mark.embedded


@pytest.mark.parametrize(
    "same",
    [
        "décision decision décisions DÉCISION DE\u0301CISIONS",
        "entretien entretiens",
        "régulier régulière regulieres Réguliers",
        "étranger étrangère étrangers",
        "décidé décidée décidées decidees décide",
        "première premier premiers",
        "mère mères mere",
        "œuvre oeuvre OEUVRES",
        "rencontre rencontres rencontrer",
        "hébergeant hébergeante hebergeants",
        "transmission transmissions",
        "délai délais delais",
        "tribunal tribunaux",
        "nouveau nouveaux",
        "attendu attendus attendue attendues",
    ],
)
def test_forms_of_a_word_are_one(same: str) -> None:
    assert len({tuple(stems_of(word)) for word in same.split()}) == 1
    assert stems_of(same) == stems_of(same.split()[0]) != []


def test_words_that_tell_nothing_apart_do_not_count() -> None:
    assert stems_of("la, de l’ et à THE of") == []
    assert stems_of("l’enfant d'enfants") == ["enfant"]
    assert stems_of("4 ans, 14:00") == ["4", "an", "14", "00"]


def test_other_scripts_are_words_too() -> None:
    assert stems_of("مرحبا 你好 Привет") == ["مرحبا", "你好", "привет"]


def test_positions_are_those_of_the_text() -> None:
    text = "Les décisions, jointes."
    assert [text[w.start : w.end] for w in words_of(text)] == ["décisions", "jointes"]


@pytest.mark.parametrize(
    ("typed", "shown", "stems"),
    [
        ('"décision"', '"décision"', ["decis"]),
        ("a OR b NOT (c* NEAR d)", "a OR b NOT (c* NEAR d)", ["near"]),
        ("x\0y\n\ud800z", "x y z", []),
        ("' \\ % _ : ; -- */", "' \\ % _ : ; -- */", []),
        ("  ", "", []),
    ],
)
def test_whatever_is_typed_is_words(typed: str, shown: str, stems: list[str]) -> None:
    question = read(typed)
    assert (question.text, question.stems) == (shown, stems)


def test_a_very_long_line_is_cut() -> None:
    question = read("mot" * 10_000)
    assert len(question.text) == questions.LONGEST
    many = read(" ".join(str(n) for n in range(100, 150)))
    assert len(many.terms) == questions.MOST_WORDS


def test_a_name_is_known_by_its_beginning_and_by_its_stem() -> None:
    def fits(name: str, typed: str) -> bool:
        return all(map(Name(name).fits, read(typed).terms))

    assert fits("Tribunal judiciaire d’Angers", "ange")
    assert fits("Les Prés-Saint-Gervais", "prés gervais")
    assert fits("visite avec sorties", "sortie")
    assert not fits("Nanterre", "nantes")
    assert not fits("Montreuil", "reuil")


def test_a_snippet_marks_every_form_and_says_that_it_is_a_part() -> None:
    text = (
        "Avant. " * 40
        + "La décision est jointe ; les Décisions suivent."
        + " Fin." * 90
    )
    pieces = snippet(text, ["decis"])
    assert [p.text for p in pieces if p.is_marked] == ["décision", "Décisions"]
    whole = "".join(p.text for p in pieces)
    assert whole.startswith("… ")
    assert whole.endswith(" …")
    assert len(whole) < 300
    assert "".join(p.text for p in snippet("Court.", ["rien"])) == "Court."
    assert "".join(p.text for p in snippet("é" * 900, ["rien"])).endswith(" …")
