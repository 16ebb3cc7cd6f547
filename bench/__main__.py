"""`make bench`: short measurements on a throw-away SQLite file, printed as ratios.

`make bench ARGS=national` measures pages on data of the country's size instead.
"""

import os
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["national"]:
        from bench import national  # needs the test servers

        national.run(arguments[1:])
    elif arguments:
        raise SystemExit("Usage: python -m bench [national [sqlite] [postgres]]")
    else:
        measure_ratios()


def measure_ratios() -> None:
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
    main(sys.argv[1:])
