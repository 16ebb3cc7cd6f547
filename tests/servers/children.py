"""Child processes of the tests that cannot outlive them, and their folders.

Belongs here: what PostgreSQL and Valkey have in common as processes. Nothing here
knows what either of them is.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, Signals

START_LIMIT_SECONDS = 30.0  # A first start on a busy two-core machine takes 5.
STOP_LIMIT_SECONDS = 30.0
POLL_SECONDS = 0.02
LOG_LINES = 20
# A Unix socket's whole path must fit in 108 bytes (104 on macOS), of which the names
# of our folder and of the socket take 42.
LONGEST_BASE_BYTES = 60
# Of its own: what is swept below must never be a folder that others made, unlocked.
FOLDER_PREFIX = "hub-server-"
ABANDONED_SECONDS = 60.0
# Root hands its servers to this account, "nobody": PostgreSQL refuses to be root.
NOBODY = 65534

# The kernel kills a child when the *thread* that made it ends, and a fixture may run
# in a short-lived one. This thread ends with the interpreter.
_births = ThreadPoolExecutor(max_workers=1, thread_name_prefix="births")


class ServerError(Exception):
    """A server cannot be found, started or broken; the text says which and why."""


class Child:
    """One running server process, with its descendants."""

    def __init__(
        self,
        command: list[str],
        log: Path,
        *,
        account: int = 0,
        at_death: Signals,
        environment: dict[str, str] | None = None,
    ) -> None:
        """Start it; `at_death` is the signal it gets when the tests die."""
        self.log = log
        numbers = [str(int(at_death)), str(os.getpid()), str(account)]
        birth = str(Path(__file__).with_name("birth.py"))
        python = [sys.executable, "-I", "-S", birth, *numbers]
        with log.open("ab") as output:
            self._process = _births.submit(
                subprocess.Popen,
                [*python, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=log.parent,
                env=environment,
            ).result()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status, once it has ended."""
        return self._process.poll()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_until(self, answers: Callable[[], bool], what: str) -> None:
        """Return once it answers; raise ServerError with its log if it never does."""
        limit = time.monotonic() + START_LIMIT_SECONDS
        while not answers():
            if not self.is_running():
                code = self._process.returncode
                raise ServerError(f"{what} ended with {code}:\n{tail(self.log)}")
            if time.monotonic() > limit:
                raise ServerError(
                    f"{what} does not answer after {START_LIMIT_SECONDS:.0f} s:\n"
                    f"{tail(self.log)}"
                )
            time.sleep(POLL_SECONDS)

    def stop(self, signal: Signals) -> None:
        """Ask it to end, wake it if it is paused, and insist after a while."""
        self.send(signal)
        self.send(SIGCONT)
        try:
            self._process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL it and all its descendants; return when none is left."""
        self.send(SIGSTOP)  # Or it could have new children while we list them.
        family = [*descendants(self.pid), self.pid]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, SIGKILL)
        self._process.wait()
        limit = time.monotonic() + STOP_LIMIT_SECONDS
        while any(is_alive(pid) for pid in family):
            if time.monotonic() > limit:
                raise ServerError(f"processes {family} survive SIGKILL")
            time.sleep(POLL_SECONDS)

    def send(self, signal: Signals) -> None:
        self._process.send_signal(signal)


class Folder:
    """A temporary folder with a short path, removed by close() or at the exit.

    It is locked as long as this process lives, so that the next run can tell a
    folder in use from one that a killed run has left behind.
    """

    def __init__(self, name: str, account: int = 0) -> None:
        sweep_abandoned()
        self.path = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{name}-", dir=base()))
        lock = os.open(self.path, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if account:
            os.chown(self.path, account, account)
        self.close = weakref.finalize(self, remove, self.path, lock)


def base() -> str:
    """Return the folder of temporary files, or /tmp where its path is too long."""
    usual = tempfile.gettempdir()
    if len(os.fsencode(usual)) <= LONGEST_BASE_BYTES:
        return usual
    return "/tmp"  # noqa: S108 (mkdtemp makes the folder in it, for us alone)


def remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def sweep_abandoned() -> None:
    """Remove the folders of earlier runs that were killed before they could."""
    for folder in Path(base()).glob(f"{FOLDER_PREFIX}*"):
        with contextlib.suppress(OSError):
            # A young one may be another run's, between its creation and its lock.
            if time.time() - folder.lstat().st_mtime < ABANDONED_SECONDS:
                continue
            lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def descendants(pid: int) -> list[int]:
    """Return the living children, grandchildren, ... of a process (Linux only).

    Elsewhere it is empty: PostgreSQL's children notice by themselves, a little later.
    """
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(entry.parent.name)] = int(stat_fields(entry)[1])
    found = [pid]
    for known in found:  # Grows while it is walked: children of children too.
        found += [child for child, parent in parents.items() if parent == known]
    return found[1:]


def is_alive(pid: int) -> bool:
    """Say whether a process still runs. A zombie does not: it only waits for init."""
    if sys.platform != "linux":
        return False
    try:
        return stat_fields(Path(f"/proc/{pid}/stat"))[0] not in "ZX"
    except OSError:
        return False


def stat_fields(stat: Path) -> list[str]:
    """Return the fields after the command name, which may itself hold spaces."""
    return stat.read_text(errors="replace").rpartition(")")[2].split()


def tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-LOG_LINES:]) or "(its log is empty)"
