"""`manage.py figures`: computes the key figures and keeps them."""

from typing import Any

from django.core.management import BaseCommand

from hub.actions.figures import take_snapshot


class Command(BaseCommand):
    help = "Computes the key figures and keeps them for the public page."

    def handle(self, *args: Any, **options: Any) -> None:
        kept = take_snapshot()
        published = sum(
            one["status"] == "published" for one in kept.figures["indicators"]
        )
        self.stdout.write(f"{published} figures computed and kept.")
