"""French is complete: a missing or fuzzy string fails here."""

from babel.messages.catalog import Catalog
from scripts import translations


def test_every_string_has_its_french() -> None:
    assert list(translations.check(translations.read(translations.FRENCH))) == []


def test_a_hole_a_guess_and_a_lost_placeholder_are_found() -> None:
    catalogue: Catalog = translations.read(translations.FRENCH)
    catalogue["Send"].string = ""
    catalogue["Reply"].flags.add("fuzzy")
    catalogue["Hello %(name)s,"].string = "Bonjour"
    problems = " ".join(translations.check(catalogue))
    for sign in ("missing: 'Send'", "fuzzy: 'Reply'", "other placeholders"):
        assert sign in problems
