"""`manage.py deliver`: one worker that reaches absent people."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from notifications.delivery import open_carriers
from notifications.worker import Worker


class Command(BaseCommand):
    help = "Sends what absent people are owed, until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once",
            action="store_true",
            help="End when nothing is due any more.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(self._deliver(once=options["once"]))

    async def _deliver(self, *, once: bool) -> None:
        async with open_carriers() as carriers:
            worker = Worker(carriers)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, worker.stop)
            ends = "It ends when nothing is due." if once else "Ctrl-C ends it."
            self.stdout.write(f"Delivering. {ends}")
            await worker.run(until_empty=once)
            if once:
                self.stdout.write("Nothing is due any more.")
