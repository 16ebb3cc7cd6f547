"""Promises P1 to P5 where they are hardest: two processes, and everything breaks."""

import random
from pathlib import Path

import pytest

from tests.faults.crowd import Crowd
from tests.faults.schedule import LONG, strike, two_process_faults
from tests.faults.world import two_processes

MESSAGES = 10_000 if LONG else 400
LINKS = 14 if LONG else 3  # for each person and thread: one serves 20 messages
SEED = random.randrange(10**6) if LONG else 7

pytestmark = pytest.mark.machine


async def test_no_fault_loses_doubles_or_reorders_a_message(tmp_path: Path) -> None:
    async with two_processes(tmp_path, links=LINKS) as world:
        crowd = Crowd(world)
        async with crowd.at_work() as progress:
            faults = two_process_faults(world, SEED)
            await strike(faults, progress, MESSAGES)
        verdict = await crowd.judged()
        flaps = sum(reader.flaps for reader in crowd.readers)
        print(f"seed {SEED}, {len(faults)} faults, {flaps} flaps: {verdict}")
        assert verdict.clean, verdict
        assert verdict.acknowledged >= MESSAGES
        assert verdict.refusals.keys() <= {"unavailable", "rate_limited"}
