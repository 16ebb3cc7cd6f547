"""Whatever a broken daemon says, or does not say, no file is clean by it."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.files.clamd import Clamd
from hub.files.clamd_wire import address
from hub.files.scanner import Clean, Colour, Infected, NotScanned
from tests.files.clamd_checks import answer_to, check_not_believed
from tests.files.lying_clamd import LIES, OK, Lie, lying_clamd

pytestmark = pytest.mark.embedded  # says nothing about a database

DATED = b"ClamAV 1.4.6/27800/Thu Nov 26 08:30:01 2026\0"
DATABASE_AT = datetime(2026, 11, 26, 8, 30, 1, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"Bonjour")
    return path


@pytest.mark.parametrize("name", LIES)
async def test_a_lie_is_not_believed(name: str, tmp_path: Path) -> None:
    await check_not_believed(name, tmp_path)


async def test_an_exact_ok_is_clean(tmp_path: Path) -> None:
    assert await answer_to(Lie(), tmp_path) == Clean("ClamAV 1.4.6", "", None)


@pytest.mark.parametrize(
    "name",
    ["Win.Test.EICAR_HDB-1", "Heuristics.Limits.Exceeded.MaxRecursion",
     "Heuristics.Encrypted.PDF", "Some {weird} name"],
)  # fmt: skip
async def test_a_finding_is_infected(name: str, tmp_path: Path) -> None:
    answer = await answer_to(Lie(f"stream: {name} FOUND\0".encode()), tmp_path)
    assert isinstance(answer, Infected)
    assert answer.signature == name


async def test_a_verdict_carries_the_database(tmp_path: Path, file: Path) -> None:
    async with lying_clamd(tmp_path, Lie(version=DATED)) as url:
        answer = await Clamd(url, now=lambda: DATABASE_AT).scan(file)
    assert answer == Clean("ClamAV 1.4.6", "27800", DATABASE_AT)


async def test_a_database_exchanged_during_the_scan_is_scanned_again(
    tmp_path: Path, file: Path
) -> None:
    lie = Lie(version_after=DATED)
    async with lying_clamd(tmp_path, lie) as url:
        scanner = Clamd(url, accept_unknown_age=True, now=lambda: DATABASE_AT)
        answer = await scanner.scan(file)
    assert answer == Clean("ClamAV 1.4.6", "27800", DATABASE_AT)


@pytest.mark.parametrize(
    ("age", "colour", "scans"),
    [
        (timedelta(hours=-2), Colour.GREEN, True),  # clocks and zones differ
        (timedelta(days=3), Colour.GREEN, True),
        (timedelta(days=3, seconds=1), Colour.RED, True),
        (timedelta(days=7), Colour.RED, True),
        (timedelta(days=7, seconds=1), Colour.RED, False),
        (timedelta(days=-2), Colour.RED, False),
    ],
)
async def test_the_age_of_the_database_colours_health_and_stops_files(
    age: timedelta, colour: Colour, scans: bool, tmp_path: Path, file: Path
) -> None:
    async with lying_clamd(tmp_path, Lie(version=DATED)) as url:
        scanner = Clamd(url, now=lambda: DATABASE_AT + age)
        health, answer = await scanner.health(), await scanner.scan(file)
    assert (health.colour, health.scans) == (colour, scans)
    assert isinstance(answer, Clean) is scans
    assert health.database_at == DATABASE_AT


async def test_tcp_is_as_strict(tmp_path: Path, file: Path) -> None:
    cut_off = LIES["too large, cut off"]
    for lie, kind in (
        (Lie(), Clean),
        (LIES["nothing"], NotScanned),
        (cut_off, NotScanned),
    ):
        file.write_bytes(bytes(2_000_000))
        async with lying_clamd(tmp_path, lie, tcp=True) as url:
            answer = await Clamd(url, accept_unknown_age=True).scan(file)
        assert isinstance(answer, kind)


async def test_an_old_database_is_named(tmp_path: Path, file: Path) -> None:
    async with lying_clamd(tmp_path, Lie(version=DATED)) as url:
        late = DATABASE_AT + timedelta(days=8)
        answer = await Clamd(url, now=lambda: late).scan(file)
    assert answer == NotScanned("database older than 7 days")


async def test_an_unknown_age_must_be_accepted_knowingly(
    tmp_path: Path, file: Path
) -> None:
    async with lying_clamd(tmp_path, Lie()) as url:
        answer, health = await Clamd(url).scan(file), await Clamd(url).health()
    assert isinstance(answer, NotScanned)
    assert (health.colour, health.scans) == (Colour.RED, False)


async def test_nobody_there_is_not_scanned(tmp_path: Path, file: Path) -> None:
    left = tmp_path / "left.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(left))
        dead.listen()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    too_long = f"unix:///{'a' * 110}"
    none = f"unix://{tmp_path}/none"
    for url in (f"unix://{left}", none, f"tcp://127.0.0.1:{port}", too_long):
        scanner = Clamd(url)
        answer, health = await scanner.scan(file), await scanner.health()
        assert isinstance(answer, NotScanned)
        assert "cannot be reached" in answer.why
        assert (health.colour, health.scans) == (Colour.RED, False)


async def test_what_cannot_be_scanned_is_said_without_asking(tmp_path: Path) -> None:
    file, scanner = tmp_path / "file", Clamd(f"unix://{tmp_path}/none")
    for size in (0, 25 * 1024 * 1024 + 1):
        with file.open("wb") as empty:
            empty.truncate(size)
        answer = await scanner.scan(file)
        assert isinstance(answer, NotScanned)
        assert answer.permanent


async def test_a_file_that_is_not_there_is_the_callers_trouble(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await Clamd(f"unix://{tmp_path}/none").scan(tmp_path / "file")


@pytest.mark.parametrize(
    "url",
    ["", "unix://clamd.sock", "unix:clamd.sock", "tcp://host", "tcp://:3310",
     "tcp://host:99999", "http://host:3310", "/run/clamd.sock", "tcp://host:1/path",
     "tcp://" + "a" * 70 + ":3310"],
)  # fmt: skip
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        address(url)


def test_the_lies_are_no_exact_answers() -> None:
    replies = [lie.reply for lie in LIES.values() if lie.version == Lie().version]
    assert len(replies) > 25
    assert OK not in [lie.reply for lie in LIES.values() if _plain(lie)]


def _plain(lie: Lie) -> bool:
    return lie == Lie(lie.reply)
