"""Web processes behind the proxy, the workers beside them, and their restarts.

Belongs here: which processes there are and in which order they come and go. It looks
like a ServedHub, so that every journey also runs on it.
"""

import contextlib
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Self

import psycopg

from tests.clients.server import ROOT, ServedHub, free_port
from tests.cluster.proxy import Backend, Proxy
from tests.servers.children import Child

WEBS = 2
START_SECONDS = 60.0
QUIET_SECONDS = 15.0  # for requests in hand, before their process is restarted
LOOK_SECONDS = 0.5


class Process:
    """One `manage.py ...` of the cluster, started again as often as needed."""

    def __init__(self, name: str, arguments: list[str], log: Path) -> None:
        self.name, self.arguments, self.log = name, arguments, log
        self.environment: dict[str, str] = {}
        self.child: Child | None = None

    def start(self) -> None:
        self.child = Child(
            [sys.executable, *self.arguments],
            self.log,
            at_death=SIGKILL,
            environment=self.environment,
        )

    def is_running(self) -> bool:
        return self.child is not None and self.child.is_running()

    def stop(self) -> None:
        """SIGTERM, and wait until it has ended."""
        if self.child:
            self.child.stop(SIGTERM)

    def kill(self) -> None:
        if self.child and self.child.is_running():
            self.child.kill()


