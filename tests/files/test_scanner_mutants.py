"""Faults put into the client on purpose: the checks of test_clamd_faults see each."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from hub.files.clamd import Clamd, Version
from hub.files.scanner import Answer, Clean, NotScanned
from tests.files.clamd_checks import check_not_believed
from tests.files.lying_clamd import LIES

pytestmark = pytest.mark.embedded


class EmptyIsClean(Clamd):
    def _verdict(self, reply: bytes, version: Version) -> Answer:
        return super()._verdict(reply or b"stream: OK\0", version)


class ErrorIsClean(Clamd):
    def _verdict(self, reply: bytes, version: Version) -> Answer:
        if reply.endswith(b"ERROR\0"):
            return Clean("mutant", "")
        return super()._verdict(reply, version)


class SkipsOnTimeOut(Clamd):
    async def _within(self, work: Coroutine[Any, Any, Any]) -> Any:
        answer = await super()._within(work)
        late = isinstance(answer, NotScanned) and "in time" in answer.why
        return Clean("mutant", "") if late else answer


class ReadsTheBeginning(Clamd):
    def _verdict(self, reply: bytes, version: Version) -> Answer:
        whole = b"stream: OK\0" if reply.startswith(b"stream: OK") else reply
        return super()._verdict(whole, version)


# Which lies unmask which fault; the others must stay harmless.
MUTANTS: dict[type[Clamd], set[str]] = {
    EmptyIsClean: {"nothing"},
    ErrorIsClean: {"an error", "an error that says OK", "too large"},
    SkipsOnTimeOut: {"silence", "slow drip", "OK and the line stays open"},
    ReadsTheBeginning: {
        *("OK without NUL", "OK with a newline", "OK with newline and NUL"),
        *("OK twice", "OK and more", "an error that says OK"),
    },
}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
async def test_a_faulty_client_is_caught(mutant: type[Clamd], tmp_path: Path) -> None:
    caught = set()
    for name in LIES:
        try:
            await check_not_believed(name, tmp_path, mutant)
        except AssertionError:
            caught.add(name)
    assert caught == MUTANTS[mutant]
