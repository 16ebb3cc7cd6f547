"""What becomes of a file in a child process, and what its end says about the file.

One child per file and step. Blocking: call it from a worker thread. How a child is
started, awaited and killed is nursery.py, what it may not do is confine.py; nothing
here opens a file that somebody sent.
"""

import json
import logging
import os
import re
import shutil
import signal
import stat
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hub.files import limits, nursery
from hub.files.kinds import KINDS, Kind
from hub.files.nursery import Ended, NurseryFailed
from hub.files.refusals import FileRefused, Reason

log = logging.getLogger(__name__)

ANSWER, TROUBLE, OUTPUT = "answer", "trouble", "output"
MAX_ANSWER_BYTES = 64 * 1024  # a line of JSON; more is a child that went mad
CHILD_ENDED = "A child ended with %d after %.2f s of CPU, %.1f MiB at most"
UNSAFE = re.compile(r"[^A-Za-z0-9 .,:;=/()_-]")
EXCEPTION = re.compile(rb"^([A-Za-z_.]{1,80})(?::|$)", re.MULTILINE)


class SandboxFailed(Exception):
    """The child could not be run to an answer, which says nothing about the file."""


@dataclass(frozen=True)
class Outcome(Ended):
    """How a child ended, and what it left."""

    answer: bytes
    trouble: bytes  # what it wrote to standard error: may quote the file


@dataclass(frozen=True)
class Rebuilt:
    """What lies at the target now: its pages, if it has any, and its bytes."""

    pages: int | None
    size: int


def inspect(source: Path) -> Kind:
    """What kind of file this is, after our own limits; nothing stays written.

    Raises `FileRefused` for good, `SandboxFailed` to be tried again.
    """
    with _folder_beside(source) as folder:
        answer = judge(run(Path(folder), "inspect", str(source.resolve())))
    return _kind(answer)


def rebuild(source: Path, target: Path, kind: Kind) -> Rebuilt:
    """Write the harmless rebuild of `source` to `target`, replacing what is there.

    On any error `target` is untouched. Raises like `inspect`.
    """
    with _folder_beside(target) as folder:
        answer = judge(_run_on(Path(folder), "rebuild", source, kind))
        size = _take(Path(folder) / OUTPUT, target)
    pages = answer.get("pages")
    return Rebuilt(pages if isinstance(pages, int) else None, size)


def preview(source: Path, target: Path, kind: Kind) -> bool:
    """Draw the first pages to `target`; False when there is no picture, for any reason.

    A file that cannot be drawn is not refused. Raises `SandboxFailed`.
    """
    with _folder_beside(target) as folder:
        try:
            answer = judge(_run_on(Path(folder), "preview", source, kind))
            if answer.get("drawn") is not True:
                return False
            _take(Path(folder) / OUTPUT, target)
        except FileRefused as refusal:
            log.info("no preview: %s (%s)", refusal.reason, refusal.detail)
            return False
    return True


def trouble() -> str:
    """Why no file can be opened on this machine; empty when all walls stand."""
    try:
        with tempfile.TemporaryDirectory(prefix="hub-child-") as folder:
            judge(run(Path(folder), "probe"))
    except (SandboxFailed, FileRefused, OSError) as error:
        return f"Child processes cannot be confined: {type(error).__name__} {error}"
    return ""


def run(folder: Path, *arguments: str) -> Outcome:
    """Run one child in `folder` until it ends or its time is up.

    It inherits nothing: no variables, no open files, no terminal, no session.
    """
    with (
        (folder / ANSWER).open("w+b") as answer,
        (folder / TROUBLE).open("w+b") as noise,
    ):
        files = [answer.fileno(), noise.fileno()]
        try:
            ended = nursery.run(folder.resolve(), arguments, files)
        except NurseryFailed as error:
            raise SandboxFailed(str(error)) from error
        # By what was open before: at these paths may be anything by now.
        said = [os.pread(file, MAX_ANSWER_BYTES, 0) for file in files]
    spent, mib = ended.cpu_seconds, ended.peak_bytes / limits.MIB
    log.debug(CHILD_ENDED, ended.returncode, spent, mib)
    return Outcome(**asdict(ended), answer=said[0], trouble=said[1])


def judge(outcome: Outcome) -> dict[str, Any]:
    """What the child answered. Raises `FileRefused` or `SandboxFailed` by its end."""
    if outcome.returncode == 0 and not outcome.timed_out:
        return _read(outcome)
    spent = outcome.cpu_seconds
    if _used_up(outcome):
        raise FileRefused(Reason.TOO_BIG_INSIDE, f"ended after {spent:.1f} s of CPU")
    if -outcome.returncode in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        # Not by us and not by its limits: the machine stops, or had no memory or time.
        raise SandboxFailed(f"stopped from outside after {spent:.1f} s of CPU")
    if outcome.returncode < 0:
        raise FileRefused(Reason.BROKEN, f"ended by signal {-outcome.returncode}")
    first = EXCEPTION.findall(outcome.trouble)
    kind = first[-1].decode() if first else "nothing said"
    raise SandboxFailed(f"ended with {outcome.returncode}: {kind}")


def _used_up(outcome: Outcome) -> bool:
    """Whether the file cost too much, and not a slow machine."""
    if -outcome.returncode == signal.SIGXCPU:
        return True
    # Half of the time it may have: a machine that gave it less was busy elsewhere.
    share = limits.CHILD_CPU_SECONDS / 2 if outcome.timed_out else None
    most = limits.CHILD_CPU_SECONDS if share is None else share
    killed = -outcome.returncode == signal.SIGKILL
    return killed and outcome.cpu_seconds >= most


def _read(outcome: Outcome) -> dict[str, Any]:
    try:
        answer = json.loads(outcome.answer)
    except ValueError as error:
        raise SandboxFailed("no answer") from error
    if not isinstance(answer, dict):
        raise SandboxFailed("no answer")
    if "refused" in answer:
        detail = UNSAFE.sub("?", str(answer.get("detail", "")))[:120]
        try:
            raise FileRefused(Reason(answer["refused"]), detail)
        except ValueError as error:
            raise SandboxFailed("unknown reason") from error
    return answer


def _kind(answer: dict[str, Any]) -> Kind:
    kind = KINDS.get(str(answer.get("kind")))
    if kind is None:
        raise SandboxFailed("unknown kind")
    return kind


def _run_on(folder: Path, step: str, source: Path, kind: Kind) -> Outcome:
    target = str(folder.resolve() / OUTPUT)
    return run(folder, step, str(source.resolve()), target, kind.name)


def _folder_beside(file: Path) -> "tempfile.TemporaryDirectory[str]":
    # On the same disk as a target, so that taking the result over is one rename; and
    # cleared with the caller's folder when this process is killed.
    return tempfile.TemporaryDirectory(prefix="child-", dir=file.parent)


def _take(output: Path, target: Path) -> int:
    """Move what the child wrote to its place and return its size in bytes."""
    try:
        found = output.lstat()
    except FileNotFoundError as error:
        raise SandboxFailed("nothing written") from error
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        raise SandboxFailed("not a plain file")
    if found.st_size == 0 or found.st_size > limits.CHILD_OUTPUT_BYTES:
        raise FileRefused(Reason.TOO_BIG_INSIDE, f"rebuilt to {found.st_size} bytes")
    output.chmod(0o600)
    shutil.move(output, target)
    return found.st_size
