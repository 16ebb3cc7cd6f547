"""`make bench`: short measurements on a throw-away SQLite file, printed as ratios.

`make bench ARGS=national` measures pages on data of the country's size instead,
`make bench ARGS=posting` messages on PostgreSQL, `make bench ARGS=files` files from
receipt to ready, and pages beside bombs; `make bench ARGS=mail` due notifications to
delivered mails.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["national"]:
        from bench import national  # needs the test servers

        national.run(arguments[1:])
    elif arguments == ["posting"]:
        measure_posting()
    elif arguments == ["files"]:
        measure_files()
    elif arguments == ["mail"]:
        measure_mail()
    elif arguments:
        raise SystemExit(
            "Usage: python -m bench "
            "[posting | files | mail | national [sqlite] [postgres]]"
        )
    else:
        measure_ratios()


def measure_ratios() -> None:
    with throw_away():
        from bench import pages, posting  # need a configured Django

        posting.run()
        pages.run()


def measure_posting() -> None:
    """On PostgreSQL; the short form without arguments measures SQLite."""
    from tests.servers import Postgres

    with Postgres(own=True) as server:
        os.environ["DATABASE_URL"] = server.url
        with throw_away():
            from django.db import connection

            from bench import posting  # needs a configured Django

            try:
                posting.run()
            finally:
                connection.close()
                connection.close_pool()  # type: ignore[attr-defined]


def measure_files() -> None:
    os.environ |= {"HUB_MODE": "development", "LOG_LEVEL": "ERROR"}
    with throw_away():
        from bench import bombs, files  # need a configured Django

        files.run()
        bombs.run()


def measure_mail() -> None:
    os.environ |= {
        "HUB_MODE": "development",
        "LOG_LEVEL": "ERROR",
        "MAIL_PER_DOMAIN_PER_MINUTE": "100000",
    }
    with throw_away():
        from bench import mail  # needs a configured Django

        mail.run()


@contextmanager
def throw_away() -> Iterator[None]:
    """Django on an empty SQLite file that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        os.environ["DATA_FOLDER"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
        django.setup()
        call_command("migrate", verbosity=0)
        yield


if __name__ == "__main__":
    main(sys.argv[1:])
