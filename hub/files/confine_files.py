"""The child's wall against the files of this machine, by the kernel's Landlock.

A parser that somebody has taken over may still write into what is published, so it
must not be able to read keys or the database. Where the kernel has no Landlock the
other walls stand alone. Those: confine.py.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

CREATE, ADD, RESTRICT = 444, 445, 446  # the same numbers on every architecture
ASK_VERSION, BENEATH = 1, 1
READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
FILE_ACCESS = 1 << 0 | 1 << 1 | READ_FILE | 1 << 14
FIRST_ACCESS = (1 << 13) - 1  # what the first version of Landlock knows
LATER_ACCESS = {2: 1 << 13, 3: 1 << 14}  # moving between folders, truncating
SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")


class Ruleset(ctypes.Structure):
    """struct landlock_ruleset_attr, as far as files go."""

    _fields_ = [("handled", ctypes.c_uint64)]


class Rule(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def confine_files(libc: ctypes.CDLL, readable: Iterable[str]) -> bool:
    """From now on: read programs and `readable`, write in the working folder alone.

    False where the kernel cannot do it. Needs `PR_SET_NO_NEW_PRIVS`.
    """
    version = libc.syscall(CREATE, None, 0, ASK_VERSION)
    if version < 1:
        return False
    every = FIRST_ACCESS
    for since, access in LATER_ACCESS.items():
        every |= access if version >= since else 0
    ruleset = Ruleset(every)
    rules = libc.syscall(CREATE, ctypes.byref(ruleset), ctypes.sizeof(ruleset), 0)
    if rules < 0:
        return False
    for path in (*_programs(), *readable):
        _allow(libc, rules, path, READ_FILE | READ_FOLDER)
    _allow(libc, rules, ".", every)
    done = libc.syscall(RESTRICT, rules, 0)
    os.close(rules)
    return bool(done == 0)


def _programs() -> list[str]:
    """Python, its libraries, and this package: not the folder that holds the project,
    where the database and the settings may lie."""
    package = str(Path(__file__).resolve().parent.parent)
    root = str(Path(package).parent)
    found = [path for path in sys.path if path and Path(path) != Path(root)]
    return [package, sys.prefix, sys.base_prefix, *found, *SYSTEM]


def _allow(libc: ctypes.CDLL, rules: int, path: str, access: int) -> None:
    """A path that is not there cannot be opened either."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    allowed = access if os.path.isdir(path) else access & FILE_ACCESS
    rule = Rule(allowed, place)
    libc.syscall(ADD, rules, BENEATH, ctypes.byref(rule), 0)
    os.close(place)
