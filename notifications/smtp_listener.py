"""An SMTP server in a thread of its own that leaves no connection open when it stops.

What it does with a mail is its handler's: notifications.catcher, notifications.inbound.
"""

import asyncio
from typing import Any
from weakref import WeakSet

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

TURNS = 5  # of the loop: what was let in a moment ago has become a session after these


class Listener(Controller):
    """aiosmtpd's own only stops its loop, and whoever is connected waits in vain."""

    def __init__(self, handler: Any, hostname: str | None, port: int) -> None:
        super().__init__(handler, hostname=hostname, port=port)
        self._sessions: WeakSet[SMTP] = WeakSet()

    def session(self) -> SMTP:
        """One connection's protocol."""
        return SMTP(self.handler, enable_SMTPUTF8=True)

    def factory(self) -> SMTP:
        session = self.session()
        self._sessions.add(session)
        return session

    def stop(self, no_assert: bool = False) -> None:
        if self._thread and self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        super().stop(no_assert)

    async def _end(self) -> None:
        if self.server:
            await close_server(self.server)
        for session in list(self._sessions):
            if isinstance(session.transport, asyncio.WriteTransport):
                session.transport.abort()
        await asyncio.sleep(0)


async def close_server(server: asyncio.AbstractServer) -> None:
    """Lets nobody in any more; whoever came just before is connected on return.

    A server that is closed at once fails on those: they would hang, without a session.
    """
    loop, listening = asyncio.get_running_loop(), getattr(server, "sockets", ())
    for one in listening:
        loop.remove_reader(one.fileno())
    for _turn in range(TURNS):
        await asyncio.sleep(0)
    server.close()
