"""Who did what, when. Append-only; holds codes and ids, never a person's words."""

from django.db import models
from django.utils import timezone

from hub.models.accounts import User


class JournalEntry(models.Model):
    """One act. Messages are their own record and are not repeated here."""

    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    action = models.CharField(max_length=40)  # `measure_transmitted`
    object_kind = models.CharField(max_length=20)
    object_id = models.CharField(max_length=40)
    counts = models.JSONField(default=dict)  # numbers only: how many, which rank
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["object_kind", "object_id", "at"])]
