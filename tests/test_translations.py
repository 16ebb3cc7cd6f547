"""French is complete, and the check that says so can fail. No database."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from hub.models import Role
from hub.models.centres import VisitKind
from scripts import translations, typography

GLOSSARY = (translations.ROOT / "docs" / "glossary.md").read_text()

pytestmark = pytest.mark.embedded  # says nothing about a database


def test_every_string_has_its_french() -> None:
    assert list(translations.check(translations.read(translations.FRENCH))) == []


def test_each_kind_of_hole_is_found(tmp_path: Path) -> None:
    holed = tmp_path / "django.po"
    catalogue = translations.read(translations.FRENCH)
    catalogue["Send"].string = ""
    catalogue["Reply"].flags.add("fuzzy")
    catalogue["Hello %(name)s,"].string = "Bonjour"
    catalogue["%(num)s day"].string = ("%(num)s semaine", "")
    catalogue.delete("Urgent")
    catalogue.add("Never said", "Jamais dit")
    holed.write_bytes(
        translations.written(catalogue) + b'\n#~ msgid "Old"\n#~ msgstr "Vieux"\n'
    )
    assert sorted(translations.check(translations.read(holed))) == [
        "fuzzy: 'Reply'",
        "missing: 'Send'",
        "no longer used (make translations): 'Never said'",
        "not in the catalogue (make translations): 'Urgent'",
        "obsolete (make translations): 'Old'",
        "other placeholders than its source: 'Hello %(name)s,'",
        "plural forms are incomplete: '%(num)s day'",
    ]


@pytest.mark.parametrize(
    ("sentence", "faults"),
    [
        ("L’heure\u00a0: 10:31. Prêt\u202f? « Oui »\u202f;", ["«", "»"]),
        ("Prêt\u202f? «\u00a0Oui\u00a0»\u202f; à %(day)s\u00a0: %(at)s", []),
        ("Prêt ? Oui; l'un: l'autre...", ["apostrophe", "full stops", "colon", "; ?"]),
        ("Une erreur est survenue. Cliquez ici", ["cliquez ici", "erreur"]),
        ("Oups, la visite médiatisée", ["oups", "médiatisée"]),
        ("Le droit de garde", ["garde"]),
        ("Le hub n’en garde aucune. Gardez la page", []),
        ("le refus du centre", ["refus", "centre: say"]),
        ("82\u202f%% lus, 12%% non lus", ["per cent"]),
        ("Bravo\u202f!", ["exclamation"]),
    ],
)
def test_typography_and_words_to_avoid(sentence: str, faults: list[str]) -> None:
    found = sorted(typography.french(sentence))
    assert len(found) == len(faults), found
    assert all(any(fault in one for one in found) for fault in faults), found


def test_english_is_looked_at_too() -> None:
    wrong = "Oops, an error occurred! Click here to see the user's centre"
    assert len(list(typography.english(wrong))) == 7
    assert list(typography.english("The court’s side: 100%% of them; is it?")) == []


def test_the_glossary_and_the_check_avoid_the_same_words() -> None:
    in_pages = GLOSSARY.partition("In pages: ")[2].partition("In code:")[0]
    avoided = re.findall(r'"([^"]+)"', in_pages)
    assert len(avoided) > 9
    assert [words for words in avoided if not list(typography.french(words))] == []


def test_the_glossary_names_roles_and_visits_as_pages_do() -> None:
    french = dict(re.findall(r"^\| ([^|]+) \| `([A-Z_]+)` \|", GLOSSARY, re.MULTILINE))
    said = {code: words for words, code in french.items()}
    with override("fr"):
        for member in (*Role, *VisitKind):
            plain = re.sub(r" \(.*", "", said[member.name])
            assert member.label == plain, member


def test_an_update_mends_what_is_missing_or_gone(tmp_path: Path) -> None:
    stale = tmp_path / "fr" / "django.po"
    translations.update(stale)
    problems = list(translations.check(translations.read(stale)))
    assert problems
    assert all(problem.startswith("missing: ") for problem in problems)
    before = stale.read_bytes()
    translations.update(stale)
    assert stale.read_bytes() == before
