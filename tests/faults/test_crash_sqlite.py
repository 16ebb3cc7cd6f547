"""Promises P1 to P4 on one machine with SQLite: many kills, nothing lost."""

from pathlib import Path

import pytest

from tests.faults.checker import is_whole
from tests.faults.crowd import Crowd
from tests.faults.schedule import LONG, one_process_faults, strike
from tests.faults.world import one_process

MESSAGES = 5_000 if LONG else 200

pytestmark = pytest.mark.embedded


async def test_kills_of_the_server_lose_nothing_that_was_acknowledged(
    tmp_path: Path,
) -> None:
    async with one_process(tmp_path, links=8 if LONG else 2) as world:
        crowd = Crowd(world)
        async with crowd.at_work() as progress:
            await strike(one_process_faults(world.hubs[0]), progress, MESSAGES)
        verdict = await crowd.judged()
        print(verdict)
        assert verdict.clean, verdict
        assert verdict.acknowledged >= MESSAGES
    assert is_whole(tmp_path / "hub.sqlite3")
