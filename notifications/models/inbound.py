"""Mail that came to the hub's own address: kept raw for seven days, then only what
it was. It never becomes a message."""

from django.db import models
from django.utils import timezone

from hub.models import User
from hub.secrecy import EncryptedTextField
from notifications.models.outbox import Notification


class InboundKind(models.TextChoices):
    UNREAD = "unread"  # not parsed yet
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    REPLY = "reply"
    OTHER = "other"  # nobody knows what it is, or it could not be parsed


class InboundMail(models.Model):
    """`digest` of the raw bytes: the same mail handed over twice is one row."""

    digest = models.CharField(max_length=64, unique=True)
    raw = EncryptedTextField(blank=True)  # base64; emptied after seven days
    envelope_to = models.CharField(max_length=320)  # our own VERP address
    # Whoever sent it, for the limit of one answer a day; not the address itself.
    sender_digest = models.CharField(max_length=64, blank=True)
    notification = models.ForeignKey(Notification, on_delete=models.SET_NULL, null=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    kind = models.CharField(
        max_length=10, choices=InboundKind.choices, default=InboundKind.UNREAD
    )
    outcome = models.CharField(max_length=30, blank=True)  # a code: "5.1.1", "answered"
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True)
