"""A real SMTP server that can be told to go wrong, in this process or on its own.

It listens on a port, in a thread with a loop of its own, so that tests with and
without a loop can use it. `fail(Fault.RCPT_550, times=3)` makes the next three mails
that get as far fail so. What it accepted, whether or not it managed to say so, is in
`mails`; `wait_until` waits for a fact about it.

    python -m tests.notifications.smtp_server --port 2525 --log FILE \
        --faults rcpt_450:5,data_drop_kept:20:7

The last fault is there 20 times, for each seventh mail. FILE gets a line for each
accepted mail, written before the server says 250: Message-ID, recipient, time.
"""

import argparse
import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self, TextIO

from notifications.smtp_listener import close_server
from tests.clients.accepted import end_accepted
from tests.notifications.smtp_faults import ANSWERS, Fault, Mail, Plan

PATIENCE = 30.0  # seconds that a test waits for a fact before it fails
LONG_LINE_BYTES = 10 * 1024 * 1024
TURNS_TO_END = 5  # of the loop, from an accepted socket to a session that was ended


@dataclass
class SmtpServer:
    """`tls`: from the first byte (smtps); `starttls`: offered. `login`: asked for."""

    port: int = 0
    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    delay_seconds: float = 0.0  # before each answer to a whole mail
    log: TextIO | None = None

    mails: list[Mail] = field(default_factory=list)
    connections: int = 0  # ever made
    open: int = 0  # at present
    most_open: int = 0
    holding: int = 0  # whole mails that wait for `release`
    most_holding: int = 0
    commands: list[str] = field(default_factory=list)  # first words, all connections

    def __enter__(self) -> Self:
        self._facts = threading.Condition()
        self._plans: dict[Fault, Plan] = {}
        self._gate: asyncio.Event | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._call(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def fail(self, fault: Fault, times: int = 1, every: int = 1) -> None:
        """Plans a fault; `times=0` takes it back."""
        with self._facts:
            self._plans[fault] = Plan(times, every)

    def left(self, fault: Fault) -> int:
        plan = self._plans.get(fault)
        return plan.times if plan else 0

    def hold(self) -> None:
        """From now on, whole mails are kept and get no answer until `release`."""
        self._call(self._close_gate())

    def release(self) -> None:
        self._call(self._open_gate())

    def drop_connections(self) -> None:
        """Ends all of them, as a server does with idle ones."""
        self._call(self._end_sessions())

    def wait_until(self, fact: Callable[["SmtpServer"], bool]) -> None:
        """Fails when the fact does not come."""
        with self._facts:
            assert self._facts.wait_for(lambda: fact(self), PATIENCE), "it never came"

    async def until(self, fact: Callable[["SmtpServer"], bool]) -> None:
        """`wait_until` for coroutines."""
        await asyncio.to_thread(self.wait_until, fact)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        scheme = "smtps" if self.tls else "submission" if self.starttls else "smtp"
        user = f"{self.login[0]}:{self.login[1]}@" if self.login else ""
        return f"{scheme}://{user}{self.place}"

    # What sessions use:

    def takes(self, fault: Fault) -> bool:
        with self._facts:
            plan = self._plans.get(fault)
            return plan is not None and plan.takes()

    def keep(self, mail: Mail) -> None:
        if self.log:
            print(mail.message_id, mail.to, time.time(), sep="\t", file=self.log)
            self.log.flush()
        self.tell(lambda: self.mails.append(mail))

    def tell(self, change: Callable[[], object]) -> None:
        with self._facts:
            change()
            self._facts.notify_all()

    def count(self, **changes: int) -> None:
        def change() -> None:
            for name, by in changes.items():
                setattr(self, name, getattr(self, name) + by)
            self.most_open = max(self.most_open, self.open)
            self.most_holding = max(self.most_holding, self.holding)

        self.tell(change)

    async def pass_gate(self) -> None:
        if self._gate:
            self.count(holding=1)
            await self._gate.wait()
            self.count(holding=-1)

    # In the loop's thread:

    def _call(self, work: "asyncio.coroutines.Coroutine[object, object, None]") -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self.tls, limit=2**20, backlog=512
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.count(connections=1, open=1)
        try:
            await _Session(self, reader, writer, self.connections).run()
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass  # the client went away, or wants other TLS
        except asyncio.CancelledError:
            pass  # drop_connections
        finally:
            self._tasks.discard(task)
            self.count(open=-1)
            writer.close()  # with what the client did not read yet: see _stop

    async def _end_sessions(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _stop(self) -> None:
        """Nobody may be left open when the loop ends."""
        await close_server(self._server)
        for _turn in range(TURNS_TO_END):
            await self._end_sessions()
            await end_accepted(self.port)

    async def _close_gate(self) -> None:
        self._gate = asyncio.Event()

    async def _open_gate(self) -> None:
        if self._gate:
            self._gate.set()
        self._gate = None


class _Closed(Exception):
    """This session is over."""


class _Session:
    """One connection (RFC 5321). Read line by line, PIPELINING comes by itself."""

    def __init__(
        self,
        server: SmtpServer,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        number: int,
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.number = number
        self.sender: str | None = None
        self.to = ""
        self.secure = server.tls is not None
        self.known = server.login is None

    async def run(self) -> None:
        try:
            await self.greet()
            while line := await self.reader.readline():
                await self.obey(line.decode("utf-8", "replace").strip())
        except _Closed:
            return

    async def greet(self) -> None:
        if self.server.takes(Fault.CONNECT_DROP):
            raise _Closed
        if self.server.takes(Fault.BANNER_LATE):
            await self.reader.read()
            raise _Closed
        for fault in (Fault.CONNECT_421, Fault.CONNECT_554):
            if self.server.takes(fault):
                await self.end(ANSWERS[fault])
        await self.say("220 tests ESMTP")

    async def obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        self.server.tell(lambda: self.server.commands.append(word.upper()))
        answer = getattr(self, f"on_{word.lower()}", None)
        if answer is None:
            await self.say("500 5.5.1 unknown command")
        else:
            await answer(rest)

    async def on_ehlo(self, rest: str) -> None:
        if self.server.takes(Fault.EHLO_421):
            await self.end(ANSWERS[Fault.EHLO_421])
        lines = ["tests", "PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        wanted = self.server.starttls and not self.secure
        if wanted and not self.server.takes(Fault.TLS_NOT_OFFERED):
            lines.append("STARTTLS")
        if self.server.login and (self.secure or not self.server.starttls):
            lines.append("AUTH PLAIN")
        *first, last = lines
        await self.say("\r\n".join([*(f"250-{x}" for x in first), f"250 {last}"]))

    async def on_starttls(self, rest: str) -> None:
        if self.server.takes(Fault.TLS_454) or not self.server.starttls:
            await self.say("454 4.7.0 TLS not available")
            return
        await self.say("220 2.0.0 go ahead")
        await self.writer.start_tls(self.server.starttls)
        self.secure = True

    async def on_auth(self, rest: str) -> None:
        self.known = not self.server.takes(Fault.AUTH_535)
        await self.say("235 2.7.0 hello" if self.known else "535 5.7.8 wrong password")

    async def on_mail(self, rest: str) -> None:
        await self.answer_or_fail(Fault.MAIL_421, Fault.MAIL_451, Fault.MAIL_553)
        if self.server.takes(Fault.DRIP):
            await self.drip()
        if self.server.takes(Fault.LONG_LINE):
            await self.say("250-" + "x" * LONG_LINE_BYTES)
        if self.server.takes(Fault.NONSENSE):
            await self.end(ANSWERS[Fault.NONSENSE])
        if not self.known:
            await self.say("530 5.7.0 who are you?")
        elif self.sender is not None:
            await self.say("503 5.5.1 one mail at a time")
        elif not self._failed:
            self.sender = _path(rest)
            await self.say("250 2.1.0 ok")

    async def on_rcpt(self, rest: str) -> None:
        if self.sender is None:
            await self.say("503 5.5.1 MAIL first")
            return
        if self.server.takes(Fault.RCPT_DROP):
            raise _Closed
        await self.answer_or_fail(
            Fault.RCPT_421, Fault.RCPT_450, Fault.RCPT_550, Fault.RCPT_552
        )
        if not self._failed:
            self.to = _path(rest)
            await self.say("250 2.1.5 ok")

    async def on_data(self, rest: str) -> None:
        if not self.to:
            await self.say("503 5.5.1 RCPT first")
            return
        await self.answer_or_fail(Fault.DATA_421)
        await self.say("354 go on")
        content = await self.whole_mail()
        mail = Mail(self.sender or "", self.to, content, self.number)
        self.sender, self.to = None, ""
        await asyncio.sleep(self.server.delay_seconds)
        if self.server.takes(Fault.DATA_DROP_LOST):
            raise _Closed
        await self.answer_or_fail(Fault.DATA_451, Fault.DATA_552, Fault.DATA_554)
        if self._failed:
            return
        self.server.keep(mail)
        if self.server.takes(Fault.DATA_DROP_KEPT):
            raise _Closed
        if self.server.takes(Fault.DATA_SILENT_KEPT):
            await self.reader.read()
            raise _Closed
        await self.server.pass_gate()
        if self.server.takes(Fault.DROP_AFTER_250):
            await self.end("250 2.0.0 taken")
        await self.say("250 2.0.0 taken")

    async def on_rset(self, rest: str) -> None:
        self.sender, self.to = None, ""
        await self.say("250 2.0.0 ok")

    async def on_noop(self, rest: str) -> None:
        await self.say("250 2.0.0 ok")

    async def on_quit(self, rest: str) -> None:
        await self.end("221 2.0.0 bye")

    _failed = False

    async def answer_or_fail(self, *faults: Fault) -> None:
        """Says the first planned fault; 421 ends the session."""
        self._failed = False
        for fault in faults:
            if self.server.takes(fault):
                self._failed = True
                if fault.endswith("421"):
                    await self.end(ANSWERS[fault])
                await self.say(ANSWERS[fault])
                return

    async def whole_mail(self) -> bytes:
        lines = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                raise _Closed
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    async def drip(self) -> None:
        """Ends with the connection: the client has to have enough of it."""
        self.writer.write(b"250-")
        while not self.reader.at_eof():
            self.writer.write(b"x")
            await self.writer.drain()
            await asyncio.sleep(0.02)
        raise _Closed

    async def say(self, line: str) -> None:
        self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()

    async def end(self, line: str) -> None:
        await self.say(line)
        raise _Closed


def _path(argument: str) -> str:
    """`FROM:<a@b> SIZE=5` or `TO:<a@b>`: the address."""
    return argument.partition("<")[2].partition(">")[0]


def _plan(server: SmtpServer, text: str) -> None:
    for one in filter(None, text.split(",")):
        name, *numbers = one.split(":")
        server.fail(Fault(name), *map(int, numbers or ["1"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=argparse.FileType("a"))
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--faults", default="", help="NAME:TIMES[:EVERY],...")
    chosen = parser.parse_args()
    with SmtpServer(chosen.port, delay_seconds=chosen.delay, log=chosen.log) as server:
        _plan(server, chosen.faults)
        print(server.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
