"""`manage.py timers`: everything that a deadline has made due, done once."""

from typing import Any

from django.core.management import BaseCommand

from hub.actions.timers import run_timers


class Command(BaseCommand):
    help = "Reminders, closures by silence, archiving and purging that are due now."

    def handle(self, *args: Any, **options: Any) -> None:
        for step, count in run_timers().items():
            if count:
                self.stdout.write(f"{step}: {count}")
        self.stdout.write("Nothing else is due.")
