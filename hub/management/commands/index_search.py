"""`manage.py index_search`: makes every message findable by its words, at once."""

from typing import Any

from django.core.management import BaseCommand

from hub.actions.search_index import index_all
from hub.management.progress import ProgressBar


class Command(BaseCommand):
    help = "Gives words to all messages that have none; `serve` does so by and by."

    def handle(self, *args: Any, **options: Any) -> None:
        done = index_all(ProgressBar(self.stderr, "Messages", log_every=0.1))
        self.stdout.write(f"{done} messages can be found by their words.")
