"""A real PostgreSQL for the tests, durable, and made to be killed and restarted.

Belongs here: one server's life. Where its programs come from is in
installation.py.
"""

import contextlib
import os
import subprocess
from pathlib import Path
from signal import SIGCONT, SIGINT, SIGQUIT, SIGSTOP, Signals
from typing import Self

import psycopg

from tests.servers.children import (
    NOBODY,
    Child,
    Folder,
    ServerError,
    descendants,
    tail,
)
from tests.servers.installation import postgres_programs

DEFAULTS = {
    "listen_addresses": "",
    # Tests kill -9 the server and then look for every acknowledged row.
    "fsync": "on",
    "synchronous_commit": "on",
    # As docker-compose.yml sets them.
    "max_connections": "200",
    "random_page_cost": "1.1",
}
CONNECT_SECONDS = 5


class Postgres:
    """One PostgreSQL server; its url stays the same through kill() and start().

    With TEST_DATABASE_URL (and unless `own=True`) that server is used as it is:
    start() only waits for it, stop() leaves it, kill() and settings() raise.
    """

    def __init__(self, *, own: bool = False) -> None:
        self._given = "" if own else os.environ.get("TEST_DATABASE_URL", "")
        self._account = NOBODY if os.geteuid() == 0 else 0
        self._options = dict(DEFAULTS)
        self._child: Child | None = None
        self._programs: Path | None = None
        if not self._given:
            self._folder = Folder("pg", self._account)
            self._data = self._folder.path / "data"
            self._log = self._folder.path / "postgres.log"

    @property
    def url(self) -> str:
        """Address the database `postgres`, in the form dj-database-url understands."""
        return self._given or f"postgresql://postgres@/postgres?host={self._socket}"

    @property
    def pid(self) -> int:
        """The server's first process. Raises ServerError while none of ours runs."""
        if not self._child:
            raise ServerError("no PostgreSQL of our own is running")
        return self._child.pid

    @property
    def line(self) -> str:
        """The Unix socket itself, for a proxy before it."""
        return str(self._socket / ".s.PGSQL.5432")

    @property
    def _socket(self) -> Path:
        return self._folder.path

    def settings(self, **options: str | int | bool) -> None:
        """Choose server settings for the next start: settings(fsync=False)."""
        self._require_own("settings")
        words = {True: "on", False: "off"}
        for name, value in options.items():
            known = words[value] if isinstance(value, bool) else str(value)
            self._options[name] = known

    def start(self) -> None:
        """Return when it answers. Reuses the data of the time before, if any."""
        if self._given:
            self._wait_for_given()
            return
        if self._child and self._child.is_running():
            return
        self._programs = self._programs or postgres_programs(self._account)
        if not (self._data / "PG_VERSION").exists():
            self._create_cluster(self._programs)
        options = {**self._options, "unix_socket_directories": str(self._socket)}
        arguments = [f"--{name}={value}" for name, value in options.items()]
        command = [str(self._programs / "postgres"), "-D", str(self._data), *arguments]
        # SIGQUIT is its "immediate shutdown": it takes its own children with it.
        self._child = Child(command, self._log, account=self._account, at_death=SIGQUIT)
        self._child.wait_until(self._answers, "PostgreSQL")

    def stop(self) -> None:
        """End it as an operator would, without waiting for its clients."""
        if self._child:
            self._child.stop(SIGINT)
            self._child = None

    def kill(self) -> None:
        """SIGKILL all its processes, as a power cut would, and clear their traces.

        The lock files name a process that may stay a zombie for as long as nobody
        reaps it; PostgreSQL would take it for a running server and refuse to start.
        """
        self._require_own("kill")
        if not self._child:
            return
        self._child.kill()
        self._child = None
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        for trace in self._socket.glob(".s.PGSQL.*"):
            trace.unlink()

    def pause(self) -> None:
        """Freeze all its processes: connections stay open and nobody answers."""
        self._signal_all(SIGSTOP)

    def resume(self) -> None:
        self._signal_all(SIGCONT)

    def close(self) -> None:
        """Stop it and remove its data."""
        self.stop()
        if not self._given:
            self._folder.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _signal_all(self, signal: Signals) -> None:
        self._require_own("pause")
        if not self._child:
            raise ServerError("Only a PostgreSQL that was started can be paused.")
        self._child.send(signal)  # the parent first: it makes no child meanwhile
        for pid in descendants(self._child.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal)

    def _require_own(self, what: str) -> None:
        if self._given:
            raise ServerError(
                f"{what}() is impossible with the server of TEST_DATABASE_URL; "
                "ask for Postgres(own=True)."
            )

    def _create_cluster(self, programs: Path) -> None:
        command = [str(programs / "initdb"), "-D", str(self._data), "-U", "postgres"]
        command += ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        with self._log.open("ab") as output:
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._folder.path,
                user=self._account or None,
                group=self._account or None,
                extra_groups=[] if self._account else None,
            )
        if done.returncode:
            raise ServerError(f"initdb failed:\n{tail(self._log)}")

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=CONNECT_SECONDS):
                return True
        except psycopg.OperationalError:
            return False

    def _wait_for_given(self) -> None:
        try:
            with psycopg.connect(self.url, connect_timeout=CONNECT_SECONDS):
                pass
        except psycopg.OperationalError as error:
            raise ServerError(
                f"The server of TEST_DATABASE_URL does not answer: {error}"
            ) from error
