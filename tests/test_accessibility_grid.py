"""The grid of docs/accessibility.md is whole, counts right, and names tests that exist."""

import re
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.embedded  # says nothing about a database

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "accessibility.md").read_text()
# How many criteria each of the 13 topics of RGAA 4.1.2 has.
TOPICS = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)
STATES = ("conform", "not conform", "not verified", "not applicable")
Row = tuple[str, str, str, str, str]


def rows() -> list[Row]:
    found = re.findall(
        r"^\| (\d+\.\d+) \| (.+?) \| (.*?) ?\| (.+?) \| (.*?) ?\|$", PAGE, re.M
    )
    return list(found)


def test_each_criterion_stands_there_once() -> None:
    wanted = [
        f"{t}.{n}" for t, many in enumerate(TOPICS, 1) for n in range(1, many + 1)
    ]
    assert len(wanted) == 106
    assert [number for number, *_ in rows()] == wanted


def test_each_has_a_state_of_the_list_and_says_how_it_is_known() -> None:
    for number, _title, how, state, remains in rows():
        assert state in STATES, number
        assert how, number
        assert bool(remains) == (state in ("not conform", "not verified")), number
        if state == "conform":
            assert "`" in how, number  # a test


def test_the_counts_are_those_of_the_grid() -> None:
    counts = Counter(state for *_, state, _remains in rows())
    said = ", ".join(f"{counts[state]} {state}" for state in STATES)
    assert f"Of 106 criteria: {said}." in PAGE


def test_every_test_that_it_names_exists() -> None:
    named = {name for row in rows() for name in re.findall(r"`(\w+)`", row[2])}
    code = "\n".join(p.read_text() for p in (ROOT / "tests").rglob("*.py"))
    assert len(named) > 15
    assert [n for n in named if not re.search(rf"\bdef {n}\(", code)] == []


def test_the_public_page_says_no_more_than_an_audit_could() -> None:
    public = (ROOT / "templates" / "legal" / "accessibility.html").read_text()
    assert "Accessibilité : non conforme" in public
    for needed in (
        "contact@",
        "Défenseur des droits",
        "Schéma pluriannuel",
        "plan d’action",
        "RGAA 4.1.2",
    ):
        assert needed in public
    assert "totalement conforme" not in public
