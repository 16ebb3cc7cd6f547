"""`manage.py import_centres FILE.csv`: the real list of espaces de rencontre."""

import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from hub.actions.centres import import_centres
from hub.errors import DemoRefused, ImportFailed
from hub.management.progress import ProgressBar


class Command(BaseCommand):
    help = "Imports centres from a CSV file (columns: docs/configuration.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument(
            "--dry-run", action="store_true", help="Check everything, change nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lines = _lines(options["file"])
        try:
            count = import_centres(
                lines,
                dry_run=options["dry_run"],
                progress=ProgressBar(self.stderr, "Centres"),
            )
        except ImportFailed as error:
            for row, sentence in error.rows:
                self.stderr.write(f"row {row}: {sentence}")
            raise CommandError(
                f"Nothing was imported: {len(error.rows)} problems."
            ) from None
        except DemoRefused as error:
            raise CommandError(str(error)) from None
        done = "would be imported (dry run)" if options["dry_run"] else "imported"
        self.stdout.write(f"{count} centres {done}.")


def _lines(path: Path) -> list[str]:
    try:
        # Only real line ends: a cell may hold U+2028, and csv knows quoted line feeds.
        return list(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(
            f"{path} is not UTF-8 text. Save it again as CSV UTF-8."
        ) from None
