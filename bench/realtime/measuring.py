"""The order of runs: systems in turn, A, B, A, B, so that a neighbour slows all alike."""

import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from subprocess import SubprocessError
from typing import Any

from django.core.management.base import OutputWrapper

from bench.realtime import peers
from bench.realtime.cases import SHORT_WITHOUT, SYSTEMS, Case, Results
from bench.realtime.flights import Problems
from hub.management.progress import ProgressBar
from tests.servers import ServerError


@dataclass(frozen=True)
class Choice:
    """`whole`: also what a short run leaves out."""

    cases: Sequence[Case]
    runs: int
    seconds: float
    with_peers: bool
    whole: bool

    def systems(self, case: Case) -> list[str]:
        return [
            name
            for name in case.systems
            if (name in SYSTEMS or self.with_peers)
            and (self.whole or name not in SHORT_WITHOUT)
        ]


class Running:
    """Systems that were started; one that cannot be is missing from every case."""

    def __init__(self) -> None:
        self.started: dict[str, Any] = {}
        self.missing: dict[str, str] = {}

    def need(self, name: str) -> None:
        if name in self.started or name in self.missing:
            return
        _say(f"Starting {name} ...")
        system = None
        try:
            system = (SYSTEMS | peers.SYSTEMS)[name]()
            system.start()
            self.started[name] = system
        except (ServerError, OSError, RuntimeError, SubprocessError) as error:
            self.missing[name] = str(error)
            _say(f"{name}: not measured. {error}")
            if system:
                system.stop()

    def keep_only(self, names: set[str]) -> None:
        for name in set(self.started) - names:
            self.started.pop(name).stop()


def measure(choice: Choice, problems: Problems) -> list[Results]:
    """All cases; what went wrong with a message is in the problems."""
    running, results = Running(), []
    try:
        for number, case in enumerate(choice.cases):
            later = choice.cases[number:]
            running.keep_only({n for one in later for n in choice.systems(one)})
            for name in choice.systems(case):
                running.need(name)
            results.append(_in_turn(case, choice, running, problems))
    except KeyboardInterrupt:
        _say("Interrupted: the cases that were measured whole follow.")
    finally:
        running.keep_only(set())
    return results


def _in_turn(
    case: Case, choice: Choice, running: Running, problems: Problems
) -> Results:
    names = choice.systems(case)
    there = [name for name in names if name in running.started]
    missing = {n: running.missing[n] for n in names if n not in there}
    results = Results(case, {name: [] for name in there}, missing)
    progress = ProgressBar(OutputWrapper(sys.stderr), f"{case.name:10}", log_every=0.3)
    total, done = choice.runs * len(there), 0
    progress(0, total)
    for _run in range(choice.runs):
        for name in list(results.runs):
            system = running.started[name]
            try:
                figures = case.measure(system, choice.seconds, problems)
                results.runs[name].append(figures)
            except Exception as error:  # an hour of other figures is worth keeping
                traceback.print_exc()
                problems.add(f"{name}, {case.name}: fell over, {error!r}")
                results.missing[name] = f"It fell over: {error!r}"
                del results.runs[name]
            done += 1
            progress(done, total)
            time.sleep(0.5)  # the end of one is not the beginning of the next
    return results


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
