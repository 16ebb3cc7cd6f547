"""The hub's side of a nursery: a process with all libraries read, that forks children.

A child is ready in milliseconds, where a cold one reads libraries for a quarter of a
second. Still one process per file and step: a child that saw a file serves no other,
and the nursery sees none. A child inherits the nursery's memory (programs, libraries,
the paths of its own job); not the hub's memory, its variables, open files or terminal.
The layout of that memory is the same in all children of one nursery, so it is renewed
after JOBS of them and after each that ended by a signal: nobody can try twice where
something lies. Decision 0015 says what that is worth. What the nursery does:
nursery_main.py; what its answers mean for a file: sandbox.py.
"""

import contextlib
import json
import socket
import subprocess
import sys
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path

from hub.files import limits

PROGRAM = Path(__file__).with_name("nursery_main.py")
JOBS = 500  # children of one nursery
# For all but the child itself: a start on a busy machine, an end.
GRACE_SECONDS, STOP_SECONDS = 30.0, 1.0
MAX_ANSWER_BYTES = 4096


class NurseryFailed(Exception):
    """No child was run to its end, or nobody knows: says nothing about a file."""


@dataclass(frozen=True)
class Ended:
    """How a child ended. `returncode` below 0 is minus the signal."""

    returncode: int
    timed_out: bool
    cpu_seconds: float
    peak_bytes: int  # resident, what it shares with the nursery included


class Nursery:
    """One process, for one thread: it ends with the thread that started it, by the
    kernel, or when nobody holds this object any more. Raises `NurseryFailed`."""

    def __init__(self) -> None:
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
                    [sys.executable, "-I", "-B", str(PROGRAM)],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    env={},
                    close_fds=True,
                    start_new_session=True,
                )
            except OSError as error:
                self._link.close()
                raise NurseryFailed(f"not started: {type(error).__name__}") from error
        self._jobs_left = JOBS
        self.end = weakref.finalize(self, _stop, self._process, self._link)

    def is_usable(self) -> bool:
        return self._jobs_left > 0 and self._process.poll() is None

    def run(self, folder: Path, arguments: tuple[str, ...], files: list[int]) -> Ended:
        """Run one child in `folder` to its end. `files`: its standard output and error.

        Raises `NurseryFailed`; then this nursery must not be used again.
        """
        seconds = limits.CHILD_WALL_SECONDS
        job = {"folder": str(folder), "arguments": arguments, "seconds": seconds}
        self._jobs_left -= 1
        self._link.settimeout(seconds + GRACE_SECONDS)
        try:
            socket.send_fds(self._link, [json.dumps(job).encode()], files)
            answer = self._link.recv(MAX_ANSWER_BYTES)
        except OSError as error:
            raise NurseryFailed(f"no answer: {type(error).__name__}") from error
        return _read(answer)


class _Own(threading.local):
    nursery: Nursery | None = None


_own = _Own()


def run(folder: Path, arguments: tuple[str, ...], files: list[int]) -> Ended:
    """Like `Nursery.run`, in the nursery of this thread, a new one where needed."""
    nursery = _own.nursery
    if nursery is None or not nursery.is_usable():
        renew()
        nursery = _own.nursery = Nursery()
    try:
        ended = nursery.run(folder, arguments, files)
    except NurseryFailed:
        renew()
        raise
    if ended.returncode < 0:
        renew()
    return ended


def renew() -> None:
    """End the nursery of this thread, if it has one; the next job starts another."""
    nursery, _own.nursery = _own.nursery, None
    if nursery:
        nursery.end()


def _read(answer: bytes) -> Ended:
    try:
        ended = json.loads(answer)
        return Ended(
            returncode=int(ended["returncode"]),
            timed_out=bool(ended["timed_out"]),
            cpu_seconds=float(ended["cpu_seconds"]),
            peak_bytes=int(ended["peak_bytes"]),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise NurseryFailed("nonsense, or it died") from error


def _stop(process: "subprocess.Popen[bytes]", link: socket.socket) -> None:
    """Without its link it ends its child and itself; if it does not, it is killed."""
    with contextlib.suppress(OSError):  # it is gone
        link.shutdown(socket.SHUT_RDWR)
    link.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
