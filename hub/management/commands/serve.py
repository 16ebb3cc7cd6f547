"""`manage.py serve`: Daphne with our limits, a clear start and a clean end."""

import asyncio
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from twisted.internet import reactor as installed_reactor
from twisted.internet.defer import Deferred

from hub import events

reactor: Any = installed_reactor  # its own types describe another reactor

MAX_FRAME_BYTES = 64 * 1024  # PROTOCOL section 4; a larger frame is closed with 1009
FAREWELL_SECONDS = 2.0  # for browsers to answer a close before the process ends


class Command(BaseCommand):
    help = "Serves pages and sockets on HOST:PORT until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="First migrate, load the courts and (once) the demonstration.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = settings.LISTEN_HOST, settings.LISTEN_PORT
        _refuse_taken(host, port)
        if options["prepare"]:
            call_command("prepare", stdout=self.stdout)
        from asgi import application  # needs a migrated, configured Django

        server = _Server(
            application=application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            websocket_max_message_size=MAX_FRAME_BYTES,
            websocket_max_frame_size=MAX_FRAME_BYTES,
            websocket_timeout=-1,  # sockets live for hours; sessions end them
            proxy_forwarded_address_header=None,
            server_name="hub",
            verbosity=0,
        )
        server.greet = lambda: self._greet()
        events.server_starts.send(None)
        reactor.addSystemEventTrigger("before", "shutdown", _farewell)
        server.run()
        if server.failed:
            sys.exit(1)

    def _greet(self) -> None:
        self.stdout.write(f"\nThe hub is ready: {settings.BASE_URL}\n")
        if not settings.PRODUCTION:
            call_command("demo", "--links", stdout=self.stdout)
            self.stdout.write(f"Mail sent from here: {settings.BASE_URL}/dev/mail\n")
        self.stdout.write("Ctrl-C ends it.\n")
        self.stdout.flush()


class _Server(Server):
    """Says when it listens, and fails with a status when it cannot."""

    greet: Any = staticmethod(lambda: None)
    failed = False

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        # In a thread: the reactor's thread is an event loop, where Django refuses
        # to touch the database.
        reactor.callInThread(self.greet)

    def listen_error(self, failure: Any) -> None:
        self.failed = True
        print(f"Cannot listen: {failure.getErrorMessage()}", file=sys.stderr)
        super().listen_error(failure)


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Choose another one, for example: PORT={port + 1} make run"
            ) from None


def _farewell() -> Deferred[Any]:
    """Lets every package say good-bye, and waits a moment for it."""
    sent: list[Any] = events.server_stops.send(None)
    answers = [answer for _receiver, answer in sent if answer is not None]

    async def all_of_them() -> None:
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await asyncio.gather(*answers)
        except TimeoutError:
            pass  # a browser that does not answer does not keep us

    return Deferred.fromFuture(asyncio.ensure_future(all_of_them()))
