"""`make bench ARGS=national`: pages on data of the country's size.

Belongs here: the databases. Each is measured in a process of its own, because Django is
configured once in each: SQLite, then PostgreSQL where one can be started. `sqlite` or
`postgres` after `national` measures only that one. The pages: national_pages.py.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.servers import Postgres, ServerError

ROOT = Path(__file__).resolve().parent.parent
SQLITE, POSTGRES = "sqlite", "postgres"


def run(wanted: list[str]) -> None:
    """Raises SystemExit for a name that is no database."""
    databases = wanted or [SQLITE, POSTGRES]
    if unknown := set(databases) - {SQLITE, POSTGRES}:
        raise SystemExit(f"Unknown database: {', '.join(sorted(unknown))}.")
    if SQLITE in databases:
        _measure_in("")
    if POSTGRES in databases:
        _measure_postgres()


def _measure_postgres() -> None:
    try:
        with Postgres() as server:
            _measure_in(server.url)
    except ServerError as error:
        print(f"PostgreSQL: not measured. {error}")


def _measure_in(url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        surroundings = {**os.environ, "DATA_FOLDER": folder, "HUB_MODE": "development"}
        surroundings |= {"DJANGO_SETTINGS_MODULE": "settings", "DATABASE_URL": url}
        if not url:
            del surroundings["DATABASE_URL"]
        command = [sys.executable, "-m", "bench.national_pages"]
        subprocess.run(command, cwd=ROOT, env=surroundings, check=True)  # noqa: S603 (our own module)
