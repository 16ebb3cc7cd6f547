"""`manage.py serve` as a child process that may be killed and started again."""

import atexit
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent.parent
READY = "The hub is ready"  # it listens; what it prints after that may follow
GREETED = "Ctrl-C ends it"
PERSON = re.compile(r"  .* <(.*@.*)>, ")  # and in the next line
LINK = re.compile(r"http://\S+/connexion/lien/\S+")
START_SECONDS = 60
STOP_SECONDS = 10  # 4 s at most (hub.server), and the exit of Python on a busy machine


class ServedHub:
    """One process on its own port and data folder; the data outlives the process."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{k: v for k, v in os.environ.items() if k not in FOREIGN},
            "DATA_FOLDER": str(folder),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "PYTHONFAULTHANDLER": "1",
            "LOG_LEVEL": "ERROR",
            "RATE_LIMITS": "off",  # tests that need them say so
            **environment,
        }
        self.reached_at = self.url  # where clients go; a proxy may stand before it
        self.is_prepared = False
        self.process: subprocess.Popen[str] | None = None
        self.output: list[str] = []
        self.links: dict[str, str] = {}  # of the cast, as printed at the start
        self.greeted = threading.Event()  # everything is printed, or it ended

    def start(self) -> None:
        """Returns when the process says that it listens."""
        prepare = [] if self.is_prepared else ["--prepare"]
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", *prepare],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ready = threading.Event()
        self.links.clear()
        self.greeted.clear()
        self._reader = threading.Thread(target=self._read, args=(ready,), daemon=True)
        self._reader.start()
        if not ready.wait(START_SECONDS) or self.process.poll() is not None:
            raise RuntimeError("The hub did not start:\n" + "\n".join(self.output))
        self.is_prepared = True

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        assert self.process
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def stop(self, seconds: float = STOP_SECONDS) -> int:
        """SIGTERM; the exit status. Raises RuntimeError with the stacks of a process
        that does not end."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # says where each thread is
            self.process.wait()
            self._reader.join()
            said = "\n".join(self.output)
            raise RuntimeError(f"The hub did not end:\n{said}") from None
        self._reader.join()
        return status

    def manage(self, *arguments: str) -> str:
        """The output of a management command on the same data."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def login_link(self, email: str) -> str:
        """One that the start printed, which costs nothing, or else a new one."""
        self.greeted.wait(START_SECONDS)
        printed = self.links.pop(email, "")
        return printed or self.manage("login_link", email).strip()

    def _read(self, ready: threading.Event) -> None:
        assert self.process
        assert self.process.stdout
        email = ""
        with self.process.stdout as output:
            for line in output:
                self.output.append(line.rstrip())
                if address := LINK.search(line):
                    self.links[email] = address[0]
                if person := PERSON.match(line):
                    email = person[1]
                if READY in line:
                    ready.set()
                if GREETED in line:
                    self.greeted.set()
        self.greeted.set()
        ready.set()  # it ended: whoever waits must look

    def __enter__(self) -> Self:
        if "DATABASE_URL" not in self.environment and not any(self.folder.glob("*")):
            shutil.copytree(prepared(), self.folder, dirs_exist_ok=True)
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process and self.process.poll() is None:
            self.kill()


# What the tests' own shape sets; a served hub is told what it needs.
FOREIGN = {"DATABASE_URL", "REDIS_URL", "DATA_FOLDER", "DJANGO_SETTINGS_MODULE"}


@cache
def prepared() -> Path:
    """A data folder as `manage.py prepare` leaves it, made once for all to copy."""
    folder = Path(tempfile.mkdtemp(prefix="hub-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    ServedHub(folder).manage("prepare")
    return folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
