"""A clamd of one's own, for development: found, configured, started, ended.

Belongs here: one daemon as a child process. When it is wanted is in hub/own_clamd.py.
An installation in production has its clamd elsewhere and gives CLAMD_URL.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

SYSTEM_SIGNATURES = Path("/var/lib/clamav")  # where freshclam puts them
OFFICIAL = ("*.cvd", "*.cld")
# An ordinary account's PATH often lacks the sbin folders.
FOLDERS = (os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin")
SOCKET_PATH_BYTES = 103  # macOS; Linux takes 107
ANSWER_SECONDS = 1.0
STOP_SECONDS = 5.0

# docs/operations.md explains the values. A reload beside the old database would take
# twice the memory of a laptop.
SETTINGS = """\
Foreground yes
LocalSocketMode 600
FixStaleSocket yes
StreamMaxLength 25M
MaxFileSize 25M
MaxScanSize 100M
MaxRecursion 10
MaxFiles 1000
MaxScanTime 20000
MaxThreads 4
ConcurrentDatabaseReload no
IdleTimeout 1
AlertExceedsMax yes
AlertEncryptedArchive yes
AlertEncryptedDoc yes
AlertOLE2Macros yes
"""


class OwnClamd:
    """At most one per folder: a daemon that already answers there is used."""

    def __init__(
        self,
        folder: Path,
        signatures: Path = SYSTEM_SIGNATURES,
        patterns: tuple[str, ...] = OFFICIAL,
    ) -> None:
        self.folder, self.signatures, self.patterns = folder, signatures, patterns
        self.socket = folder / "clamd.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def obstacle(self) -> str:
        """Why it cannot be started, in one sentence; empty when it can."""
        if not _program():
            return "clamd is not installed: install clamav-daemon, or set CLAMD_URL."
        if not any(any(self.signatures.glob(p)) for p in self.patterns):
            return (
                "clamd has no signature database: run freshclam, or set SCANNER=none "
                "to try the hub out without scanning."
            )
        if len(os.fsencode(self.socket)) > SOCKET_PATH_BYTES:
            return "DATA_FOLDER is too long a path for clamd's socket: shorten it."
        return ""

    def end(self) -> str:
        """How the one we started has ended, in one sentence; empty if it has not."""
        code = self._process.poll() if self._process else None
        return "" if code is None else f"clamd ended with {code}, see its clamd.log."

    def start(self) -> None:
        """Starts it and does not wait: reading the database takes it a while.

        It ends with the thread that calls this. OSError when it cannot be started.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        own = {
            "LocalSocket": self.socket,
            "DatabaseDirectory": self.signatures,
            "TemporaryDirectory": scratch,
        }
        lines = [f'{name} "{value}"\n' for name, value in own.items()]
        configuration = self.folder / "clamd.conf"
        configuration.write_text(SETTINGS + "".join(lines))
        self._process = self._spawn(["-c", str(configuration), "--foreground"])

    def is_running(self) -> bool:
        """As our child (that may still be reading its database), or by its answer."""
        if self._process and self._process.poll() is None:
            return True
        return self.answers()

    def answers(self) -> bool:
        """Whether a clamd listens at the socket, ours or another process's."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_SECONDS)
            try:
                line.connect(str(self.socket))
                line.sendall(b"zPING\0")
                return line.recv(16) == b"PONG\0"
            except OSError:
                return False

    def stop(self) -> None:
        """Ends what start() started, and nothing else."""
        if not self._process:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _spawn(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        birth = str(Path(__file__).with_name("bound_child.py"))
        python = [sys.executable, "-I", "-S", birth, str(os.getpid())]
        with (self.folder / "clamd.log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 (our own words, no shell)
                [*python, str(self._copy()), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )

    def _copy(self) -> Path:
        """Where AppArmor knows clamd by its path, it could not read our folder."""
        copy = self.folder / "clamd"
        with contextlib.suppress(FileNotFoundError):
            copy.unlink()  # another version, or in use
        shutil.copy(_program() or "clamd", copy)
        return copy


def _program() -> str | None:
    return shutil.which("clamd", path=os.pathsep.join(FOLDERS))
