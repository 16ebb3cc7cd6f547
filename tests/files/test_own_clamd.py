"""The clamd that `serve` starts for itself: found or not, kept running, ended."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.files.clamd import Clamd
from hub.files.own_clamd import OwnClamd
from hub.files.scanner import Clean, Infected
from hub.own_clamd import Keeper
from tests.servers.children import Folder, is_alive
from tests.servers.clamd import EICAR, SIGNATURES

pytestmark = [pytest.mark.embedded, pytest.mark.clamd]

PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.02
A_PARENT_THAT_IS_KILLED = """
import sys, time
from pathlib import Path
from hub.files.own_clamd import OwnClamd
own = OwnClamd(Path(sys.argv[1]), Path(sys.argv[2]), ("*.ndb",))
own.start()
while not own.answers():
    time.sleep(0.02)
print(own._process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a path that is short enough for a socket."""
    made = Folder("own")
    yield made.path
    made.close()


@pytest.fixture
def own(folder: Path) -> Iterator[OwnClamd]:
    signatures = folder / "signatures"
    signatures.mkdir()
    for name, line in SIGNATURES.items():
        (signatures / name).write_text(line)
    own = OwnClamd(folder / "clamd", signatures, ("*.ndb",))
    yield own
    own.stop()


def wait_until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < limit
        time.sleep(LOOK_SECONDS)


async def test_it_scans_and_ends(own: OwnClamd, folder: Path) -> None:
    assert own.obstacle() == ""
    own.start()
    wait_until(own.answers)
    scanner = Clamd(f"unix://{own.socket}", accept_unknown_age=True)
    file = folder / "file"
    file.write_bytes(b"Bonjour")
    assert isinstance(await scanner.scan(file), Clean)
    file.write_bytes(EICAR)
    assert isinstance(await scanner.scan(file), Infected)
    own.stop()
    assert not own.is_running()


def test_without_signatures_it_says_what_to_do(folder: Path) -> None:
    own = OwnClamd(folder, folder)
    assert own.obstacle().startswith("clamd has no signature database: run freshclam")
    assert "SCANNER=none" in own.obstacle()
    (folder / "daily.cld").touch()
    assert own.obstacle() == ""
    far = OwnClamd(folder / ("a" * 100), folder)
    assert "DATA_FOLDER" in far.obstacle()


def test_it_is_started_again_when_it_dies(own: OwnClamd) -> None:
    stop = threading.Event()
    keeper = threading.Thread(target=Keeper(own).keep, args=(stop, LOOK_SECONDS))
    keeper.start()
    wait_until(own.answers)
    first = child(own)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: child(own) != first and own.answers())  # over the old socket
    last = child(own)
    stop.set()
    keeper.join()
    assert not is_alive(last)


def test_a_trouble_is_said_once(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    keeper = Keeper(OwnClamd(folder / "clamd", folder))
    keeper.look()
    keeper.look()
    [said] = caplog.messages
    assert "run freshclam" in said


def test_signatures_that_cannot_be_read_are_said(
    own: OwnClamd, caplog: pytest.LogCaptureFixture
) -> None:
    (own.signatures / "eicar.ndb").write_text("nonsense\n")
    keeper = Keeper(own)
    keeper.look()
    wait_until(lambda: own.end() != "")
    keeper.look()
    assert "clamd ended with 1" in caplog.text


def test_one_that_answers_already_is_used(own: OwnClamd) -> None:
    own.start()
    wait_until(own.answers)
    second = OwnClamd(own.folder, own.signatures, own.patterns)
    assert second.is_running()
    second.stop()
    assert own.answers()


def test_it_does_not_outlive_its_parent(own: OwnClamd) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", A_PARENT_THAT_IS_KILLED, own.folder, own.signatures],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parent.parent.parent,
    )
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
    wait_until(lambda: not is_alive(pid))
    assert not own.is_running()


def child(own: OwnClamd) -> int:
    assert own._process
    return own._process.pid
