"""Has one mail read by a child process with limits, and believes little of its answer.

What the child does is child.py; nothing here looks into a mail.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from notifications.inbound import limits
from notifications.models import InboundKind

PROGRAM = Path(__file__).with_name("child.py")
_OUTCOME = re.compile(r"[\w. ]{0,30}", re.ASCII)


@dataclass(frozen=True)
class Reading:
    """`outcome`: a code. `sender`: what From claims, in lower case; keep it nowhere."""

    kind: InboundKind
    outcome: str = ""
    until: date | None = None
    sender: str = ""


class ChildFailed(Exception):
    """No child could be run to an answer, which says nothing about the mail."""


def read(raw: bytes, today: date) -> Reading:
    """What cannot be read within the limits is OTHER. Raises ChildFailed, OSError."""
    with (
        tempfile.TemporaryDirectory(prefix="hub-mail-") as folder,
        tempfile.TemporaryFile() as answer,
    ):
        child = subprocess.Popen(  # noqa: S603 (our own module, no shell)
            [sys.executable, "-I", "-B", str(PROGRAM), today.isoformat()],
            stdin=subprocess.PIPE,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            cwd=folder,  # all that it may write to; empty and gone afterwards
            env={},
            start_new_session=True,
        )
        try:
            child.communicate(raw, timeout=limits.CHILD_WALL_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
        said = os.pread(answer.fileno(), limits.CHILD_OUTPUT_BYTES, 0)
    if child.returncode < 0:
        return Reading(InboundKind.OTHER, f"signal {-child.returncode}")
    if child.returncode:  # our own code: the child answers whatever a mail does to it
        raise ChildFailed(f"a child ended with {child.returncode}")
    return _believed(said)


def _believed(said: bytes) -> Reading:
    """A child that a mail has taken over can lie, but only about its own mail."""
    try:
        answer = json.loads(said)
        kind = InboundKind(answer["kind"])
        outcome, until = answer.get("outcome", ""), answer.get("until", "")
        if kind == InboundKind.UNREAD or not _OUTCOME.fullmatch(outcome):
            raise ValueError
        day = date.fromisoformat(until) if until else None
        return Reading(kind, outcome, day, str(answer.get("sender", "")))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Reading(InboundKind.OTHER, "nonsense")
