"""Promises 1, 2, 3 and 4 on one machine with SQLite: many kills, nothing lost."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.clients.server import ServedHub
from tests.faults.checker import is_whole
from tests.faults.writers import open_writers, read_and_judge, write_through

KILLS = int(os.environ.get("KILLS", "15"))  # `make crash`: 50
BETWEEN = (5, 25)  # acknowledgements between two kills

pytestmark = [pytest.mark.embedded, pytest.mark.crash]


async def test_kills_of_the_server_lose_nothing_that_was_acknowledged(
    tmp_path: Path,
) -> None:
    with ServedHub(tmp_path) as hub:

        async def kill_and_start() -> None:
            hub.kill()
            await asyncio.to_thread(hub.start)

        async with open_writers(hub) as clients:
            await write_through(clients, KILLS, kill_and_start, BETWEEN)
            verdict = await read_and_judge(hub, clients)
    print(f"{KILLS} kills of the server on SQLite: {verdict}")
    assert verdict.clean, verdict
    assert verdict.acknowledged > KILLS * BETWEEN[0]
    assert is_whole(tmp_path / "hub.sqlite3")
