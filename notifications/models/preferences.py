"""What a person chose: how often, when not, on which devices."""

from django.db import models
from django.utils import timezone

from hub.models import Membership, User


class Preference(models.Model):
    """No row, or an empty field: the usual (notifications.kinds.RULES)."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="preference"
    )
    frequencies = models.JSONField(default=dict)  # Subject -> Frequency
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    quiet_weekend = models.BooleanField(default=False)  # Saturday 18:00 to Monday
    # Now User.zone: kept for the version before, which reads it during an upgrade.
    zone = models.CharField(max_length=40, blank=True, default="", db_default="")
    hearing_until = models.DateTimeField(null=True)  # "audience" began by hand
    substitute = models.ForeignKey(  # for an absence that only the mailbox told
        Membership, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # One-click unsubscribing, which only digests have: the subjects it silences.
    unsubscribed_at = models.DateTimeField(null=True)


class HearingSlot(models.Model):
    """Every week from `begins` to `ends` the person sits in a hearing."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="hearing_slots"
    )
    weekday = models.PositiveSmallIntegerField()  # date.weekday(): 0 is Monday
    begins = models.TimeField()
    ends = models.TimeField()


class PushDevice(models.Model):
    """A browser that agreed to web push (RFC 8030). It is never sent any content."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="push_devices"
    )
    endpoint = models.URLField(max_length=500, unique=True)
    name = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(null=True)
