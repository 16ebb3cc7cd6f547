"""What happens to a scanner in life, each around one scan: begun, lived through, mended.

Belongs here: the faults, and the scanner that meets them after a seeded plan. What
must hold afterwards is in through_faults.py.
"""

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from hub.files.clamd import Clamd as Client
from hub.files.scanner import Answer, Health
from tests.files.lying_clamd import OK, Lie, LyingDaemon
from tests.files.witness import Witness
from tests.servers import Clamd

STEP_SECONDS, SCAN_SECONDS = 1.0, 2.0  # of the client: a pause must not last long
SLOW_SECONDS = 0.4  # for one scan, of which a calm one takes a hundredth
LIES = {
    "nothing": Lie(b""),
    "an error": Lie(b"stream: Can't allocate memory ERROR\0"),
    "silence": Lie(silent=True),
    "half a reply": Lie(b"stream: O"),
    "OK without NUL": Lie(b"stream: OK"),
    "cut off": Lie(b"", after=0),
    "OK and more": Lie(OK + b"stream: Eicar FOUND\0"),
    "another product": Lie(version=b"SmartAV 1.4.6\0"),
    "half a version": Lie(version=b"ClamAV 1.4"),
    "another version after the scan": Lie(version_after=b"ClamAV 0.99\n"),
    "OK and the line stays open": Lie(stays=True),
    "too large": Lie(b"INSTREAM size limit exceeded. ERROR\0"),
}
# Nobody can tell an exact OK from the truth when only a part of the scan met the liar.
ALONE = {name for name, lie in LIES.items() if lie.reply == OK}

Fault = Callable[[Clamd, Witness], AbstractContextManager[None]]


@contextlib.contextmanager
def lying(lie: Lie, clamd: Clamd, witness: Witness) -> Iterator[None]:
    witness.liar = LyingDaemon(lie)
    try:
        yield
    finally:
        witness.liar = None


@contextlib.contextmanager
def killed(clamd: Clamd, witness: Witness) -> Iterator[None]:
    """SIGKILL while it reads a file; it is back when the scan has ended."""
    try:
        with witness.breaking(clamd.kill):
            yield
    finally:
        clamd.start()


@contextlib.contextmanager
def stopped(clamd: Clamd, witness: Witness) -> Iterator[None]:
    clamd.stop()
    try:
        yield
    finally:
        clamd.start()


@contextlib.contextmanager
def paused(clamd: Clamd, witness: Witness) -> Iterator[None]:
    """SIGSTOP while it reads a file, for longer than the client waits."""
    try:
        with witness.breaking(clamd.pause):
            yield
    finally:
        clamd.resume()


@contextlib.contextmanager
def slow(clamd: Clamd, witness: Witness) -> Iterator[None]:
    """It comes to a verdict, later than usual."""
    later = threading.Timer(SLOW_SECONDS, clamd.resume)

    def dawdle() -> None:
        clamd.pause()
        later.start()

    with witness.breaking(dawdle):
        yield
    if later.is_alive():
        later.join()


@contextlib.contextmanager
def refused(clamd: Clamd, witness: Witness) -> Iterator[None]:
    with witness.refusing():
        yield


@contextlib.contextmanager
def reloading(clamd: Clamd, witness: Witness) -> Iterator[None]:
    clamd.ask(b"RELOAD")  # it goes on while the scan begins
    yield


FAULTS: dict[str, Fault] = {
    "killed": killed,
    "stopped": stopped,
    "paused": paused,
    "slow": slow,
    "refused": refused,
    "reloading": reloading,
    **{name: partial(lying, lie) for name, lie in LIES.items()},
}


def plan(count: int, seed: int = 4) -> list[str]:
    """`count` faults by name, every kind before any comes again."""
    chance, names = random.Random(seed), list(FAULTS)
    rounds = [chance.sample(names, len(names)) for _ in range(count // len(names) + 1)]
    return [name for round_ in rounds for name in round_][:count]


class Struck:
    """A scanner around which the faults of a plan happen, one at a time.

    `gap`: the mean number of scans from one fault to the next. `over` is set when the
    last one was mended, at `over_at` (time.monotonic).
    """

    name = "clamd"

    def __init__(
        self, client: Client, witness: Witness, names: list[str], gap: float
    ) -> None:
        self.client, self.witness = client, witness
        self.met: Counter[str] = Counter()  # fault: how the struck scan ended
        self.over, self.over_at = threading.Event(), 0.0
        self._names, self._gap = list(reversed(names)), gap
        self._chance, self._rest = random.Random(len(names)), 1.0
        self._turn = threading.Condition()
        self._struck, self._scans = "", 0  # the present fault; scans that go on

    async def scan(self, path: Path) -> Answer:
        name = self._begin()
        try:
            if not name:
                return await self.client.scan(path)
            with FAULTS[name](self.witness.clamd, self.witness):
                answer = await self.client.scan(path)
            self.met[f"{name}: {type(answer).__name__}"] += 1
            return answer
        finally:
            self._end(name)

    async def health(self) -> Health:
        return await self.client.health()

    def _begin(self) -> str:
        """The fault that this scan meets first, if any."""
        with self._turn:
            self._turn.wait_for(lambda: self._struck not in ALONE)
            name = self._next()
            if name in ALONE:
                self._turn.wait_for(lambda: self._scans == 0)
            self._scans += 1
            return name

    def _next(self) -> str:
        self._rest -= 1
        if self._struck or self._rest > 0 or not self._names:
            return ""
        self._rest = self._chance.uniform(0.5, 1.5) * self._gap
        self._struck = self._names.pop()
        return self._struck

    def _end(self, name: str) -> None:
        with self._turn:
            self._scans -= 1
            if name:
                self._struck = ""
            if name and not self._names:
                self.over_at = time.monotonic()
                self.over.set()
            self._turn.notify_all()
