"""A real clamd for the tests, with a few local signatures, made to be broken.

Belongs here: one daemon's life and what it knows. No official database is needed: it
finds the harmless EICAR test file, the harmless program of the package
clamav-testfiles, and a marker of our own.
"""

import os
import shutil
import socket
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM
from typing import Self

from tests.servers.children import NOBODY, Child, Folder, ServerError

# In hex, so that nobody's virus scanner takes the checkout away.
EICAR = bytes.fromhex(
    "58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d5354414e44"
    "4152442d414e544956495255532d544553542d46494c452124482b482a"
)
MARKER = b"hub-tests-malicious-marker"  # found anywhere in a file, unlike EICAR
TEST_FILES = Path("/usr/share/clamav-testfiles")
SIGNATURES = {
    "eicar.ndb": f"Hub.Eicar:0:0:{EICAR.hex()}\n",
    "marker.ndb": f"Hub.Marker:0:*:{MARKER.hex()}\n",
    # clam.exe, which all 44 files of clamav-testfiles hold in other packings.
    "clam.hdb": "aa15bcf478d165efd2065190eb473bcb:544:Hub.ClamTestFile\n",
}
SETTINGS = {
    "Foreground": "yes",
    "StreamMaxLength": "25M",
    "MaxScanSize": "100M",
    "MaxFileSize": "25M",
    "MaxRecursion": "10",
    "MaxFiles": "1000",
    "MaxScanTime": "20000",
    "MaxThreads": "4",
    "ReadTimeout": "15",
    "CommandReadTimeout": "10",
    "SelfCheck": "0",
    # A reload waits until idle threads have ended; by default that takes 30 s.
    "ConcurrentDatabaseReload": "no",
    "IdleTimeout": "1",
    "AlertExceedsMax": "yes",
    "AlertEncryptedArchive": "yes",
    "AlertEncryptedDoc": "yes",
    "AlertOLE2Macros": "yes",
}
FOLDERS = (os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin")
ANSWER_SECONDS = 15.0


def program() -> str | None:
    """Where clamd lies; an ordinary account's PATH often lacks the sbin folders."""
    return shutil.which("clamd", path=os.pathsep.join(FOLDERS))


class Clamd:
    """One clamd; its url stays the same through kill() and start()."""

    def __init__(self) -> None:
        self._account = NOBODY if os.geteuid() == 0 else 0
        self._child: Child | None = None
        self._folder = Folder("clamd", self._account)
        self._socket = self.path("clamd.sock")
        self.database = self.path("database")
        for made in (self.database, self.path("scratch")):
            made.mkdir()
            if self._account:
                os.chown(made, self._account, self._account)
        for name, line in SIGNATURES.items():
            (self.database / name).write_text(line)

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    @property
    def socket(self) -> Path:
        return self._socket

    @property
    def pid(self) -> int:
        return self._running("pid").pid

    def path(self, name: str) -> Path:
        return self._folder.path / name

    def start(self) -> None:
        """Return when it answers. A socket that a kill left behind is taken over."""
        if self._child and self._child.is_running():
            return
        command = [str(self._copy()), "-c", str(self._configure()), "--foreground"]
        log = self.path("clamd.out")
        self._child = Child(command, log, account=self._account, at_death=SIGKILL)
        self._child.wait_until(self._answers, "clamd")

    def stop(self) -> None:
        """End it as an operator would."""
        if self._child:
            self._child.stop(SIGTERM)
            self._child = None

    def kill(self) -> None:
        """SIGKILL it; its socket file stays, as it does in life."""
        if self._child:
            self._child.kill()
            self._child = None

    def pause(self) -> None:
        """Freeze it: connections stay open and nobody answers."""
        self._running("pause").send(SIGSTOP)

    def resume(self) -> None:
        self._running("resume").send(SIGCONT)

    def reload(self) -> None:
        """Make it read its database again, and return when it has."""
        self._running("reload")
        if self.ask(b"RELOAD") != b"RELOADING\0":
            raise ServerError("clamd does not reload.")
        # Until then new commands wait, as ConcurrentDatabaseReload is off.
        self.ask(b"PING")

    def ask(self, command: bytes) -> bytes:
        """Its whole reply to a command without content."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_SECONDS)
            line.connect(str(self._socket))
            line.sendall(b"z" + command + b"\0")
            return b"".join(iter(lambda: line.recv(4096), b""))

    def scan(self, content: bytes) -> bytes:
        """Its whole reply to these bytes, asked without the hub's own client."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_SECONDS)
            line.connect(str(self._socket))
            line.sendall(b"zINSTREAM\0" + len(content).to_bytes(4, "big") + content)
            line.sendall(bytes(4))
            return b"".join(iter(lambda: line.recv(4096), b""))

    def close(self) -> None:
        self.stop()
        self._folder.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _copy(self) -> Path:
        """Where AppArmor knows clamd by its path, it could not read our folder."""
        copy = self.path("clamd")
        if not copy.exists():
            if not (installed := program()):
                raise ServerError("No clamd found: install clamav-daemon.")
            shutil.copy(installed, copy)
        return copy

    def _configure(self) -> Path:
        own = {
            "LocalSocket": self._socket,
            "PidFile": self.path("clamd.pid"),
            "LogFile": self.path("clamd.log"),
            "DatabaseDirectory": self.database,
            "TemporaryDirectory": self.path("scratch"),
        }
        lines = [f"{name} {value}\n" for name, value in {**SETTINGS, **own}.items()]
        file = self.path("clamd.conf")
        file.write_text("".join(lines))
        return file

    def _answers(self) -> bool:
        try:
            return self.ask(b"PING") == b"PONG\0"
        except OSError:
            return False

    def _running(self, what: str) -> Child:
        if not self._child:
            raise ServerError(f"{what} needs a clamd that was started.")
        return self._child
