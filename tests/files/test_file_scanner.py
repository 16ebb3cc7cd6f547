"""The client of the State's file-scanner: strict about its report and its silence."""

import asyncio
import base64
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.files.file_scanner import FileScanner
from hub.files.scanner import Clean, Colour, Infected, NotScanned
from tests.files.fake_file_scanner import (
    CLEAN,
    ISSUER,
    KEY,
    REPORT,
    FakeFileScanner,
    file_scanner,
)

pytestmark = pytest.mark.embedded  # says nothing about a database

CONTENT = bytes(range(256)) * 1000
MALWARE = {**CLEAN, "kind": "malware", "reason": "Eicar-Test-Signature"}
UNSCANNABLE = {**CLEAN, "kind": "unscannable", "reason": "PASSWORD-PROTECTED"}
ERROR = {**CLEAN, "kind": "error"}
ADVISORY = {"advisory": True}
OTHER = {**CLEAN, "category": "nsfw"}


@pytest.fixture
def server() -> Iterator[FakeFileScanner]:
    with file_scanner() as server:
        yield server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "jugement Dupont.pdf"
    path.write_bytes(CONTENT)
    return path


def client(server: FakeFileScanner, seconds: float = 10.0) -> FileScanner:
    return FileScanner(server.url, ISSUER, KEY, seconds=seconds)


async def test_a_clean_report_about_exactly_these_bytes(
    server: FakeFileScanner, file: Path
) -> None:
    answer = await client(server).scan(file)
    assert answer == Clean("file-scanner (clamav)", "")
    assert server.received == [CONTENT]
    assert server.names == ["file"]  # never the file's own


@pytest.mark.parametrize(
    "report",
    [
        {"malware": True, "scanners": [MALWARE]},
        {"malware": True, "scanners": []},
        {"malware": False, "scanners": [CLEAN, MALWARE]},
        {"malware": None, "scanners": [ERROR, MALWARE]},
        {"malware": False, "scanners": [CLEAN, {**MALWARE, **ADVISORY}]},
        {"malware": False, "scanners": [CLEAN, {**CLEAN, "kind": "flagged"}]},
    ],
)
async def test_any_finding_is_infected(
    report: Any, server: FakeFileScanner, file: Path
) -> None:
    server.says(report)
    answer = await client(server).scan(file)
    assert isinstance(answer, Infected)
    assert answer.signature in ("Eicar-Test-Signature", "?")


@pytest.mark.parametrize(
    "report",
    [
        None, [], "clean", 0, {},
        {"malware": False},
        {"malware": False, "scanners": []},
        {"malware": False, "scanners": None},
        {"malware": False, "scanners": "clean"},
        {"malware": False, "scanners": ["clean"]},
        {"malware": 0, "scanners": [CLEAN]},
        {"malware": "false", "scanners": [CLEAN]},
        {"malware": None, "scanners": [CLEAN]},
        {"scanners": [CLEAN]},
        {"malware": False, "scanners": [ERROR]},
        {"malware": False, "scanners": [CLEAN, ERROR]},
        {"malware": False, "scanners": [{**CLEAN, "kind": "CLEAN"}]},
        {"malware": False, "scanners": [{**CLEAN, "kind": ["clean"]}]},
        {"malware": False, "scanners": [{**CLEAN, "kind": None}]},
        {"malware": False, "scanners": [{**CLEAN, **ADVISORY}]},
        {"malware": False, "scanners": [OTHER]},
    ],
)  # fmt: skip
async def test_anything_less_is_not_scanned(
    report: Any, server: FakeFileScanner, file: Path
) -> None:
    server.says(report)
    answer = await client(server).scan(file)
    assert isinstance(answer, NotScanned)
    assert not answer.permanent
    assert "Dupont" not in answer.why


async def test_an_advisory_scanner_only_informs(
    server: FakeFileScanner, file: Path
) -> None:
    server.says({"malware": False, "scanners": [CLEAN, {**UNSCANNABLE, **ADVISORY}]})
    assert isinstance(await client(server).scan(file), Clean)


async def test_what_is_unscannable_stays_so(
    server: FakeFileScanner, file: Path
) -> None:
    server.says({"malware": None, "scanners": [CLEAN, UNSCANNABLE]})
    answer = await client(server).scan(file)
    assert isinstance(answer, NotScanned)
    assert answer.permanent


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(204, False), (302, False), (400, False), (401, False), (413, True), (503, False)],
)
async def test_another_status_is_not_scanned(
    status: int, permanent: bool, server: FakeFileScanner, file: Path
) -> None:
    server.says(REPORT, status)
    answer = await client(server).scan(file)
    assert isinstance(answer, NotScanned)
    assert answer.permanent is permanent


async def test_another_key_is_refused(server: FakeFileScanner, file: Path) -> None:
    foreign = base64.urlsafe_b64encode(bytes(32)).decode()
    answer = await FileScanner(server.url, ISSUER, foreign).scan(file)
    assert answer == NotScanned("file-scanner answers 401")


async def test_silence_is_not_scanned(server: FakeFileScanner, file: Path) -> None:
    server.answer.clear()
    answer = await client(server, seconds=0.3).scan(file)
    assert answer == NotScanned("file-scanner did not answer in time")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"HTTP/1.1 200 OK", b"\x00\xff", b"stream: OK\0",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}",
        b'HTTP/1.1 200 OK\r\n\r\n{"malware": false, "scanners": [{"kind": "clean"',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 10_000_000,
    ],
    ids=range(9),
)  # fmt: skip
async def test_half_an_answer_is_none(raw: bytes, file: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        writer.close()

    lying = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with lying:
        port = lying.sockets[0].getsockname()[1]
        answer = await FileScanner(f"http://127.0.0.1:{port}", ISSUER, KEY).scan(file)
    assert isinstance(answer, NotScanned)


async def test_nobody_there_is_not_scanned(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    scanner = FileScanner(f"http://127.0.0.1:{port}", ISSUER, KEY)
    assert isinstance(await scanner.scan(file), NotScanned)
    health = await scanner.health()
    assert (health.colour, health.scans) == (Colour.RED, False)


async def test_health_is_what_it_says_of_itself(server: FakeFileScanner) -> None:
    assert (await client(server).health()).scans
    server.status = 503
    assert not (await client(server).health()).scans


async def test_an_empty_file_is_not_sent(
    server: FakeFileScanner, tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    answer = await client(server).scan(tmp_path / "empty")
    assert isinstance(answer, NotScanned)
    assert answer.permanent
    assert server.received == []


@pytest.mark.parametrize(
    ("url", "key"),
    [("", KEY), ("ftp://host", KEY), ("http://", KEY),
     ("http://host", ""), ("http://host", "c2hvcnQ"), ("http://host", "é" * 43)],
)  # fmt: skip
def test_wrong_settings_are_refused(url: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        FileScanner(url, ISSUER, key)
