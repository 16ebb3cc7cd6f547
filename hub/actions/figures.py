"""Keeping the key figures of a moment, so that pages need not count again.

What is counted is hub.queries.figures. Run by `manage.py figures` and by the daily job.
"""

from datetime import datetime, timedelta

from django.db import transaction

from hub.actions.journal import record
from hub.models import FigureSnapshot
from hub.queries import figures

KEPT = timedelta(days=90)  # pages show the newest; older ones are for looking back


def take_snapshot() -> FigureSnapshot:
    """Computes and keeps all figures. Only the hub itself does this, no person."""
    with transaction.atomic():
        found = figures.compute()
        kept = FigureSnapshot.objects.create(
            computed_at=datetime.fromisoformat(found["computed_at"]), figures=found
        )
        FigureSnapshot.objects.filter(computed_at__lt=kept.computed_at - KEPT).delete()
        record(None, "figures_computed", "figures", kept.pk)
    return kept
