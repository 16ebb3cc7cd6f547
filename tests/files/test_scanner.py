"""Two answers make one, and settings make a scanner."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from environment import Environment
from hub.files.clamd import Clamd
from hub.files.file_scanner import FileScanner
from hub.files.reasons import Reason
from hub.files.scanner import (
    Answer,
    BothScanners,
    Clean,
    Colour,
    Health,
    Infected,
    NoScanner,
    NotScanned,
    joined,
)
from hub.files.scanners import scanners_from

pytestmark = pytest.mark.embedded  # says nothing about a database

CLEAN = Clean("one", "1")
INFECTED = Infected("one", "1", None, "Eicar")
NOT_SCANNED = NotScanned("away")
FILE_SCANNER = {
    "file_scanner_url": "https://file-scanner.exemple.fr",
    "file_scanner_key": base64.urlsafe_b64encode(bytes(32)).decode(),
}


@dataclass
class Fixed:
    """A scanner with one answer; counts how often it is asked."""

    answer: Answer
    colour: Colour = Colour.GREEN
    name: str = "fixed"
    asked: int = 0

    async def scan(self, path: Path) -> Answer:
        self.asked += 1
        return self.answer

    async def health(self) -> Health:
        scans = not isinstance(self.answer, NotScanned)
        return Health(self.colour, scans, f"is {self.colour}.")


@pytest.mark.parametrize(
    ("first", "second"), list(product((CLEAN, NOT_SCANNED, INFECTED), repeat=2))
)
async def test_infected_wins_then_not_scanned_and_clean_needs_both(
    first: Answer, second: Answer, tmp_path: Path
) -> None:
    both = BothScanners(Fixed(first), Fixed(second))
    answer = await both.scan(tmp_path)
    assert answer == joined(first, second)
    kinds = {type(first), type(second)}
    for kind in (Infected, NotScanned, Clean):
        if kind in kinds:
            assert isinstance(answer, kind)
            break


async def test_the_second_is_not_asked_about_what_is_infected(tmp_path: Path) -> None:
    second = Fixed(CLEAN)
    await BothScanners(Fixed(INFECTED), second).scan(tmp_path)
    assert second.asked == 0
    await BothScanners(Fixed(NOT_SCANNED), second).scan(tmp_path)
    assert second.asked == 1


async def test_the_worse_health_of_two_is_theirs() -> None:
    well, ill = Fixed(CLEAN), Fixed(NOT_SCANNED, Colour.RED)
    for both in (BothScanners(well, ill), BothScanners(ill, well)):
        health = await both.health()
        assert (health.colour, health.scans) == (Colour.RED, False)
        assert "is red" in health.words
    health = await BothScanners(well, well).health()
    assert (health.colour, health.scans) == (Colour.GREEN, True)


async def test_two_clean_answers_name_both_engines_and_databases(
    tmp_path: Path,
) -> None:
    day, later = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    first, second = Clean("A 1", "10", later), Clean("B 2", "20", day)
    both = BothScanners(Fixed(first, name="a"), Fixed(second, name="b"))
    assert both.name == "a+b"
    assert await both.scan(tmp_path) == Clean("A 1 + B 2", "10 + 20", day)
    assert joined(first, Clean("B 2", "")) == Clean("A 1 + B 2", "")


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("Win.Test.EICAR_HDB-1", Reason.INFECTED),
        ("Heuristics.Phishing.Email.SpoofedDomain", Reason.INFECTED),
        ("Heuristics.Encrypted.Zip", Reason.ENCRYPTED),
        ("Heuristics.Limits.Exceeded.MaxFiles", Reason.TOO_BIG_INSIDE),
        ("Heuristics.OLE2.ContainsMacros.VBA", Reason.MACROS),
    ],
)
def test_what_is_no_virus_is_not_called_one(signature: str, reason: Reason) -> None:
    assert Infected("one", "1", None, signature).reason is reason


def environment(**values: object) -> Environment:
    return Environment(_env_file=None, **values)  # type: ignore[arg-type]


def test_settings_make_the_scanner(tmp_path: Path) -> None:
    own = scanners_from(environment(data_folder=tmp_path))
    assert isinstance(own, Clamd)
    assert own.where == f"{tmp_path}/clamd/clamd.sock"
    there = scanners_from(environment(clamd_url="tcp://clamd:3310"))
    assert isinstance(there, Clamd)
    assert there.where == ("clamd", 3310)
    assert isinstance(scanners_from(environment(scanner="none")), NoScanner)
    state = scanners_from(environment(scanner="file-scanner", **FILE_SCANNER))
    assert isinstance(state, FileScanner)
    two = scanners_from(environment(second_scanner="file-scanner", **FILE_SCANNER))
    assert isinstance(two, BothScanners)
    assert isinstance(two.second, FileScanner)


@pytest.mark.parametrize(
    ("mode", "chosen", "accepts"),
    [("development", "", True), ("production", "", False),
     ("development", "wait", False), ("production", "accept", True)],
)  # fmt: skip
def test_production_does_not_accept_an_unknown_age_silently(
    mode: str, chosen: str, accepts: bool
) -> None:
    values = {"hub_mode": mode, "clamd_unknown_age": chosen}
    scanner = scanners_from(environment(clamd_url="tcp://clamd:1", **values))
    assert isinstance(scanner, Clamd)
    assert scanner.accept_unknown_age is accepts


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"scanner": "none"}, "SCANNER=none"),
        ({}, "CLAMD_URL is missing"),
        (
            {"second_scanner": "clamd", "scanner": "file-scanner"} | FILE_SCANNER,
            "CLAMD",
        ),
        ({"scanner": "file-scanner"}, "FILE_SCANNER_URL"),
        ({"scanner": "file-scanner"} | FILE_SCANNER | {"file_scanner_key": "a"}, "KEY"),
        ({"clamd_url": "clamd:3310"}, "CLAMD_URL: write"),
    ],
)
def test_production_is_told_what_is_wrong(
    values: dict[str, object], problem: str
) -> None:
    problems = environment(**values).scanner_problems(production=True)
    assert problem in " ".join(problems)


def test_complete_values_are_no_problem() -> None:
    good = {"clamd_url": "unix:///run/clamav/clamd.ctl"}
    assert environment(**good).scanner_problems(production=True) == []
    state = environment(scanner="file-scanner", **FILE_SCANNER)
    assert state.scanner_problems(production=True) == []
    assert environment(scanner="none").scanner_problems(production=False) == []


def test_every_page_says_that_nothing_scans(db: None, settings: Any) -> None:
    said = "Files are not scanned for viruses on this installation."
    client = Client(headers={"accept-language": "en"})
    for page in ("/connexion", "/mentions-legales", "/nowhere"):
        assert said not in client.get(page).content.decode(), page
        settings.FILES_ARE_SCANNED = False
        assert said in client.get(page).content.decode(), page
        settings.FILES_ARE_SCANNED = True
