"""`manage.py serve`: a clear start, the addresses to open, a clean end."""

import asyncio
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command


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
        _use_fast_loop()
        from asgi import application  # needs a migrated, configured Django
        from hub.server import HubServer  # makes its loop when it is imported

        server = HubServer(application, host, port, greet=self._greet)
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


def _use_fast_loop() -> None:
    """The loop that everything runs on; asyncio's own where uvloop does not install."""
    try:
        import uvloop
    except ImportError:
        return
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


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
