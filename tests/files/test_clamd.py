"""The client and a real clamd with local signatures: what is found, what is clean."""

import asyncio
import random
from pathlib import Path

import pytest

from hub.files.clamd import STREAM_BYTES, Clamd
from hub.files.reasons import Reason
from hub.files.scanner import Clean, Infected, NotScanned
from tests.files.eicar import WRAPPINGS, nested
from tests.servers import Clamd as ClamdServer
from tests.servers.clamd import MARKER, TEST_FILES

pytestmark = [pytest.mark.embedded, pytest.mark.clamd]

TEST_FILES_COUNT = 44


@pytest.fixture
def scanner(clamd: ClamdServer) -> Clamd:
    return Clamd(clamd.url, accept_unknown_age=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.mark.parametrize("content", [b"Bonjour", random.Random(4).randbytes(200_000)])
async def test_a_harmless_file_is_clean(
    content: bytes, scanner: Clamd, file: Path
) -> None:
    file.write_bytes(content)
    answer = await scanner.scan(file)
    assert isinstance(answer, Clean)
    assert answer.engine.startswith("ClamAV 1.")
    assert (answer.database, answer.database_at) == ("", None)


@pytest.mark.parametrize("wrapping", WRAPPINGS)
async def test_eicar_is_found(wrapping: str, scanner: Clamd, file: Path) -> None:
    file.write_bytes(WRAPPINGS[wrapping]())
    answer = await scanner.scan(file)
    assert isinstance(answer, Infected)
    assert answer.signature == "Hub.Eicar.UNOFFICIAL"
    assert answer.reason is Reason.INFECTED


@pytest.mark.parametrize("name", ["eicar.docx", "eicar.jpg", "été .pdf", "a\nb.txt"])
async def test_a_name_changes_nothing(
    name: str, scanner: Clamd, tmp_path: Path
) -> None:
    renamed = tmp_path / name
    renamed.write_bytes(nested(0))
    assert isinstance(await scanner.scan(renamed), Infected)


@pytest.mark.parametrize("depth", range(13))
async def test_eicar_is_never_clean_however_deep(
    depth: int, scanner: Clamd, file: Path
) -> None:
    file.write_bytes(nested(depth))
    answer = await scanner.scan(file)
    assert isinstance(answer, Infected)
    deep = answer.signature == "Heuristics.Limits.Exceeded.MaxRecursion"
    assert deep is (depth > 9)
    assert answer.reason is (Reason.TOO_BIG_INSIDE if deep else Reason.INFECTED)


async def test_every_file_of_clamav_testfiles_is_found(scanner: Clamd) -> None:
    files = sorted(TEST_FILES.iterdir())
    assert len(files) == TEST_FILES_COUNT
    answers = [await scanner.scan(file) for file in files]
    missed = [
        (file.name, answer)
        for file, answer in zip(files, answers, strict=True)
        if not isinstance(answer, Infected)
    ]
    assert missed == []


async def test_the_last_byte_of_the_largest_file_is_looked_at(
    scanner: Clamd, file: Path
) -> None:
    file.write_bytes(bytes(STREAM_BYTES - len(MARKER)) + MARKER)
    answer = await scanner.scan(file)
    assert isinstance(answer, Infected)
    assert answer.signature == "Hub.Marker.UNOFFICIAL"
    file.write_bytes(bytes(STREAM_BYTES))
    assert isinstance(await scanner.scan(file), Clean)


@pytest.mark.parametrize("extra", [1, 20 * 1024 * 1024])
async def test_what_clamd_finds_too_large_is_not_scanned(
    extra: int, clamd: ClamdServer, file: Path
) -> None:
    """The second one breaks the pipe in the middle; clamd's reason is still read."""
    with file.open("wb") as large:
        large.truncate(STREAM_BYTES + extra)
    scanner = Clamd(clamd.url, accept_unknown_age=True, stream_bytes=2**30)
    answer = await scanner.scan(file)
    assert isinstance(answer, NotScanned)
    assert "INSTREAM size limit exceeded" in answer.why


async def test_many_at_once_each_get_their_own_answer(
    scanner: Clamd, tmp_path: Path
) -> None:
    seeded = random.Random(7)
    files = [tmp_path / str(number) for number in range(40)]
    for number, file in enumerate(files):
        bad = MARKER if number % 3 == 0 else b""
        file.write_bytes(seeded.randbytes(20_000) + bad + seeded.randbytes(20_000))
    answers = await asyncio.gather(*map(scanner.scan, files))
    found = [isinstance(answer, Infected) for answer in answers]
    assert found == [number % 3 == 0 for number in range(40)]
    assert all(isinstance(answer, Clean | Infected) for answer in answers)
