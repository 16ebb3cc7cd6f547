"""`manage.py demo`: the demonstration data, once; `--links`: sign-in addresses."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction

from hub.actions.reference_data import load_courts, load_demo_centres
from hub.demo import CAST, create_demo
from hub.errors import DemoRefused
from hub.management.commands.login_link import login_address
from hub.management.progress import ProgressBar
from hub.models import User
from hub.national.creation import create_national

SMALL, NATIONAL = "small", "national"


class Command(BaseCommand):
    help = "Creates fictitious centres, people and measures, if they are not there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--links", action="store_true", help="Print a sign-in link for each person."
        )
        parser.add_argument(
            "--scale",
            choices=(SMALL, NATIONAL),
            default=SMALL,
            help="national: also 17 000 measures of all courts (two minutes or so).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["links"]:
            if self._is_there():
                self._print_links()
            return
        try:
            with transaction.atomic():
                self._create()
                if options["scale"] == NATIONAL:
                    self._create_national()
        except DemoRefused as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError("Interrupted: nothing was stored.") from None

    def _is_there(self) -> bool:
        return User.objects.filter(email=CAST[0].email).exists()

    def _create(self) -> None:
        if self._is_there():
            self.stdout.write("The demonstration data is already there.")
            return
        load_courts()
        count = load_demo_centres(ProgressBar(self.stderr, "Centres"))
        create_demo()
        self.stdout.write(
            f"{count} fictitious centres, {len(CAST)} people and 2 measures created."
        )

    def _create_national(self) -> None:
        start = time.monotonic()
        self.stdout.write("Inventing the country's measures: some minutes ...")
        counts = create_national(
            progress=ProgressBar(self.stderr, "Measures", log_every=0.1)
        )
        for name, count in sorted(counts.items()):
            self.stdout.write(f"  {name:22} {count:8}")
        self.stdout.write(
            f"The country's size: {counts['Measure']} measures and "
            f"{counts['Message']} messages in {time.monotonic() - start:.0f} s."
        )

    def _print_links(self) -> None:
        self.stdout.write(
            "\nSign in with one click (each link works once, 15 minutes):"
        )
        for person in CAST:
            name = f"{person.given_name} {person.usual_name}".strip()
            self.stdout.write(f"  {name} <{person.email}>, {person.why}")
            self.stdout.write(f"    {login_address(person.email)}")
        self.stdout.write("More links: make login EMAIL=address\n")