class Cluster(ServedHub):
    """`url` is the proxy's. Data outlives the processes, as with ServedHub."""

    def __init__(
        self,
        folder: Path,
        servers: dict[str, str],
        webs: int = WEBS,
        port: int = 0,
        **environment: str,
    ) -> None:
        """`servers`: DATABASE_URL and REDIS_URL, of a database that is prepared."""
        super().__init__(folder, **{**servers, **environment})
        self.port = port or self.port
        self.url = f"http://127.0.0.1:{self.port}"
        self.logs = Path(tempfile.mkdtemp(prefix="hub-cluster-"))
        mail_port, side = free_port(), free_port()
        own = self.environment
        own |= {
            "PYTHONPATH": str(ROOT),
            "BASE_URL": self.url,
            "HUB_MODE": "development",
        }
        file_workers = own.pop("FILE_WORKERS", "2")
        own |= {"FILE_WORKERS": "0", "MAIL_WORKER": "off"}
        self.side = self._process(
            "side", ["-m", "tests.cluster.mailbox", str(mail_port)]
        )
        self.side.environment = {**own, "PORT": str(side)}
        own.setdefault("CLAMD_URL", f"unix://{folder.resolve()}/clamd/clamd.sock")
        own |= {
            "SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
            "MAIL_ALLOW_INVALID": "true",
        }
        self.backends = [Backend(free_port()) for _ in range(webs)]
        self.webs = [
            self._process(f"web-{number}", [self.manage_py, "serve"])
            for number, _backend in enumerate(self.backends, 1)
        ]
        for web, backend in zip(self.webs, self.backends, strict=True):
            web.environment = {**own, "PORT": str(backend.port)}
        self.workers = [self._process("deliver", [self.manage_py, "deliver"])]
        if file_workers != "0":
            inspect = [self.manage_py, "inspect_files", "--workers", file_workers]
            self.workers.append(self._process("inspect-files", inspect))
        for worker in self.workers:
            worker.environment = own
        self.proxy = Proxy(self.port, self.backends, {"/dev/": Backend(side)})
        self._only_one = threading.Lock()  # restarts by hand and by the keeper
        self._end = threading.Event()

    manage_py = str(ROOT / "manage.py")

    def _process(self, name: str, arguments: list[str]) -> Process:
        return Process(name, arguments, self.logs / f"{name}.log")

    @property
    def processes(self) -> list[Process]:
        return [self.side, *self.webs, *self.workers]

    @property
    def output(self) -> list[str]:  # type: ignore[override] # what ServedHub collects
        """What all processes said."""
        logs = [one.log for one in self.processes if one.log.exists()]
        return [line for log in logs for line in log.read_text().splitlines()]

    @output.setter
    def output(self, lines: list[str]) -> None:
        assert not lines

    def start(self) -> None:
        """Returns when every web process is ready to be asked."""
        for process in self.processes:
            if not process.is_running():
                process.start()
        for backend in (*self.backends, *self.proxy.pinned.values()):
            self._await(backend)
        self.greeted.set()  # links are asked for, not read from the logs

    def kill(self) -> None:
        """SIGKILL everything but the proxy, which then answers 503 by itself."""
        for process in self.processes:
            process.kill()
        gone = lambda: not any(one.is_alive for one in self.backends)  # noqa: E731
        assert self.proxy.wait_until(gone, START_SECONDS)

    def stop(self) -> int:
        """SIGTERM to all at once; the worst exit status."""
        self._end.set()
        threads = [threading.Thread(target=one.stop) for one in self.processes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return max(abs(one.child.status or 0) for one in self.processes if one.child)

    def restart_in_turn(self) -> None:
        """One web process after the other; nobody's request fails.

        New requests go to the others, those in hand are waited for, sockets are told
        1012 and come back elsewhere. Raises RuntimeError when one does not come back:
        then the rest keeps running the old version.
        """
        with self._only_one:
            for web, backend in zip(self.webs, self.backends, strict=True):
                backend.is_held_out = True
                self.proxy.wait_until(lambda b=backend: not b.requests, QUIET_SECONDS)
                web.stop()
                self._await_end(backend)
                web.start()
                self._await(backend)
                backend.is_held_out = False
            for worker in self.workers:
                worker.stop()
                worker.start()

    def keep_running(self) -> None:
        """Starts again what ended, until `stop` or `leave_alone`. Blocks."""
        self._end.clear()
        while not self._end.wait(LOOK_SECONDS):
            with self._only_one:
                for process in self.processes:
                    if not process.is_running() and not self._end.is_set():
                        print(f"{process.name} ended and is started again.", flush=True)
                        process.start()

    def leave_alone(self) -> None:
        """Ends `keep_running`."""
        self._end.set()

    def _await(self, backend: Backend) -> None:
        if not self.proxy.wait_until(lambda: backend.is_ready, START_SECONDS):
            said = "\n".join(self.output[-40:])
            raise RuntimeError(f"A process does not get ready:\n{said}")

    def _await_end(self, backend: Backend) -> None:
        """Until the proxy has seen it: the port must not be taken for the new one's."""
        self.proxy.wait_until(lambda: not backend.is_alive, START_SECONDS)

    def __enter__(self) -> Self:
        self.proxy.start()
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """SIGKILL what runs; the logs go."""
        self._end.set()
        for process in self.processes:
            process.kill()
        self.proxy.stop()
        shutil.rmtree(self.logs, ignore_errors=True)


class Prepared:
    """A database as `manage.py prepare` leaves it, and copies of it for each cluster."""

    def __init__(self, address: str, redis_url: str) -> None:
        """`address`: of a PostgreSQL on which databases may be made."""
        self.address, self.redis_url = address, redis_url
        self.folder = Path(tempfile.mkdtemp(prefix="hub-prepared-"))
        self.count = 0
        self._make("hub_prepared")
        servers = {"DATABASE_URL": self._url("hub_prepared"), "REDIS_URL": redis_url}
        ServedHub(self.folder, **servers).manage("prepare")

    def cluster(self, folder: Path, port: int = 0, **environment: str) -> Cluster:
        """A cluster on a fresh copy; its data folder is `folder`."""
        self.count += 1
        name = f"hub_{self.count}"
        self._make(name, "hub_prepared")
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        servers = {"DATABASE_URL": self._url(name), "REDIS_URL": self.redis_url}
        return Cluster(folder, servers, port=port, **environment)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        names = ["hub_prepared", *(f"hub_{n + 1}" for n in range(self.count))]
        with (
            contextlib.suppress(psycopg.Error),  # a server that is gone took them along
            psycopg.connect(self.address, autocommit=True) as connection,
        ):
            for name in names:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        before, _slash, options = self.address.partition("/postgres?")
        return f"{before}/{name}?{options}"

    def _make(self, name: str, template: str = "template1") -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
