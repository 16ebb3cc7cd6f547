"""Creates, repairs and fills .venv, and remembers what is installed in it.

Belongs here: everything that writes inside .venv. Checks of the machine and exit
codes are in bootstrap.py.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
# Present from before the first write until the last: an environment whose making
# was killed may hold half a package that pip would take for a whole one.
UNFINISHED = VENV / "unfinished"
STAMPS = VENV / "stamps"
# dev.in begins with `-r run.in`, so installing dev.txt gives what run.txt asks for.
INCLUDES = {"dev": ("dev", "run"), "run": ("run",)}
OUTPUT_LINES = 12  # Enough to hold pip's error and the requirement that caused it.
# After an upgrade of the system's Python the links work but the packages, which lie
# in lib/python<old version>, are no longer found.
FINDS_ITS_PACKAGES = (
    "import os, sys, sysconfig; sys.exit(not "
    "os.path.isdir(sysconfig.get_path('purelib')) or sys.prefix == sys.base_prefix)"
)


class NotReadyError(Exception):
    """The project cannot start here; the text is one sentence for the terminal."""


def is_satisfied(requirements: str) -> bool:
    """Say whether .venv works and holds exactly this version of the file."""
    stamp = STAMPS / f"{requirements}.txt"
    return (
        not UNFINISHED.exists()
        and stamp.exists()
        and stamp.read_text() == fingerprint(requirements)
        and works()
    )


@contextlib.contextmanager
def only_one_at_a_time() -> "Iterator[int]":
    """Hold the project folder's lock: two starts at once must not share one pip.

    Yields the descriptor. Children inherit it on purpose: should this process be
    killed, the next start waits for an orphaned pip instead of deleting under it.
    """
    descriptor = os.open(str(ROOT), os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another installation in this folder to end ...")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def build(requirements: str, lock: int) -> None:
    """Bring .venv from any state to one that holds requirements/<requirements>.txt."""
    if UNFINISHED.exists() or not works():
        if not has_ensurepip() and not shutil.which("uv"):
            raise missing_ensurepip()
        if VENV.exists():
            say("Repairing .venv, which was left unfinished or lost its Python ...")
            discard()
        create(lock)
    install(requirements, lock)


def discard() -> None:
    """Delete .venv; at every moment of it what remains is seen as unusable."""
    with contextlib.suppress(FileNotFoundError):
        VENV_PYTHON.unlink()
    shutil.rmtree(VENV)


def create(lock: int) -> None:
    """Make an empty environment, marked as unfinished until install() has ended."""
    VENV.mkdir()
    UNFINISHED.touch()
    # Started from inside .venv (activated shell), its Python was just deleted.
    python = getattr(sys, "_base_executable", None) or sys.executable
    options = [] if has_ensurepip() else ["--without-pip"]
    made = quietly([python, "-m", "venv", *options, str(VENV)], lock)
    if made.returncode == 0:
        return
    if "ensurepip" in made.stdout:
        raise missing_ensurepip()
    raise NotReadyError(tail(made.stdout) + "\nThe folder .venv could not be created.")


def install(requirements: str, lock: int) -> None:
    """Install the pinned file, first with uv (fast) when there is one, else with pip.

    Both are told nothing but the file and that hashes are compulsory: indexes,
    proxies and certificates come from the person's own configuration. uv does not
    read pip's, so when it fails pip still has a try.
    """
    UNFINISHED.touch()
    known = (STAMPS / f"{requirements}.txt").exists()
    why = "the file has changed" if known else "first time only"
    say(f"Installing requirements/{requirements}.txt into .venv ({why}) ...")
    began = time.monotonic()
    for command in installers():
        done = quietly([*command, str(requirement_file(requirements))], lock)
        if done.returncode == 0:
            remember(requirements)
            say(f"Installed in {time.monotonic() - began:.0f} s.")
            return
    if (VENV / "pyvenv.cfg").exists() and done.returncode > 0:
        # The installer ended by itself, so nothing is half written.
        UNFINISHED.unlink()
    raise NotReadyError(
        f"{tail(done.stdout)}\nrequirements/{requirements}.txt could not be installed, "
        "for the reason given above."
    )


def installers() -> "list[list[str]]":
    """Return the commands to try in turn; the requirement file completes each."""
    hashed = ["--quiet", "--require-hashes", "-r"]
    commands = []
    uv = shutil.which("uv")
    if uv:
        commands.append([uv, "pip", "install", "--python", str(VENV_PYTHON), *hashed])
    if has_ensurepip() or not uv:
        pip = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
        commands.append([*pip, "--no-input", *hashed])
    return commands


def remember(requirements: str) -> None:
    """Write the stamps of what the installed file covers and end the unfinished state.

    A smaller file whose pins differ from the larger one's gets no stamp: it is then
    installed in its own turn.
    """
    STAMPS.mkdir(exist_ok=True)
    for name in INCLUDES[requirements]:
        if pins(name) <= pins(requirements):
            (STAMPS / f"{name}.txt").write_text(fingerprint(name))
    UNFINISHED.unlink()


def works() -> bool:
    """Say whether the environment's Python starts and finds its own packages."""
    try:
        command = [str(VENV_PYTHON), "-I", "-c", FINDS_ITS_PACKAGES]
        tried = subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return tried.returncode == 0


def has_ensurepip() -> bool:
    """Say whether venv can put pip into a new environment (Debian splits it off)."""
    return importlib.util.find_spec("ensurepip") is not None


def missing_ensurepip() -> NotReadyError:
    """Return the error whose sentence says how to get venv on Debian and Ubuntu."""
    apt = "apt-get install -y python3-venv"
    return NotReadyError(
        "Python cannot create virtual environments here: install its venv module "
        f"with `{apt if os.geteuid() == 0 else 'sudo ' + apt}` and start again."
    )


def requirement_file(requirements: str) -> Path:
    return ROOT / "requirements" / f"{requirements}.txt"


def fingerprint(requirements: str) -> str:
    return hashlib.sha256(requirement_file(requirements).read_bytes()).hexdigest()


def pins(requirements: str) -> "set[str]":
    """Return the `name==version` at the head of each line that has one."""
    text = requirement_file(requirements).read_text()
    return set(re.findall(r"^[A-Za-z0-9][^\s;\\]*==[^\s;\\]+", text, re.MULTILINE))


def quietly(command: "list[str]", lock: int) -> "subprocess.CompletedProcess[str]":
    """Run to the end and keep what is printed, for the case of a failure."""
    return subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=[lock],
    )


def tail(output: str) -> str:
    return "\n".join(output.strip().splitlines()[-OUTPUT_LINES:])


def say(line: str) -> None:
    print(line, flush=True)
