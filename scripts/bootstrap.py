"""Makes the virtual environment of this project ready, from nothing but Python.

Belongs here: what must happen before any package is installed, with the standard
library only. How a folder becomes an environment is in installation.py; what runs
afterwards is in run.py, test.py and setup.py.

Python 3.6 can still read the files of this folder (annotations it cannot evaluate
are quoted), so that an old Python ends with a sentence and not with a syntax error.
"""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import installation
from installation import ROOT, VENV, VENV_PYTHON, NotReadyError

if TYPE_CHECKING:
    from collections.abc import Callable

OLDEST_PYTHON = (3, 11)  # The oldest version the pinned packages are resolved for.


def ready(requirements: str) -> Path:
    """Return the environment's Python, with requirements/<requirements>.txt installed.

    Costs one start of Python when nothing has changed since the last time.
    Raises NotReadyError with one sentence for the person at the terminal.
    """
    check_python()
    check_writable(ROOT)
    try:
        prepare(requirements)
    except OSError as error:  # Disk full, files of another user, ...
        raise NotReadyError(f"The folder .venv cannot be prepared: {error}.") from error
    return VENV_PYTHON


def prepare(requirements: str) -> None:
    """Install, unless an earlier start or another one going on has done it."""
    if installation.is_satisfied(requirements):
        return
    with installation.only_one_at_a_time() as lock:
        # Whoever held the lock before us may have done the work meanwhile.
        if not installation.is_satisfied(requirements):
            check_writable(VENV if VENV.exists() else ROOT)
            installation.build(requirements, lock)


def check_python() -> None:
    """Raise NotReadyError when this Python is too old for the pinned packages."""
    present = tuple(sys.version_info[:2])
    if present < OLDEST_PYTHON:
        raise NotReadyError(
            f"Python {dotted(OLDEST_PYTHON)} or newer is needed, {sys.executable} is "
            f"{dotted(present)}: choose another one with `make PYTHON=python3.11 ...`."
        )


def dotted(version: "tuple[int, ...]") -> str:
    return ".".join(map(str, version))


def check_writable(folder: Path) -> None:
    """Raise NotReadyError when this user may not write into the folder."""
    if not os.access(str(folder), os.W_OK):
        raise NotReadyError(
            f"The folder {folder} cannot be written by this user: copy the project "
            "to a folder of your own, or change its owner."
        )


def guarded(main: "Callable[[list[str]], int]") -> int:
    """Run a script's main and turn what stops it into an exit code without traceback.

    1: not ready (the sentence is on stderr), 130: Ctrl-C, 143: asked to terminate.
    """
    signal.signal(signal.SIGTERM, terminated)
    try:
        return main(sys.argv[1:])
    except NotReadyError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def terminated(number: int, frame: object) -> None:
    """Leave through the interpreter, so that subprocess.run ends its child too."""
    raise SystemExit(128 + number)
