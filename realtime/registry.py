"""Who is connected to this process, and how far each thread was delivered to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from realtime.protocol import Close, Ready


class Socket(Protocol):
    """What fan-out needs of a connection; the consumer is one."""

    user_id: UUID
    person: str  # the same as text, as hints write it
    session_key: str

    def is_own(self, author: str, client_id: str) -> bool:
        """Whether this socket posted that message and gets `posted` for it."""

    def write(self, frame: Ready) -> None:
        """Never waits and never fails."""

    def end(self, code: Close) -> None: ...


@dataclass
class Registry:
    """One per process. Not a truth: it is rebuilt from `hello` frames."""

    threads_of: dict[Socket, set[UUID]] = field(default_factory=dict)
    sockets_of: dict[UUID, set[Socket]] = field(default_factory=dict)
    delivered: dict[UUID, int] = field(default_factory=dict)  # last seq
    files: dict[UUID, int] = field(default_factory=dict)  # last Attachment.change

    def join(self, socket: Socket, threads: Iterable[UUID]) -> None:
        """From now on the socket is told what happens in these threads."""
        joined = self.threads_of.setdefault(socket, set())
        for thread in threads:
            joined.add(thread)
            self.sockets_of.setdefault(thread, set()).add(socket)

    def settle(self, thread: UUID, head: int) -> None:
        """The first socket of a thread arrived when its head was `head`."""
        if thread in self.sockets_of:
            self.delivered.setdefault(thread, head)

    def settle_files(self, thread: UUID, change: int) -> None:
        """The same for what became of files. Before the socket is told what it missed:
        a page notices a hole in its messages, but none in these."""
        if thread in self.sockets_of:
            self.files.setdefault(thread, change)

    def drop(self, socket: Socket, threads: Iterable[UUID]) -> None:
        for thread in list(threads):
            self.threads_of.get(socket, set()).discard(thread)
            others = self.sockets_of.get(thread, set())
            others.discard(socket)
            if not others:
                self.sockets_of.pop(thread, None)
                self.delivered.pop(thread, None)
                self.files.pop(thread, None)

    def leave(self, socket: Socket) -> None:
        self.drop(socket, self.threads_of.get(socket, set()))
        self.threads_of.pop(socket, None)

    def sockets(self, thread: UUID) -> list[Socket]:
        return list(self.sockets_of.get(thread, ()))

    def everyone(self) -> list[Socket]:
        return list(self.threads_of)

    def heads(self, socket: Socket) -> dict[str, int]:
        """The last seq of each of the socket's threads, as this process knows it."""
        return self._of(socket, self.delivered)

    def changes(self, socket: Socket) -> dict[str, int]:
        """The same for files: the socket was told everything up to there."""
        return self._of(socket, self.files)

    def _of(self, socket: Socket, counts: dict[UUID, int]) -> dict[str, int]:
        joined = self.threads_of.get(socket, set())
        return {str(t): counts[t] for t in joined if t in counts}


registry = Registry()
