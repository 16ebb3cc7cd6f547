"""`manage.py push_key`: a new key for web push, for operators."""

from typing import Any

from django.core.management import BaseCommand

from notifications.push_key import new_key, public_key


class Command(BaseCommand):
    help = "Prints a new PUSH_KEY and the public key that browsers will see."

    def handle(self, *args: Any, **options: Any) -> None:
        key = new_key()
        self.stdout.write(f"PUSH_KEY={key}")
        self.stdout.write(f"# Keep it secret. Its public key: {public_key(key)}")
