"""A court-ordered measure and the centre designated to carry it out."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.accounts import User
from hub.models.centres import Centre, VisitKind
from hub.models.courts import Court


class MeasureState(models.TextChoices):
    """DOMAIN section 6. Changed only by actions."""

    DRAFT = "draft", _("draft")
    TRANSMITTED = "transmitted", _("transmitted")
    RECEIVED = "received", _("received")
    WAITING = "waiting", _("waiting for a place")
    INTAKE = "intake", _("interviews")
    ACTIVE = "active", _("in progress")
    SUSPENDED = "suspended", _("suspended")
    UNABLE = "unable", _("cannot be taken up")
    ENDED = "ended", _("ended")
    CANCELLED = "cancelled", _("cancelled")


class Measure(models.Model):
    """`reference` is opaque: no name, no court, no year (DOMAIN section 5)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=11, unique=True)  # M-7K3F-92QX
    court = models.ForeignKey(Court, on_delete=models.PROTECT)
    judge = models.ForeignKey(User, on_delete=models.PROTECT, related_name="measures")
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=12, choices=MeasureState.choices, default=MeasureState.DRAFT
    )
    nature = models.CharField(max_length=20, choices=VisitKind.choices)
    decided_on = models.DateField()
    visits_per_month = models.PositiveSmallIntegerField()  # CPC 1180-5: the three
    visit_minutes = models.PositiveSmallIntegerField(null=True)  # things an order
    duration_months = models.PositiveSmallIntegerField()  # must always fix
    children_ages = models.CharField(max_length=60)  # years, "4, 7"; never a name
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)


class Designation(models.Model):
    """A measure sent to one centre. Another centre is another designation."""

    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="designations"
    )
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT)
    transmitted_at = models.DateTimeField()
    transmitted_by = models.ForeignKey(User, on_delete=models.PROTECT)
