"""`manage.py rotate_keys`: every file's key under the present FILES_KEY."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from hub.actions import blobs
from hub.files.vault import Damaged, UnknownKey
from hub.management.progress import ProgressBar
from hub.models import Blob


class Command(BaseCommand):
    help = (
        "Wraps the files' keys again under FILES_KEY; FILES_KEY_FALLBACKS must still "
        "hold the earlier ones. May be interrupted and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        rest = Blob.objects.exclude(key_id=blobs.key_ring().current)
        total, done, wrong = rest.count(), 0, 0
        bar = ProgressBar(self.stdout, "Keys", log_every=0.1)
        for blob in rest.iterator():
            try:
                blobs.wrap_again(blob)
            except (UnknownKey, Damaged) as error:
                wrong += 1
                self.stderr.write(f"{blob.pk}: {type(error).__name__}")
            done += 1
            bar(done, total)
        if wrong:
            raise CommandError(
                f"{wrong} keys could not be opened: keep the earlier FILES_KEY in "
                "FILES_KEY_FALLBACKS."
            )
        self.stdout.write(f"{done} keys wrapped again. The earlier FILES_KEY can go.")
