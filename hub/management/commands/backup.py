"""`manage.py backup FOLDER`: database and files, while the hub goes on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from hub.backups.manifest import BackupError
from hub.backups.take import take
from hub.management.progress import ProgressBar


class Command(BaseCommand):
    help = "Copies the database and the sealed files into a new folder, without keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        try:
            made = take(
                folder,
                ProgressBar(self.stdout, "Database"),
                ProgressBar(self.stdout, "Files", log_every=0.1),
            )
        except BackupError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"Nothing was backed up: {error}.") from None
        held = ", ".join(f"{n} {word}" for word, n in made.counts.items())
        self.stdout.write(f"{folder}: {held}.")
        self.stdout.write(
            "SECRET_KEY, FILES_KEY and PUSH_KEY are NOT in it: keep copies of them "
            "elsewhere, as long as the backup."
        )
        if made.missing:
            raise CommandError(
                f"{len(made.missing)} files are named by the database and are not in "
                "the storage: the backup is without them. The manifest lists them."
            )
