"""`make bench`: runs every measurement on a throw-away SQLite file and prints ratios."""

import os
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        os.environ["DATA_FOLDER"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
        django.setup()
        call_command("migrate", verbosity=0)
        from bench import pages, posting  # need a configured Django

        posting.run()
        pages.run()


if __name__ == "__main__":
    main()
