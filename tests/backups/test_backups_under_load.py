"""Twenty backups of a hub that takes 50 messages a second, each of them restored.

`make backups` runs it; BACKUPS changes the number. It prints what it took.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.backups.empty import empty_database, empty_hub, is_earlier
from tests.clients.sender import Sender
from tests.clients.server import ServedHub
from tests.clients.socket_client import Client
from tests.conftest import SERVERS
from tests.faults.checker import Record, record_of
from tests.faults.writers import PEOPLE, open_writers, read_and_judge, writing

BACKUPS = int(os.environ.get("BACKUPS", "20"))
PER_SECOND = 50

pytestmark = pytest.mark.backups


@contextmanager
def hub_under_load(folder: Path) -> Iterator[ServedHub]:
    if not SERVERS:
        with ServedHub(folder, SCANNER="none") as hub:
            yield hub
        return
    with (
        empty_database(SERVERS[0].url) as url,
        ServedHub(folder, SCANNER="none", DATABASE_URL=url) as hub,
    ):
        yield hub


def promised(clients: list[Client]) -> dict[str, tuple[str, int]]:
    return {i: place for one in clients for i, place in one.acknowledged.items()}


def keys_of(folder: Path) -> dict[str, str]:
    names = {"SECRET_KEY": "secret_key", "FILES_KEY": "files_key"}
    return {name: (folder / file).read_text() for name, file in names.items()}


def restored(backup: Path, folder: Path, keys: dict[str, str]) -> tuple[Record, float]:
    """What an empty hub holds afterwards, and the seconds of the restore."""
    with empty_hub(folder, **keys) as hub:
        began = time.perf_counter()
        hub.manage("restore", str(backup))  # every chain, every file; or it fails
        seconds = time.perf_counter() - began
        record = record_of(hub)
    shutil.rmtree(folder)
    return record, seconds


async def test_every_backup_under_load_comes_back_as_one_moment(tmp_path: Path) -> None:
    before: list[dict[str, tuple[str, int]]] = []
    took: list[float] = []
    with hub_under_load(tmp_path / "live") as hub:
        async with open_writers(hub) as clients:
            began = time.perf_counter()
            async with writing(clients, PER_SECOND):
                for number in range(BACKUPS):
                    await asyncio.to_thread(send_one, hub, number)
                    before.append(promised(clients))
                    start = time.perf_counter()
                    folder = str(tmp_path / f"backup-{number}")
                    await asyncio.to_thread(hub.manage, "backup", folder)
                    took.append(time.perf_counter() - start)
            rate = len(promised(clients)) / (time.perf_counter() - began)
            verdict = await read_and_judge(hub, clients)
        live = await asyncio.to_thread(record_of, hub)
    assert verdict.clean, verdict
    back: list[float] = []
    for number, known in enumerate(before):
        record, seconds = restored(
            tmp_path / f"backup-{number}",
            tmp_path / "empty",
            keys_of(tmp_path / "live"),
        )
        back.append(seconds)
        assert is_earlier(record, live), number
        places = {
            message[1]: (thread, message[0])
            for thread, content in record.items()
            for message in content["messages"]
        }
        assert {i: places.get(i) for i in known} == known, "lost what was promised"
    print(
        f"{BACKUPS} backups at {rate:.0f} messages/s, {len(promised(clients))} messages: "
        f"backup {max(took):.1f} s at most, restore {max(back):.1f} s at most."
    )


def send_one(hub: ServedHub, number: int) -> None:
    with Sender(hub, PEOPLE[0]) as sender:
        sender.send(f"note-{number}.txt", b"Une note.\n" * 1000)
