"""`manage.py demo`: the demonstration data, once; `--links`: sign-in addresses."""

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


class Command(BaseCommand):
    help = "Creates fictitious centres, people and measures, if they are not there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--links", action="store_true", help="Print a sign-in link for each person."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["links"]:
            self._create()
        elif User.objects.filter(email=CAST[0].email).exists():
            self._print_links()

    def _create(self) -> None:
        if User.objects.filter(email=CAST[0].email).exists():
            self.stdout.write("The demonstration data is already there.")
            return
        try:
            with transaction.atomic():
                load_courts()
                count = load_demo_centres(ProgressBar(self.stderr, "Centres"))
                create_demo()
        except DemoRefused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{count} fictitious centres, {len(CAST)} people and 2 measures created."
        )

    def _print_links(self) -> None:
        self.stdout.write(
            "\nSign in with one click (each link works once, 15 minutes):"
        )
        for person in CAST:
            name = f"{person.given_name} {person.usual_name}".strip()
            self.stdout.write(f"  {name}, {person.why}")
            self.stdout.write(f"    {login_address(person.email)}")
        self.stdout.write("More links: make login EMAIL=address\n")
