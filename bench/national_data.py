"""The country's size, made in the database of the environment, for what measures it.

Import it before any model: it sets Django up, as this process is started by nobody else.
What is measured is in national_pages.py.
"""

import django
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import OutputWrapper
from django.db import connection

from hub.locale_files import compile_catalogues

# Messages of ten minutes are not settled, those of one may have no words yet: at one a
# second, which is more than the country writes.
UNSETTLED, WITHOUT_WORDS = 600, 60

django.setup()


def make(out: OutputWrapper) -> None:
    """As a hub has it that runs for long: with figures, words and statistics."""
    compile_catalogues()
    call_command("migrate", verbosity=0)
    call_command("demo", scale="national", stdout=out, stderr=out)
    call_command("figures", stdout=out)  # as `serve` does every hour
    call_command("index_search", stdout=out, stderr=out)  # and every minute
    _leave_some_to_index()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # its own would come minutes later


def _leave_some_to_index() -> None:
    """As in working hours, when the worker is a little behind."""
    newest = apps.get_model("hub", "Message").objects.latest("pk").pk
    progress, words = (
        apps.get_model("hub", name).objects
        for name in ("SearchProgress", "MessageWords")
    )
    progress.update(settled=newest - UNSETTLED)
    words.filter(pk__gt=newest - WITHOUT_WORDS).delete()
