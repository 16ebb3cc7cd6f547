"""Promises 1 to 4 on PostgreSQL: kill -9 of postmaster and children."""

import asyncio
from pathlib import Path

import pytest

from tests.clients.server import ServedHub
from tests.faults.checker import Verdict
from tests.faults.writers import open_writers, read_and_judge, write_through
from tests.servers import Postgres

KILLS = 8
BETWEEN = (40, 120)  # acknowledgements

pytestmark = [pytest.mark.machine, pytest.mark.crash]


async def crash(tmp_path: Path, kills: int, **options: str) -> Verdict:
    """Writes through `kills` crashes of a PostgreSQL of its own, then judges."""
    with Postgres(own=True) as database:
        database.settings(**options)
        with ServedHub(tmp_path, DATABASE_URL=database.url) as hub:
            served = hub.process

            async def kill_and_start() -> None:
                await asyncio.to_thread(database.kill)
                await asyncio.to_thread(database.start)

            async with open_writers(hub) as clients:
                database.stop()
                database.start()  # with the options
                await write_through(clients, kills, kill_and_start, BETWEEN)
                verdict = await read_and_judge(hub, clients)
            assert served
            assert served.poll() is None, "\n".join(hub.output)
    print(f"{kills} kills of PostgreSQL {options}: {verdict}")
    return verdict


async def test_kills_of_postgresql_lose_nothing_that_was_acknowledged(
    tmp_path: Path,
) -> None:
    verdict = await crash(tmp_path, KILLS)
    assert verdict.clean, verdict
    assert verdict.acknowledged > KILLS * BETWEEN[0]
    assert verdict.refusals.keys() <= {"unavailable"}, "nothing else may be said"


@pytest.mark.durability_mutant
async def test_the_same_crashes_without_synchronous_commit_do_lose_messages(
    tmp_path: Path,
) -> None:
    verdict = await crash(
        tmp_path, KILLS, synchronous_commit="off", wal_writer_delay="10s"
    )
    assert verdict.lost > 0, "the crash test could not have failed"
