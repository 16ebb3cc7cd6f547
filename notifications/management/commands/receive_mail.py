"""`manage.py receive_mail`: takes what comes back, and does what follows from it."""

import signal
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from notifications.inbound import sandbox
from notifications.inbound.reader import Reader
from notifications.inbound.receiving import Door, Server


class Command(BaseCommand):
    help = "Receives bounces and replies (MAIL_IN_URL) until Ctrl-C or SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MAIL.mail_return_address:
            raise CommandError("Set MAIL_RETURN_ADDRESS: no mail comes back without.")
        try:
            sandbox.read(b"Subject: probe\r\n\r\n", date(2026, 1, 1))
        except (sandbox.ChildFailed, OSError) as error:
            raise CommandError(f"Mail cannot be read safely here: {error}") from error
        reader = Reader()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: reader.stop())
        door = Door(arrived=reader.wake)
        server = Server(door, settings.MAIL.mail_in_url)
        try:
            server.start()
        except OSError as error:
            raise CommandError(f"MAIL_IN_URL cannot be listened on: {error}") from error
        self.stdout.write(f"Receiving mail at {settings.MAIL.mail_in_url}.")
        self.stdout.flush()
        try:
            reader.run()
        finally:
            server.stop()
            door.close()
