"""`manage.py login_link EMAIL`: a one-time sign-in address, for operators."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.urls import reverse

from hub.actions.sign_in import make_login_link
from hub.errors import SignInFailed


class Command(BaseCommand):
    help = "Prints an address that signs EMAIL in once, within 15 minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(login_address(options["email"]))


def login_address(email: str) -> str:
    """Raises CommandError when nobody active has this address."""
    try:
        secret = make_login_link(email)
    except SignInFailed:
        raise CommandError(f"No active account has the address {email}.") from None
    return f"{settings.BASE_URL}{reverse('hub:sign-in-link', args=[secret])}"
