"""`manage.py find_mail 8F3K-2V7Q`: what became of a mail whose reference is known."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from notifications.letter_headers import ids_of
from notifications.models import Notification


class Command(BaseCommand):
    help = (
        "Says what became of the mail with this reference, which stands at its end. "
        "Shows codes and times, nobody's name or address."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ids = ids_of(options["reference"])
        except ValueError:
            raise CommandError("A reference looks like 8F3K-2V7Q.") from None
        rows = Notification.objects.filter(pk__range=ids)
        for row in rows:
            at = (row.ended_at or row.due_at).isoformat(" ", "seconds")
            parts = (row.pk, row.kind, row.state, row.reason, at, row.last_answer)
            self.stdout.write(" ".join(str(part) for part in parts if part))
        if not rows:
            raise CommandError("There is no such mail.")
