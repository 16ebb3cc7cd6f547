"""Copying a database while it is written to, and putting a copy in its place.

Belongs here: one way for each engine. Both give a copy that is exactly one moment of
the record, and the facts of that same moment.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from hub.backups import postgres_tools
from hub.backups.facts import Facts, facts_of
from hub.backups.manifest import BackupError, Progress

SQLITE, POSTGRESQL = "sqlite", "postgresql"
NAMES = {SQLITE: "database.sqlite3", POSTGRESQL: "database.dump"}
PAGES = 2_000  # copied between two steps of the bar: 8 MB
BUSY_SECONDS = 20.0


def engine() -> str:
    return SQLITE if connection.vendor == "sqlite" else POSTGRESQL


def server_version() -> str:
    """Its major version, which decides what can read the copy."""
    if engine() == SQLITE:
        return sqlite3.sqlite_version
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return str(int(cursor.fetchone()[0]) // 10_000)


def facts_here() -> Facts:
    """Of the database that Django is connected to, in its present transaction."""
    with connection.cursor() as cursor:

        def ask(query: str) -> list[tuple[Any, ...]]:
            cursor.execute(query)
            return list(cursor.fetchall())

        return facts_of(ask)


def copy_to(file: Path, progress: Progress) -> Facts:
    """Writes the copy and returns what it holds. Raises BackupError."""
    if engine() == SQLITE:
        return _copy_sqlite(file, progress)
    return _copy_postgresql(file)


def put_back(file: Path, version: str, progress: Progress) -> None:
    """Replaces the whole database by the copy. Raises BackupError."""
    if engine() == SQLITE:
        _put_back_sqlite(file, progress)
    else:
        _put_back_postgresql(file, int(version))


def _copy_sqlite(file: Path, progress: Progress) -> Facts:
    """By the online backup API. The open reading keeps every step on one moment:
    otherwise each message written by another process would begin the copy again."""
    with closing(_open(connection.settings_dict["NAME"])) as live:
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(file)) as copy:
            live.backup(copy, pages=PAGES, progress=_steps(progress))
            # One file without companions, wherever it is carried.
            copy.execute("PRAGMA journal_mode=DELETE")
            return facts_of(copy.execute)


def _put_back_sqlite(file: Path, progress: Progress) -> None:
    connection.close()
    with (
        closing(_open(f"file:{file}?mode=ro", uri=True)) as copy,
        closing(_open(connection.settings_dict["NAME"])) as live,
    ):
        try:
            copy.backup(live, pages=PAGES, progress=_steps(progress))
            live.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            raise BackupError(
                f"The database cannot be replaced ({error}): end every process of "
                "the hub first."
            ) from None


def _open(name: Any, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(str(name), timeout=BUSY_SECONDS, uri=uri)


def _steps(progress: Progress) -> Callable[[int, int, int], None]:
    return lambda _status, left, total: progress(total - left, total)


def _copy_postgresql(file: Path) -> Facts:
    """pg_dump and our own questions look at one snapshot."""
    tool = postgres_tools.program("pg_dump", int(server_version()))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # Ours says nothing while pg_dump works, which may take longer than a minute.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        options = ["--format=custom", "--no-owner", "--no-privileges"]
        command = [tool, *options, f"--snapshot={snapshot}", f"--file={file}"]
        postgres_tools.run(command, connection.connection.info)
        return facts_here()


def _put_back_postgresql(file: Path, version: int) -> None:
    """What is there goes first: a newer hub may have tables that the copy has not."""
    tool = postgres_tools.program("pg_restore", max(version, int(server_version())))
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        names = ", ".join(map(connection.ops.quote_name, tables))
        if tables:
            cursor.execute(f"DROP TABLE {names} CASCADE")
        options = ["--no-owner", "--no-privileges", "--exit-on-error"]
        command = [tool, *options, "--single-transaction", str(file)]
        postgres_tools.run(command, connection.connection.info)
    connection.close()
