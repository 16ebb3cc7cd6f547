"""`manage.py restore FOLDER`: a backup back into an empty hub, checked throughout."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from hub.backups import restore
from hub.backups.manifest import BackupError
from hub.management.progress import ProgressBar


class Command(BaseCommand):
    help = "Puts a backup back and checks every chain and file. End `serve` first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="Also where there are people and measures: they are lost.",
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="Only read the backup and see whether it fits; change nothing.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]

        def bar(label: str) -> ProgressBar:
            return ProgressBar(self.stdout, label, log_every=0.25)

        try:
            found = restore.check(folder, bar("Reading"), replace=options["replace"])
            if options["check"]:
                self.stdout.write(f"{folder} is whole and can be restored here.")
                return
            restore.put_back(found, folder, bar("Files"), bar("Database"))
            restore.verify(found, bar("Chains"), bar("Opening"))
        except BackupError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"The restore stopped half way: {error}.") from None
        self.stdout.write(
            f"Restored as of {found.made_at}: {found.counts['messages']} messages in "
            f"{found.counts['threads']} threads, every chain whole, every file opened."
        )
        if absent := len(found.gone) + len(found.missing):
            self.stdout.write(f"{absent} files were not in the backup (manifest).")
        self.stdout.write(
            "All sessions were ended. What was mailed since may be mailed again: see "
            "docs/operations before `deliver` runs."
        )
