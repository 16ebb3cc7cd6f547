"""Asking for room before the decision, without saying for whom (CPC 448).

No name, no number, no chamber and no free text: nothing here can be traced to a case.
"""

import uuid

from django.db import models
from django.utils import timezone

from hub.models.accounts import User
from hub.models.centres import Centre, VisitKind
from hub.models.courts import Court


class AvailabilityRequest(models.Model):
    """`age_bands`, `needs`: codes of closed lists (hub.actions.availability)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    court = models.ForeignKey(Court, on_delete=models.PROTECT)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    visit_kind = models.CharField(max_length=20, choices=VisitKind.choices)
    children_count = models.PositiveSmallIntegerField()
    age_bands = models.JSONField(default=list)
    visits_per_month = models.PositiveSmallIntegerField()
    needs = models.JSONField(default=list)
    asked_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()


class AvailabilityAnswer(models.Model):
    """What one centre that was asked answered; empty until it does."""

    request = models.ForeignKey(
        AvailabilityRequest, on_delete=models.CASCADE, related_name="answers"
    )
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT)
    weeks = models.PositiveSmallIntegerField(null=True)  # empty and answered: no place
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "centre"], name="one_answer_a_centre"
            )
        ]
