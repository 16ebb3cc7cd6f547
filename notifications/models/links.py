"""Reply links: secrets are kept only as digests, and every use leaves a row.

What a link opens, and to whom, is in notifications.links (RELIABILITY section 6).
"""

import uuid

from django.db import models
from django.utils import timezone

from hub.models import Centre, Thread, User
from notifications.models.outbox import Notification


class Purpose(models.TextChoices):
    REPLY = "reply"
    WAITING = "waiting"  # "unchanged" for a centre's waiting times


class ReplyLink(models.Model):
    """One person, one thread (or centre), one purpose."""

    token_digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, null=True)
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, null=True)
    email = models.EmailField()  # a link dies with the address it was sent to
    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, null=True)
    seq = models.PositiveIntegerField(null=True)  # the message that caused it
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    first_opened_at = models.DateTimeField(null=True)  # by whatever opened it
    replies = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["user", "thread"], name="link_of")]


class KnownBrowser(models.Model):
    """A browser that once proved the mailbox of this person."""

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    email = models.EmailField()
    name = models.CharField(max_length=60, blank=True)  # "Firefox, Windows"
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class LinkSession(models.Model):
    """A browser in which the button was pressed; it reads nothing until confirmed."""

    digest = models.CharField(max_length=64, unique=True)
    link = models.ForeignKey(ReplyLink, on_delete=models.CASCADE)
    browser = models.ForeignKey(KnownBrowser, on_delete=models.SET_NULL, null=True)
    confirmed_at = models.DateTimeField(null=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class LinkStep(models.TextChoices):
    ISSUED = "issued"
    OPENED = "opened"  # GET: a machine or a person, nobody knows
    EXCHANGED = "exchanged"
    CODE_SENT = "code_sent"
    CODE_WRONG = "code_wrong"
    CONFIRMED = "confirmed"
    REPLIED = "replied"
    REFUSED = "refused"


class LinkEvent(models.Model):
    """One step of one link; the trail that RELIABILITY 6.8 asks for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(ReplyLink, on_delete=models.CASCADE, related_name="events")
    step = models.CharField(max_length=10, choices=LinkStep.choices)
    at = models.DateTimeField(default=timezone.now)
