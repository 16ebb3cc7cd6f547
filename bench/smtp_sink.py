"""An SMTP server that takes everything and keeps nothing, as fast as Python can.

Run it in a process of its own, so that it does not share the sender's core:
`python -m bench.smtp_sink [--port P] [--tls FILE] [--starttls FILE] [--delay S]`.
FILE holds a key and a certificate (PEM). It prints its port, and at its end (SIGTERM)
how many mails, bytes and connections it had. Nothing that is said to it is checked.
"""

import argparse
import asyncio
import signal
import ssl
from dataclasses import dataclass


@dataclass
class Count:
    mails: int = 0
    data_bytes: int = 0
    connections: int = 0


class Sink(asyncio.Protocol):
    """One connection. `delay_seconds`: before the answer to a whole mail."""

    def __init__(
        self, count: Count, delay_seconds: float, starttls: ssl.SSLContext | None
    ) -> None:
        self.count, self.delay_seconds, self.starttls = count, delay_seconds, starttls
        self.buffer = bytearray()
        self.in_data = False
        self.tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.count.connections += 1
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.tasks:  # else the answer would go out before it is encrypted
            self._obey()

    def _obey(self) -> None:
        while self._take_mail() if self.in_data else self._take_line():
            pass

    def _take_mail(self) -> bool:
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            return False
        self.count.mails += 1
        self.count.data_bytes += end
        del self.buffer[: end + 5]
        self.in_data = False
        if self.delay_seconds:
            loop = asyncio.get_running_loop()
            loop.call_later(
                self.delay_seconds, self.transport.write, b"250 2.0.0 ok\r\n"
            )
        else:
            self.transport.write(b"250 2.0.0 ok\r\n")
        return True

    def _take_line(self) -> bool:
        end = self.buffer.find(b"\r\n")
        if end < 0:
            return False
        word = bytes(self.buffer[:4]).upper()
        del self.buffer[: end + 2]
        if word == b"STAR" and self.starttls:
            self._start_tls()
            return False
        if word == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go on\r\n")
        elif word == b"EHLO":
            offer = b"250-STARTTLS\r\n" if self.starttls else b""
            self.transport.write(b"250-sink\r\n" + offer + b"250 8BITMIME\r\n")
        elif word == b"QUIT":
            self.transport.write(b"221 2.0.0 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 2.0.0 ok\r\n")
        return True

    def _start_tls(self) -> None:
        self.transport.pause_reading()  # what follows the 220 belongs to TLS
        self.transport.write(b"220 go ahead\r\n")
        task = asyncio.ensure_future(self._encrypt())
        self.tasks.add(task)
        task.add_done_callback(self._encrypted)

    async def _encrypt(self) -> None:
        assert self.starttls
        transport = await asyncio.get_running_loop().start_tls(
            self.transport, self, self.starttls, server_side=True
        )
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.starttls = transport, None

    def _encrypted(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and not task.exception():
            self._obey()


async def serve(chosen: argparse.Namespace) -> None:
    count, loop = Count(), asyncio.get_running_loop()
    starttls = _context(chosen.starttls)
    server = await loop.create_server(
        lambda: Sink(count, chosen.delay, starttls),
        "127.0.0.1",
        chosen.port,
        ssl=_context(chosen.tls),
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    await stopped.wait()
    server.close()
    print(count.mails, count.data_bytes, count.connections, flush=True)


def _context(file: str) -> ssl.SSLContext | None:
    if not file:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", default="")
    parser.add_argument("--starttls", default="")
    parser.add_argument("--delay", type=float, default=0.0)
    asyncio.run(serve(parser.parse_args()))
