"""French is complete, and the check that says so can fail. No database."""

from pathlib import Path

import pytest

from scripts import translations

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


def test_an_update_mends_what_is_missing_or_gone(tmp_path: Path) -> None:
    stale = tmp_path / "fr" / "django.po"
    translations.update(stale)
    problems = list(translations.check(translations.read(stale)))
    assert problems
    assert all(problem.startswith("missing: ") for problem in problems)
    before = stale.read_bytes()
    translations.update(stale)
    assert stale.read_bytes() == before
