"""A small reverse proxy: balances over what is healthy, and lets a backend go gently.

Belongs here: connections and who gets them. It runs in a thread with a loop of its
own, so that ordinary tests can start it, hold a backend out and wait for quiet.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from notifications.smtp_listener import close_server
from tests.clients.accepted import end_accepted
from tests.cluster.requests import Request, Unreadable, read_head

HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 30.0
CONNECT_SECONDS = 2.0
LOOK_SECONDS = 0.5
READY_SECONDS = 10.0  # for /readyz on a busy machine; a dead process is seen at once
COPIED_BYTES = 64 * 1024
START_SECONDS = 10.0
AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    b"Content-Length: 0\r\n\r\n"
)
UNREADABLE = (
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)


@dataclass(eq=False)
class Backend:
    """One web process and what is open to it now."""

    port: int
    is_alive: bool = False  # it takes connections
    is_ready: bool = False  # and /readyz says 200
    is_held_out: bool = False  # it is about to be restarted
    requests: int = 0
    sockets: int = 0


@dataclass
class Proxy:
    """Listens on `port`; `pinned` are beginnings of paths that one backend answers."""

    port: int
    backends: list[Backend]
    pinned: dict[str, Backend] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._listens = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._turn = 0
        self._trouble: OSError | None = None

    def start(self) -> None:
        """Returns when it listens. Raises OSError when the port is taken."""
        self._listens.clear()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        self._listens.wait(START_SECONDS)
        if self._trouble:
            raise self._trouble

    def stop(self) -> None:
        if self._loop and self._end and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()

    def wait_until(self, fact: Callable[[], bool], seconds: float) -> bool:
        """Returns when it is so, or False after that time."""
        with self._changed:
            return self._changed.wait_for(fact, seconds)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await asyncio.start_server(
                self._take, "127.0.0.1", self.port, limit=HEAD_BYTES
            )
        except OSError as error:
            self._trouble = error
            self._listens.set()
            return
        watched = {*self.backends, *self.pinned.values()}
        looks = [asyncio.create_task(self._look_after(one)) for one in watched]
        self._listens.set()
        await self._end.wait()
        await close_server(server)
        others = {*looks, *asyncio.all_tasks()} - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await end_accepted()  # and what was opened to the backends: the loop is its own

    async def _look_after(self, backend: Backend) -> None:
        while True:
            alive, ready = await _health(backend.port)
            if (alive, ready) != (backend.is_alive, backend.is_ready):
                backend.is_alive, backend.is_ready = alive, ready
                self._tell()
            await asyncio.sleep(LOOK_SECONDS)

    async def _take(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One connection of a client: one request, or one WebSocket."""
        with contextlib.suppress(OSError, TimeoutError):
            try:
                async with asyncio.timeout(HEAD_SECONDS):
                    request = read_head(await reader.readuntil(b"\r\n\r\n"))
            except asyncio.IncompleteReadError:
                pass  # whoever came went away
            except (Unreadable, asyncio.LimitOverrunError):
                writer.write(UNREADABLE)
            else:
                if not await self._pass_to_somebody(request, reader, writer):
                    writer.write(AWAY)
            with contextlib.suppress(asyncio.CancelledError):
                await writer.drain()
        writer.close()

    async def _pass_to_somebody(
        self,
        request: Request,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        client = writer.get_extra_info("peername")[0]
        for backend in self._choices(request):
            # Counted before it is connected: who comes meanwhile goes elsewhere.
            with self._counted(backend, request):
                try:
                    async with asyncio.timeout(CONNECT_SECONDS):
                        line = await asyncio.open_connection("127.0.0.1", backend.port)
                except (OSError, TimeoutError):
                    backend.is_alive = backend.is_ready = False
                    continue
                line[1].write(request.passed_on(client))
                answered = await _relay(request, (reader, writer), line)
            if answered or not request.is_repeatable:
                return answered
        return False

    def _choices(self, request: Request) -> list[Backend]:
        """Whom to try, best first: what is ready, then whoever takes connections.

        When no backend is ready the database is away, and the hub's own page says it
        better than we could.
        """
        path = request.target.decode("latin-1")
        for beginning, backend in self.pinned.items():
            if path.startswith(beginning):
                return [backend]
        self._turn += 1
        turn = self._turn % len(self.backends)
        inside = [one for one in self.backends if not one.is_held_out and one.is_alive]
        return sorted(
            inside,
            key=lambda one: (
                not one.is_ready,
                one.sockets if request.is_socket else one.requests,
                (self.backends.index(one) + turn) % len(self.backends),
            ),
        )

    @contextlib.contextmanager
    def _counted(self, backend: Backend, request: Request) -> Iterator[None]:
        kind = "sockets" if request.is_socket else "requests"
        setattr(backend, kind, getattr(backend, kind) + 1)
        try:
            yield
        finally:
            setattr(backend, kind, getattr(backend, kind) - 1)
            self._tell()

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _relay(request: Request, client: Line, backend: Line) -> bool:
    """Passes bytes both ways until one side ends; False when nothing was answered."""
    given = 0

    async def down() -> None:
        nonlocal given
        while data := await backend[0].read(COPIED_BYTES):
            given += len(data)
            client[1].write(data)
            await client[1].drain()

    async def up() -> None:
        left = float("inf") if request.is_socket else float(request.length)
        while left and (data := await client[0].read(int(min(left, COPIED_BYTES)))):
            left -= len(data)
            backend[1].write(data)
            with contextlib.suppress(OSError):  # it may have answered before it went
                await backend[1].drain()
        if not left:
            await client[0].read(1)  # it says no more; it may go away

    downward, upward = asyncio.create_task(down()), asyncio.create_task(up())
    try:
        await asyncio.wait({downward, upward}, return_when=asyncio.FIRST_COMPLETED)
        client_left = not downward.done()
    finally:
        for task in (downward, upward):
            task.cancel()
        await asyncio.gather(downward, upward, return_exceptions=True)
        backend[1].close()
    return client_left or given > 0


async def _health(port: int) -> tuple[bool, bool]:
    """(takes connections, /readyz says 200)."""
    is_alive = False
    try:
        async with asyncio.timeout(READY_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            is_alive = True
            try:
                writer.write(
                    b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    b"Connection: close\r\n\r\n"
                )
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return is_alive, False
    return True, status.split(b" ")[1:2] == [b"200"]
