"""What the servers use, and where they may run: CPU time, memory, cores, turns (Linux).

Belongs here: reading /proc and asking the kernel. Nothing here knows what a server is
for.
"""

import contextlib
import os
import resource
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.servers.children import descendants, stat_fields

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
CPU_FIELDS = slice(11, 15)  # own and waited-for children's, user and system
CORES = sorted(os.sched_getaffinity(0))
GENERATOR_CORE, SERVER_CORE = CORES[0], CORES[-1]
NICE = -20  # before whatever else the machine does
FILES = 20_000


def tree(roots: Iterable[int]) -> list[int]:
    """These processes and all that descend from them."""
    return [pid for root in roots for pid in (root, *descendants(root))]


def cpu_seconds(*groups: Iterable[int]) -> tuple[float, ...]:
    """User and system time of each group's trees since they began, in its place.

    A process is read once for all groups: what a part of the servers used is never more
    than what all of them did.
    """
    trees = [tree(roots) for roots in groups]
    ticks = {pid: _ticks(pid) for pid in {pid for each in trees for pid in each}}
    return tuple(sum(ticks[pid] for pid in set(each)) / TICKS for each in trees)


def _ticks(pid: int) -> int:
    """0 when it has just ended."""
    with contextlib.suppress(OSError):
        return sum(map(int, stat_fields(Path(f"/proc/{pid}/stat"))[CPU_FIELDS]))
    return 0


def resident_bytes(roots: Iterable[int]) -> int:
    pages = 0
    for pid in tree(roots):
        with contextlib.suppress(OSError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * PAGE_BYTES


def threads(processes: Iterable[int]) -> Iterator[int]:
    for pid in processes:
        with contextlib.suppress(OSError):
            yield from (
                int(entry.name) for entry in Path(f"/proc/{pid}/task").iterdir()
            )


def place(roots: Iterable[int], cores: Iterable[int], *, in_turn: bool) -> None:
    """Holds the trees to these cores, before others.

    `in_turn`: in the real-time class, for runs that are not saturated, where waking up
    would otherwise be what is measured. Without the right to it they stay as they are.
    """
    _place(tree(roots), cores, in_turn=in_turn)


def _place(processes: list[int], cores: Iterable[int], *, in_turn: bool) -> None:
    wanted = set(cores)
    for pid in processes:
        with contextlib.suppress(OSError):  # the kernel shares cores by session first
            Path(f"/proc/{pid}/autogroup").write_text(str(NICE))
    for thread in threads(processes):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(thread, wanted)
        with contextlib.suppress(OSError):
            policy, turn = (os.SCHED_RR, 1) if in_turn else (os.SCHED_OTHER, 0)
            os.sched_setscheduler(thread, policy, os.sched_param(turn))
            os.setpriority(os.PRIO_PROCESS, thread, NICE)


def place_generator(*, in_turn: bool) -> None:
    """This process, without the servers that descend from it."""
    _place([os.getpid()], [GENERATOR_CORE], in_turn=in_turn)


def step_back() -> None:
    """This process as it was before `place_generator`; what it starts inherits that."""
    own = os.getpid()
    with contextlib.suppress(OSError):
        Path(f"/proc/{own}/autogroup").write_text("0")
    for thread in (int(entry.name) for entry in Path(f"/proc/{own}/task").iterdir()):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))
            os.sched_setaffinity(thread, CORES)
            os.setpriority(os.PRIO_PROCESS, thread, 0)


def allow_many_sockets() -> int:
    """How many open files this process and its children may have from now on."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
