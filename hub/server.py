"""Daphne as we run it: our limits, our close codes, a clean end.

With daphne_sockets.py the only module that touches parts of Daphne that it does not
document as settings; tests/faults/test_stop.py holds each of them.
"""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import unquote

from daphne.endpoints import build_endpoint_description_strings
from daphne.http_protocol import WebRequest
from daphne.server import Server
from django.conf import settings
from django.db import connections
from django.http import parse_cookie
from twisted.internet import reactor as installed_reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from hub import events, health
from hub.daphne_sockets import EXTENSION, WHY_NOT_DIRECT, SocketProtocol, line_of
from hub.queries.sessions import user_of_session
from hub.uploads import MOST_IN_FLIGHT, ORDINARY_BYTES, body_limit

MAX_FRAME_BYTES = 64 * 1024  # PROTOCOL section 4; a larger frame is closed with 1009
FAREWELL_SECONDS = 2.0  # for browsers to answer a close, and for requests to end
LEAVE_SECONDS = 4.0  # from SIGTERM on; then whatever still waits is left behind
POLL_SECONDS = 0.02
LINGER_SECONDS = 5.0  # for which a refused body is still read, and dropped
TOO_LARGE = (
    b'{"code": "too_large", "detail": "Trop volumineux : 25 Mo par fichier. '
    b'Too large: 25 MB a file."}'
)
# For whoever sent a form: no page of ours, since no part of the request may be read.
TOO_LARGE_PAGE = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Trop volumineux</title>
<meta name="viewport" content="width=device-width"></head><body>
<h1>Trop volumineux : 25&nbsp;Mo par fichier</h1>
<p>Rien n’a été envoyé. <a href="">Revenir à la page</a></p>
<p lang="en">Too large: 25 MB a file. Nothing was sent.
<a href="">Back to the page</a></p></body></html>
"""
BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
    b"Retry-After: 5\r\nContent-Length: 0\r\n\r\n"
)

logger = logging.getLogger(__name__)

SESSION_COOKIE = settings.SESSION_COOKIE_NAME

reactor: Any = installed_reactor  # its own types describe another reactor


class BoundedRequest(WebRequest):
    """Refuses a body that is too large for its path, before it has all arrived.

    Daphne alone keeps any body whole before the application sees a byte of it. A
    refused client is read a little longer, so that it reads the answer.
    """

    channel: Any  # its types describe what an application sees of it
    is_refused = is_received = False
    room = 0
    asked = b""  # the path
    in_flight: ClassVar[int] = 0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # Django reads forms. Twisted would too, in the thread of all sockets, and take
        # ten times the memory of the files (measured: 2.7 GB for a form of 240 MB).
        super().__init__(*arguments, parsePOSTFormSubmission=False, **options)

    def gotLength(self, length: int | None) -> None:  # noqa: N802 (Twisted's name)
        super().gotLength(length)
        path = self.channel._path.partition(b"?")[0]  # noqa: SLF001 (no other way)
        self.asked = path
        self.room = body_limit(unquote(path.decode("ascii", "replace")))
        size = self.room if length is None else length
        if size > self.room:
            self._refuse(too_large(self.asked))
        elif size > ORDINARY_BYTES:
            self._ask_who(size)

    def _ask_who(self, size: int) -> None:
        """Reads nothing more until a thread has found whose session it is.

        Otherwise three strangers who send slowly would hold all the room there is.
        """
        cookies = b"; ".join(self.requestHeaders.getRawHeaders(b"cookie") or [])
        key = parse_cookie(cookies.decode("latin-1")).get(SESSION_COOKIE, "")
        self.channel.transport.pauseProducing()
        answer: Deferred[Any] = deferToThread(_is_somebodys, key)
        answer.addCallbacks(
            lambda known: None if known else too_large(self.asked),
            lambda _failure: BUSY,
        )
        answer.addCallback(lambda refusal: self._go_on(size, refusal))

    def _go_on(self, size: int, refusal: bytes | None) -> None:
        """Unless the client left meanwhile: no end of it would give its room back."""
        if getattr(self, "channel", None) is None:
            return
        if refusal is None:
            self._reserve(size)
        else:
            self._refuse(refusal)
        self.channel.transport.resumeProducing()

    def _reserve(self, size: int) -> None:
        """Room in memory until the request has ended, however it ends."""
        if self.is_received:
            return
        if BoundedRequest.in_flight + size > MOST_IN_FLIGHT:
            self._refuse(BUSY)
            return
        BoundedRequest.in_flight += size

        def release(_: Any) -> None:
            BoundedRequest.in_flight -= size

        self.notifyFinish().addBoth(release)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        self.room -= len(data)
        if self.room < 0 and not self.is_refused:
            self._refuse(too_large(self.asked))
        elif not self.is_refused:
            super().handleContentChunk(data)

    def requestReceived(self, *arguments: bytes) -> None:  # noqa: N802
        self.is_received = True
        if self.is_refused:
            self.channel.loseConnection()
        else:
            super().requestReceived(*arguments)

    def _refuse(self, answer: bytes) -> None:
        if self.is_received:  # a short one was told without its length
            return
        self.is_refused = True
        self.channel.transport.write(answer)
        reactor.callLater(LINGER_SECONDS, self.channel.loseConnection)


def too_large(path: bytes) -> bytes:
    """The 413: JSON for the interface, else a page whose own address leads back."""
    if path.startswith(b"/api/"):
        kind, body = b"application/json", TOO_LARGE
    else:
        kind, body = b"text/html", TOO_LARGE_PAGE.encode()
    return (
        b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Type: %s\r\n"
        b"Content-Security-Policy: default-src 'none'\r\nCache-Control: no-store\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (kind, len(body), body)
    )


def _is_somebodys(session_key: str) -> bool:
    try:
        return user_of_session(session_key) is not None
    finally:
        connections.close_all()


class HubServer(Server):
    """Calls `greet` in a thread once it listens; `failed` when it could not."""

    def __init__(
        self, application: Any, host: str, port: int, greet: Callable[[], None]
    ) -> None:
        super().__init__(
            application=application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            websocket_max_message_size=MAX_FRAME_BYTES,
            websocket_max_frame_size=MAX_FRAME_BYTES,
            websocket_timeout=-1,  # sockets live for hours; sessions end them
            server_name="hub",
            verbosity=0,
        )
        self.greet = greet
        self.failed = False
        self.port: Any = None

    def run(self) -> None:
        events.server_starts.send(None)
        if settings.FAST_SOCKETS and WHY_NOT_DIRECT:
            logger.warning("Sockets take the slower way: %s", WHY_NOT_DIRECT)
        super().run()

    def kill_all_applications(self) -> Deferred[Any]:
        """Daphne calls this before it ends; sockets are not cut short by it."""
        farewell = self._farewell()
        farewell.addBoth(lambda _: super(HubServer, self).kill_all_applications())
        return farewell

    def create_application(self, protocol: Any, scope: Any) -> Any:
        """Adds the direct way to the scope of a socket that can have it."""
        is_fast = scope["type"] == "websocket" and settings.FAST_SOCKETS
        if is_fast and (line := line_of(protocol)):
            scope["extensions"] = {EXTENSION: line}
        return super().create_application(protocol, scope)

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self.port = port
        self.ws_factory.protocol = SocketProtocol
        factory: Any = self.http_factory
        build = factory.buildProtocol

        def bounded(address: Any) -> Any:
            protocol = build(address)
            protocol.requestFactory = BoundedRequest
            return protocol

        factory.buildProtocol = bounded
        # Say why (1009) instead of dropping the line.
        self.ws_factory.setProtocolOptions(failByDrop=False)
        # In a thread: the reactor's own is an event loop, where Django refuses to
        # touch the database.
        reactor.callInThread(self.greet)

    def listen_error(self, failure: Any) -> None:
        self.failed = True
        sys.stderr.write(f"Cannot listen: {failure.getErrorMessage()}\n")
        super().listen_error(failure)

    def _farewell(self) -> Deferred[Any]:
        """Lets every package say good-bye and requests end, and waits a moment.

        Before that everything goes on for DRAIN_SECONDS: only /readyz says it ends.
        """
        health.stop()
        # A request that waits for the record ends when the record answers, and Daphne
        # and Python both wait for its thread: perhaps for ever, without this.
        leave = threading.Timer(settings.DRAIN_SECONDS + LEAVE_SECONDS, os._exit, [0])
        leave.daemon = True
        leave.start()

        async def all_of_them() -> None:
            await asyncio.sleep(settings.DRAIN_SECONDS)
            if self.port:
                self.port.stopListening()
            sent: list[Any] = events.server_stops.send(None)
            answers = [answer for _receiver, answer in sent if answer is not None]
            try:
                async with asyncio.timeout(FAREWELL_SECONDS):
                    await asyncio.gather(*answers)
                    while self._has_requests():
                        await asyncio.sleep(POLL_SECONDS)
            except TimeoutError:
                pass  # a browser that does not answer does not keep us

        return Deferred.fromFuture(asyncio.ensure_future(all_of_them()))

    def _has_requests(self) -> bool:
        """Whether a page is being made: Daphne would drop it in the middle."""
        return any(
            isinstance(one, WebRequest) and not known["application_instance"].done()
            for one, known in self.connections.items()
            if known.get("application_instance")
        )
