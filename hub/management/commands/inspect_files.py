"""`manage.py inspect_files`: the workers for files in a process of their own."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from hub.actions.tidying import clear_workshop
from hub.inspector import Inspector

ENDING_SECONDS = 20.0  # for files in hand; then they go back into the queue


class Command(BaseCommand):
    help = "Scans, rebuilds and publishes files until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--workers",
            type=int,
            default=max(1, settings.FILE_WORKERS),
            help="How many files at once (default: FILE_WORKERS, at least 1).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        told = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.set())
        clear_workshop()
        inspector = Inspector(options["workers"])
        inspector.start()
        self.stdout.write(f"Checking files, {options['workers']} at once.")
        self.stdout.flush()
        told.wait()
        inspector.finish(ENDING_SECONDS)
