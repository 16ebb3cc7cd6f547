"""Ordinary requests to a served hub while its workers are busy with bombs.

Belongs here: one run and what was seen in it. What must hold is in
test_beside_bombs.py; how long requests took is shown by bench/bombs.py.
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from hub.files.sandbox import CHILD_ENDED
from tests.clients.sender import Sender
from tests.clients.server import ServedHub
from tests.files.bombs import BOMBS
from tests.servers.children import descendants, stat_fields

CAMILLE = "camille.moreau@justice.demo.invalid"
CALM_REQUESTS = 100
PATIENCE_SECONDS = 600.0  # only a run that fails waits so long
ENDED = re.compile(re.sub("%[.0-9]*[df]", r"([-0-9.]+)", CHILD_ENDED))

Answers = dict[str, list[tuple[int, float]]]


@dataclass
class Seen:
    """`reasons`: of each bomb, "" for one that was not refused. `calm`, `busy`:
    (status, seconds) of requests by address, before and during. `peaks_mib`: of each
    child. `left`: children of files when all was over."""

    reasons: dict[str, str] = field(default_factory=dict)
    calm: Answers = field(default_factory=dict)
    busy: Answers = field(default_factory=dict)
    peaks_mib: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    seconds: float = 0.0

    def slower(self) -> dict[str, tuple[float, float]]:
        """By address: the median seconds of both."""
        return {
            address: (_median(self.calm[address]), _median(self.busy[address]))
            for address in self.calm
        }


def look(folder: Path) -> Seen:
    """Serves a hub, sends it every bomb, and asks for pages until all have ended."""
    seen = Seen()
    # Children tell what they took at this level; without a scanner every bomb that
    # gets past the inspection meets the rebuild.
    with ServedHub(folder, SCANNER="none", LOG_LEVEL="DEBUG") as hub:
        assert hub.process
        with Sender(hub, CAMILLE) as reader, Sender(hub, CAMILLE) as sender:
            addresses = {"/healthz": "/healthz", "a thread": reader.page}
            seen.calm = _asked(reader, addresses, CALM_REQUESTS)
            began = time.monotonic()
            with ThreadPoolExecutor(1) as other:
                sending = other.submit(_send_all, sender)
                while not (sending.done() and len(reader.ended()) >= len(BOMBS)):
                    for name, answers in _asked(reader, addresses, 1).items():
                        seen.busy.setdefault(name, []).extend(answers)
                    assert time.monotonic() < began + PATIENCE_SECONDS
            seen.seconds = time.monotonic() - began
            sent, ends = sending.result(), reader.ended()
        seen.reasons = {sent[i]: end.get("reason", "") for i, end in ends.items()}
        seen.left = _left_under(hub.process.pid)
        hub.stop()
    seen.peaks_mib = [float(m[3]) for line in hub.output for m in ENDED.finditer(line)]
    return seen


def _send_all(sender: Sender) -> dict[str, str]:
    """The names of the bombs by the ids of their files."""
    return {
        sender.send(f"{name}.pdf", bomb.content()): name for name, bomb in BOMBS.items()
    }


def _asked(sender: Sender, addresses: dict[str, str], times: int) -> Answers:
    """In turn, so that a busy neighbour slows every address alike."""
    answers: Answers = {name: [] for name in addresses}
    for _time in range(times):
        for name, address in addresses.items():
            answers[name].append(sender.timed(address))
    return answers


def _left_under(hub: int) -> list[int]:
    """All descendants but nurseries that wait: those are the hub's own children."""
    return [
        pid
        for pid in descendants(hub)
        if int(stat_fields(Path(f"/proc/{pid}/stat"))[1]) != hub
        or b"nursery" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def _median(answers: list[tuple[int, float]]) -> float:
    return median(seconds for _status, seconds in answers)
