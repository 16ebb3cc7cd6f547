"""A real clamd that is killed, frozen, reloaded: a delay, never a wrong answer."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.files.clamd import Clamd
from hub.files.scanner import Answer, Clean, Infected, NotScanned
from tests.servers import Clamd as ClamdServer
from tests.servers import ServerError
from tests.servers.clamd import MARKER

pytestmark = [pytest.mark.embedded, pytest.mark.clamd]

STEP_SECONDS = 0.5
LONG_SECONDS = 60.0
FILES, FAULTS, AT_ONCE = 200, 30, 8
BETWEEN_SECONDS = 0.05  # so that clamd also works between two faults


@pytest.fixture
def server() -> Iterator[ClamdServer]:
    with ClamdServer() as server:
        yield server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(random.Random(1).randbytes(300_000))
    return path


def client(server: ClamdServer, step_seconds: float = STEP_SECONDS) -> Clamd:
    return Clamd(server.url, accept_unknown_age=True, step_seconds=step_seconds)


async def test_frozen_is_not_scanned_and_thawed_is_clean(
    server: ClamdServer, file: Path
) -> None:
    server.pause()
    assert await client(server).scan(file) == NotScanned("clamd did not answer in time")
    server.resume()
    assert isinstance(await client(server, LONG_SECONDS).scan(file), Clean)


async def test_killed_in_mid_scan_is_not_scanned(
    server: ClamdServer, file: Path
) -> None:
    server.pause()
    scan = asyncio.create_task(client(server, LONG_SECONDS).scan(file))
    while not scan.done() and not _waits_for(server):
        await asyncio.sleep(0)
    await asyncio.to_thread(server.kill)
    assert isinstance(await scan, NotScanned)
    assert isinstance(await client(server).scan(file), NotScanned)
    await asyncio.to_thread(server.start)  # takes the socket that was left over
    assert isinstance(await client(server).scan(file), Clean)


async def test_a_new_signature_counts_after_a_reload(
    server: ClamdServer, file: Path
) -> None:
    file.write_bytes(b"soon-known-as-bad")
    assert isinstance(await client(server).scan(file), Clean)
    signature = f"Hub.New:0:*:{b'soon-known-as-bad'.hex()}\n"
    (server.database / "new.ndb").write_text(signature)
    await asyncio.to_thread(server.reload)
    assert isinstance(await client(server).scan(file), Infected)


def test_without_a_database_it_does_not_start(server: ClamdServer) -> None:
    server.stop()
    for file in server.database.iterdir():
        file.unlink()
    with pytest.raises(ServerError, match="No supported database files"):
        server.start()


@pytest.mark.files_faults  # a served hub goes through such faults in every run
async def test_200_scans_during_30_faults(server: ClamdServer, tmp_path: Path) -> None:
    seeded = random.Random(10)
    files = [tmp_path / str(number) for number in range(FILES)]
    for number, file in enumerate(files):
        bad = MARKER if number % 2 else b""
        file.write_bytes(seeded.randbytes(40_000) + bad + seeded.randbytes(40_000))
    faults = asyncio.create_task(_break(server, seeded))
    answers: dict[Path, list[Answer]] = {file: [] for file in files}
    waiting = list(files)
    await asyncio.gather(
        *(_work(client(server), waiting, answers, faults) for _ in range(AT_ONCE))
    )
    await faults
    wrong = [f.name for f in files if not _as_written(int(f.name), answers[f])]
    assert wrong == []
    troubles = [a for many in answers.values() for a in many[:-1]]
    assert len(troubles) >= FAULTS // 3  # the faults did hit scans


async def _work(
    scanner: Clamd,
    waiting: list[Path],
    answers: dict[Path, list[Answer]],
    faults: asyncio.Task[None],
) -> None:
    """Scans until each file has its verdict; what is not scanned waits again."""
    while waiting:
        file = waiting.pop(0)
        answer = await scanner.scan(file)
        answers[file].append(answer)
        if isinstance(answer, NotScanned) or not faults.done():
            waiting.append(file)
        await asyncio.sleep(0)


def _as_written(number: int, answers: list[Answer]) -> bool:
    """Every verdict is the true one, and the last answer is a verdict."""
    verdict = Infected if number % 2 else Clean
    true = all(isinstance(answer, verdict | NotScanned) for answer in answers)
    return true and isinstance(answers[-1], verdict)


async def _break(server: ClamdServer, seeded: random.Random) -> None:
    for _ in range(FAULTS):
        fault = seeded.choice([_kill, _stop, _freeze, ClamdServer.reload])
        await asyncio.sleep(BETWEEN_SECONDS)
        await asyncio.to_thread(fault, server)


def _kill(server: ClamdServer) -> None:
    server.kill()
    server.start()


def _stop(server: ClamdServer) -> None:
    server.stop()
    server.start()


def _freeze(server: ClamdServer) -> None:
    server.pause()
    # Longer than a client waits for one step.
    asyncio.run(asyncio.sleep(2 * STEP_SECONDS))
    server.resume()


def _waits_for(server: ClamdServer) -> bool:
    """Whether a connection to the frozen daemon stands in the kernel's list."""
    path = server.url.removeprefix("unix://")
    lines = Path("/proc/net/unix").read_text().splitlines()
    return sum(line.endswith(path) for line in lines) > 1
