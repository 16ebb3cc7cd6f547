"""Figures as they were computed, so that a page shows them without counting again."""

from django.db import models


class FigureSnapshot(models.Model):
    """All key figures of one moment. Numbers only: no name, no reference."""

    computed_at = models.DateTimeField(db_index=True)
    figures = models.JSONField()
