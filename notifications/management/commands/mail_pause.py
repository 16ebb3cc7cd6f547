"""`manage.py mail_pause on --reason TEXT | off | status`: the kill switch."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from notifications.transports import guard


class Command(BaseCommand):
    help = (
        "Holds all notifications back (they wait and lose nothing), in every process, "
        "without a restart. Sign-in codes still go."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=("on", "off", "status"))
        parser.add_argument("--reason", help="for other operators; needed with `on`")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "on":
            if not options["reason"]:
                raise CommandError("Say why, for other operators: --reason TEXT")
            guard.pause(options["reason"])
        if options["what"] == "off" and guard.resume():
            self.stdout.write("Mail goes again.")
        else:
            self._say_state()
        if guard.is_off():
            self.stdout.write("MAIL_SENDING=off holds everything back, codes too.")

    def _say_state(self) -> None:
        if pause := guard.open_pause():
            since = pause.since.isoformat(" ", "seconds")
            self.stdout.write(f"Paused since {since}: {pause.reason}")
        else:
            self.stdout.write("Mail is not paused.")
