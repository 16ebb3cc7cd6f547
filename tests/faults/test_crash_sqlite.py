"""Promise 1 and 2 on one machine with SQLite: fifty kills, nothing lost."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from tests.clients.server import ServedHub
from tests.faults.checker import judge
from tests.faults.writers import open_writers, write_through

KILLS = 50

pytestmark = pytest.mark.embedded


async def test_fifty_kills_of_the_server_lose_nothing_that_was_acknowledged(
    tmp_path: Path,
) -> None:
    with ServedHub(tmp_path) as hub:

        async def kill_and_start() -> None:
            hub.kill()
            await asyncio.to_thread(hub.start)

        async with open_writers(hub) as clients:
            await write_through(clients, KILLS, kill_and_start)
            verdict = await asyncio.to_thread(judge, hub, clients)
    print(f"{KILLS} kills: {verdict}")
    assert verdict.clean, verdict
    assert verdict.acknowledged > KILLS
    database = sqlite3.connect(tmp_path / "hub.sqlite3")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
