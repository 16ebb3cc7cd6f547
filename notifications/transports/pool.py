"""A few connections to one SMTP server, kept while there is mail for them.

Belongs here: when connections are made, reused and ended, and how much may be in doubt.
What is said on them is smtp.py.
"""

import asyncio
import random
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

import aiosmtplib

from notifications.transports import smtp
from notifications.transports.base import Accepted, Busy, Parcel
from notifications.transports.smtp import Server, SmtpError, Stage

MAIL_SECONDS = 60.0  # most for one mail, so that a slow drip ends
IDLE_SECONDS = 60.0  # Postfix ends a connection after 300, some after 60
ASK_AFTER_SECONDS = 5.0  # idle for longer: NOOP tells whether it is still there
FAREWELL_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 60.0  # between tries to connect to a server that is away
TRY_AGAIN_SECONDS = 1.0  # when all connections were in use for too long

T = TypeVar("T")


@dataclass(eq=False)
class _Line:
    """A connection. `is_fresh`: nothing was said on it yet."""

    client: aiosmtplib.SMTP
    is_fresh: bool = True
    needs_reset: bool = False
    idle_since: float = 0.0
    expiry: asyncio.TimerHandle | None = None


class Pool:
    """A Carrier (base.py). Made and used in one event loop.

    `in_doubt`: mails between their DATA and the return of `accepted`. A process that
    is killed leaves at most as many of them taken and not written down.
    """

    def __init__(
        self,
        server: Server,
        *,
        size: int,
        in_doubt: int,
        mail_seconds: float = MAIL_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
        ask_after_seconds: float = ASK_AFTER_SECONDS,
    ) -> None:
        self._server, self._size = server, size
        self._mail_seconds, self._idle_seconds = mail_seconds, idle_seconds
        self._ask_after_seconds = ask_after_seconds
        self._idle: list[_Line] = []  # the last used is used first, others expire
        self._count = 0  # in use, idle and being made
        self._connecting = 0
        self._changed = asyncio.Condition()
        self._doubt = asyncio.Semaphore(in_doubt)
        self._failures = 0  # pauses since the last connection that succeeded
        self._connect_at = 0.0  # not before, in loop time
        self._farewells: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def send(self, parcel: Parcel, accepted: Accepted) -> None:
        """Raises Busy when no connection could be had in time: nothing was tried."""
        until = asyncio.get_running_loop().time() + self._mail_seconds
        line = await self._announced(parcel, until)
        await self._enter_doubt(line, until)
        try:
            answer = await self._said(line, smtp.hand_over(line.client, parcel), until)
            await self._give_back(line)  # free before the answer is written down
            await accepted(answer)
        finally:
            self._doubt.release()

    async def close(self) -> None:
        self._is_closed = True
        for line in self._idle[:]:
            self._expire(line)
        await asyncio.gather(*self._farewells)

    async def _announced(self, parcel: Parcel, until: float) -> _Line:
        """A connection on which the server agreed to take this parcel."""
        while True:
            line = await self._take(until)
            was_fresh, line.is_fresh = line.is_fresh, False
            try:
                await self._said(line, smtp.announce(line.client, parcel), until)
            except SmtpError as error:
                # A server may end a connection at any time; that one says nothing
                # about the mail and nothing was handed over.
                ended = not line.client.is_connected and error.stage is Stage.SENDER
                if was_fresh or not ended:
                    raise
            else:
                return line

    async def _said(self, line: _Line, talk: Awaitable[T], until: float) -> T:
        """What was answered. Whatever goes wrong, the line is kept only if both sides
        agree where they are: after a plain refusal."""
        try:
            async with asyncio.timeout_at(until):
                return await talk
        except SmtpError as error:
            line.needs_reset = True
            if line.client.is_connected and _is_refusal(error):
                await self._give_back(line)
            else:
                await self._discard(line)
            raise
        except TimeoutError:
            await self._discard(line)
            raise SmtpError("TimeoutError", Stage.CONTENT) from None
        except BaseException:  # cancelled in mid-sentence
            await self._discard(line)
            raise

    async def _enter_doubt(self, line: _Line, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._doubt.acquire()
        except BaseException as error:
            line.needs_reset = True
            await self._give_back(line)
            if isinstance(error, TimeoutError):
                raise Busy("others are in doubt", TRY_AGAIN_SECONDS) from None
            raise

    async def _take(self, until: float) -> _Line:
        """An idle connection that still answers, or a new one."""
        while True:
            try:
                async with asyncio.timeout_at(until):
                    line = await self._free_line()
            except TimeoutError:
                raise Busy("no free connection", TRY_AGAIN_SECONDS) from None
            if line is None:
                line = await self._new_line(until)
            if line and await self._still_answers(line, until):
                return line

    async def _free_line(self) -> _Line | None:
        """None: there is room for a new one, which is counted already."""
        async with self._changed:
            while True:
                if self._is_closed:
                    raise Busy("closed", TRY_AGAIN_SECONDS)
                if self._idle:
                    line = self._idle.pop()
                    if line.expiry:
                        line.expiry.cancel()
                    return line
                if self._count < self._size and self._may_connect():
                    self._count += 1
                    return None
                if self._count == 0:
                    raise Busy("server is away", self._connect_at - _now())
                await self._wait_for_change()

    def _may_connect(self) -> bool:
        """After a failure one try at a time, with growing pauses: a server that is
        away, or wants fewer connections, is not stormed."""
        return _now() >= self._connect_at and not (self._failures and self._connecting)

    async def _wait_for_change(self) -> None:
        try:
            await self._changed.wait()
        except asyncio.CancelledError:
            self._changed.notify()  # this one's turn may have been given to it already
            raise

    async def _new_line(self, until: float) -> _Line | None:
        """None: it failed, but others are open and will be free."""
        self._connecting += 1
        try:
            async with asyncio.timeout_at(until):
                client = await smtp.connect(self._server)
        except (SmtpError, TimeoutError) as error:
            self._pause()
            await self._uncount()
            if self._count:
                return None
            if isinstance(error, SmtpError):
                raise
            raise SmtpError("TimeoutError", Stage.CONNECT) from None
        except BaseException:
            await self._uncount()
            raise
        finally:
            self._connecting -= 1
        self._failures = 0
        return _Line(client)

    def _pause(self) -> None:
        """Failures of one moment count once."""
        if _now() >= self._connect_at:
            seconds = min(2.0**self._failures, LONGEST_PAUSE_SECONDS)
            self._failures += 1
            self._connect_at = _now() + seconds * random.uniform(0.75, 1.25)  # noqa: S311

    async def _still_answers(self, line: _Line, until: float) -> bool:
        if line.is_fresh:
            return True
        client = line.client
        try:
            async with asyncio.timeout_at(until):
                if line.needs_reset:
                    await client.rset()
                elif _now() - line.idle_since >= self._ask_after_seconds:
                    await client.noop()
        except (aiosmtplib.SMTPException, OSError):
            await self._discard(line)
            return False
        except BaseException:
            await self._discard(line)
            raise
        line.needs_reset = False
        if not client.is_connected:
            await self._discard(line)
        return client.is_connected

    async def _give_back(self, line: _Line) -> None:
        if self._is_closed or not line.client.is_connected:
            await self._discard(line)
            return
        line.idle_since = _now()
        loop = asyncio.get_running_loop()
        line.expiry = loop.call_later(self._idle_seconds, self._expire, line)
        async with self._changed:
            self._idle.append(line)
            self._changed.notify(2)  # one for this line, one who may make another

    def _expire(self, line: _Line) -> None:
        if line in self._idle:
            self._idle.remove(line)
            if line.expiry:
                line.expiry.cancel()
            farewell = asyncio.ensure_future(self._say_goodbye(line))
            self._farewells.add(farewell)
            farewell.add_done_callback(self._farewells.discard)

    async def _say_goodbye(self, line: _Line) -> None:
        await smtp.close(line.client, FAREWELL_SECONDS)
        await self._uncount()

    async def _discard(self, line: _Line) -> None:
        line.client.close()
        await self._uncount()

    async def _uncount(self) -> None:
        async with self._changed:
            self._count -= 1
            self._changed.notify_all()


def _is_refusal(error: SmtpError) -> bool:
    is_answer = error.reason.startswith("smtp ") and error.reason != smtp.BAD_REPLY
    return is_answer and not error.reason.startswith("smtp 421")


def _now() -> float:
    return asyncio.get_running_loop().time()
