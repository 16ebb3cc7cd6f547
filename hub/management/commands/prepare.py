"""`manage.py prepare`: everything that must be true before serving, done once."""

import sys
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from hub.actions.reference_data import load_courts
from hub.models import Centre, Court


class Command(BaseCommand):
    help = "Migrates, loads the courts of France and, in development, a demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database ...")
            call_command("migrate", verbosity=0)
        if not Court.objects.exists():
            self.stdout.write(f"{load_courts()} courts loaded.")
        if not settings.PRODUCTION and not Centre.objects.exists():
            call_command("demo", stdout=self.stdout, stderr=sys.stderr)
