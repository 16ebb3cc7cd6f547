"""`manage.py bench_fixture`: threads and signed-in people for a load generator."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from hub.actions.reference_data import load_courts, load_demo_centres
from hub.errors import DemoRefused
from hub.management.progress import ProgressBar
from hub.models import Centre, Court
from hub.national.crowd import FEWEST_MEMBERS, Crowd, create_crowd


class Command(BaseCommand):
    help = "Creates threads with invented, signed-in members, and writes their cookies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("--threads", type=int, required=True, metavar="R")
        add("--members", type=int, required=True, metavar="M", help="Of each thread.")
        add("--out", type=Path, required=True, metavar="FILE", help="JSON, mode 0600.")
        add("--messages", type=int, default=0, help="Already there in each thread.")
        add("--extra-threads", type=int, default=0, help="Others, of ten messages.")
        add("--force", action="store_true", help="In production too.")

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_wrong_use(options)
        self._load_places()
        try:
            crowd = create_crowd(
                threads=options["threads"],
                members=options["members"],
                messages=options["messages"],
                extra_threads=options["extra_threads"],
                progress=ProgressBar(self.stderr, "Threads", log_every=0.25),
            )
        except DemoRefused as error:
            raise CommandError(str(error)) from None
        _write(crowd, options["out"])
        self.stdout.write(
            f"{len(crowd.threads)} threads with {options['members']} members each and "
            f"{crowd.messages} messages. All of it is fictional. The cookies in "
            f"{options['out']} go under the name {settings.SESSION_COOKIE_NAME} and "
            f"end after {settings.SESSION_COOKIE_AGE // 3600} hours."
        )

    def _load_places(self) -> None:
        """What `demo` loads, without its people."""
        if not Court.objects.exists():
            load_courts()
        if not Centre.objects.filter(is_demo=True).exists():
            try:
                load_demo_centres(ProgressBar(self.stderr, "Centres"))
            except DemoRefused as error:
                raise CommandError(str(error)) from None


def _refuse_wrong_use(options: dict[str, Any]) -> None:
    if settings.PRODUCTION and not options["force"]:
        raise CommandError(
            "This is production: invented people would get real sessions. "
            "On a machine that is only measured, add --force."
        )
    if options["members"] < FEWEST_MEMBERS or options["threads"] < 1:
        raise CommandError("At least one thread, and two members in each.")
    if min(options["messages"], options["extra_threads"]) < 0:
        raise CommandError("Counts cannot be negative.")


def _write(crowd: Crowd, out: Path) -> None:
    """The cookies sign in, so the file is for its owner's eyes only."""
    threads = [{"id": str(id_), "cookies": keys} for id_, keys in crowd.threads]
    out.touch(mode=0o600)
    out.chmod(0o600)
    out.write_text(json.dumps({"threads": threads}))
