"""A real Valkey for the tests, without persistence, and made to be broken.

Belongs here: one server's life. Where its program comes from is in installation.py.
"""

import os
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM
from typing import Self

import redis

from tests.servers.children import Child, Folder, ServerError
from tests.servers.installation import valkey_program

CONNECT_SECONDS = 5.0


class Valkey:
    """One Valkey server; its url stays the same through kill() and start().

    With TEST_REDIS_URL (and unless `own=True`) that server is used as it is: start()
    only checks that it answers, stop() leaves it, what would break it raises.
    """

    def __init__(self, *, own: bool = False) -> None:
        self._given = "" if own else os.environ.get("TEST_REDIS_URL", "")
        self._child: Child | None = None
        if not self._given:
            self._folder = Folder("valkey")
            self._socket = self._folder.path / "valkey.sock"

    @property
    def url(self) -> str:
        """Address it through a Unix socket: no port to be taken by somebody else."""
        return self._given or f"unix://{self._socket}"

    @property
    def pid(self) -> int:
        """The server's first process. Raises ServerError while none of ours runs."""
        if not self._child:
            raise ServerError("no Valkey of our own is running")
        return self._child.pid

    @property
    def line(self) -> str:
        """The Unix socket itself, for a proxy before it."""
        return str(self._socket)

    def start(self) -> None:
        """Return when it answers; it is empty each time."""
        if self._given:
            if not self._answers():
                raise ServerError("The server of TEST_REDIS_URL does not answer.")
            return
        if self._child and self._child.is_running():
            return
        command = [str(valkey_program()), "--port", "0", "--daemonize", "no"]
        command += ["--unixsocket", str(self._socket), "--unixsocketperm", "700"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self._folder.path)]
        log = self._folder.path / "valkey.log"
        self._child = Child(command, log, at_death=SIGKILL)
        self._child.wait_until(self._answers, "Valkey")

    def stop(self) -> None:
        """End it as an operator would."""
        if self._child:
            self._child.stop(SIGTERM)
            self._child = None

    def kill(self) -> None:
        """SIGKILL it; its clients see their connections break."""
        self._require_own("kill")
        if self._child:
            self._child.kill()
            self._child = None
            self._socket.unlink(missing_ok=True)

    def pause(self) -> None:
        """Freeze it: connections stay open and nobody answers."""
        self._running("pause").send(SIGSTOP)

    def resume(self) -> None:
        """Let it answer again, first of all what was asked meanwhile."""
        self._running("resume").send(SIGCONT)

    def close(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        if not self._given:
            self._folder.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _running(self, what: str) -> Child:
        self._require_own(what)
        if not self._child:
            raise ServerError(f"{what}() needs a Valkey that was started.")
        return self._child

    def _require_own(self, what: str) -> None:
        if self._given:
            raise ServerError(
                f"{what}() is impossible with the server of TEST_REDIS_URL; "
                "ask for Valkey(own=True)."
            )

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(
                self.url, socket_timeout=CONNECT_SECONDS
            ) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False
