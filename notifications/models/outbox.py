"""The outbox: one row per person, thread and window, from owed to its end.

A row says that something is owed, never what was said. How rows are written, claimed
and ended is in notifications.outbox.
"""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models import Centre, Thread, User
from notifications.kinds import Kind, Subject


class Transport(models.TextChoices):
    EMAIL = "email", _("e-mail")
    PUSH = "push", _("web push")


class State(models.TextChoices):
    """WAITING -> SENDING -> SENT, DROPPED or DEAD; or back to WAITING, for later.

    GATHERED rows travel in the digest that they point to, and end with it.
    """

    WAITING = "waiting", _("waiting")
    GATHERED = "gathered", _("part of a summary")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("not sent")
    DEAD = "dead", _("could not be sent")


OPEN = (State.WAITING, State.GATHERED, State.SENDING)


class Reason(models.TextChoices):
    """Why a row was dropped or held back; the sentence is for the person themselves."""

    READ = "read", _("you had read it")
    ANSWERED = "answered", _("a colleague had answered")
    TAKEN_CHARGE = "taken_charge", _("a colleague answers for it")
    DONE = "done", _("it was done meanwhile")
    CORRECTED = "corrected", _("the message had been corrected")
    NO_RIGHT = "no_right", _("you no longer take part")
    SEALED = "sealed", _("the thread is closed")
    ABSENT = "absent", _("you were away and a colleague replaces you")
    INACTIVE = "inactive", _("the account is closed")
    NEVER = "never", _("you chose not to be told of it")
    SUSPENDED = "suspended", _("mail to your address came back")
    NOT_ALLOWED = "not_allowed", _("this deployment does not write to your address")
    EMPTY = "empty", _("nothing was left to say")
    GONE = "gone", _("what it was about is no longer there")
    REFUSED = "refused", _("your mail server refused it for good")
    TOO_LONG = "too_long", _("your mail server could not be reached for two days")
    BROKEN = "broken", _("it could not be written; the operator was told")
    # Held back, not ended:
    PRESENT = "present", _("you were here")
    QUIET = "quiet", _("your quiet hours")
    HEARING = "hearing", _("you were in a hearing")
    TROUBLE = "trouble", _("the mail server did not answer; it is tried again")


def key_of(
    transport: str,
    recipient: uuid.UUID | int | None,
    thread: uuid.UUID | None,
    window: str,
) -> str:
    """What is unique; a person cannot meet a mailbox or (over push)
    a device: only people have UUIDs."""
    return f"{transport}/{recipient}/{thread or ''}/{window}"


class Notification(models.Model):
    """One thing that one recipient is owed over one transport.

    `user` or (a functional mailbox) `centre`. `window` names the stretch it covers:
    "m12" from message 12 on, "daily:2026-11-28", "T1.court:7". `facts`: codes, ids and
    numbers that the words need; never a name, never what somebody wrote.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    transport = models.CharField(
        max_length=5, choices=Transport.choices, default=Transport.EMAIL
    )
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="notifications"
    )
    centre = models.ForeignKey(
        Centre, on_delete=models.CASCADE, null=True, related_name="+"
    )
    thread = models.ForeignKey(
        Thread, on_delete=models.CASCADE, null=True, related_name="+"
    )
    kind = models.CharField(max_length=24, choices=Kind.choices)
    subject = models.CharField(max_length=12, choices=Subject.choices)
    window = models.CharField(max_length=80)
    # (transport, recipient, thread, window) as one text: unique columns may be empty.
    key = models.CharField(max_length=200, unique=True)
    first_seq = models.PositiveIntegerField(null=True)
    last_seq = models.PositiveIntegerField(null=True)
    facts = models.JSONField(default=dict)
    digest = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="items"
    )

    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    by = models.CharField(max_length=201, blank=True)  # the colleague of ANSWERED...
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    first_tried_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    last_answer = models.CharField(max_length=80, blank=True)  # code, no address
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                name="notification_due",
                condition=models.Q(state__in=("waiting", "sending")),
            ),
            models.Index(fields=["user", "-created_at"], name="notification_of"),
            models.Index(fields=["thread", "state"], name="notification_thread"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, centre=None)
                | models.Q(user=None, centre__isnull=False),
                name="notification_has_one_recipient",
            )
        ]


class Pause(models.Model):
    """The kill switch: while one is open, nothing leaves. `reason` is an operator's."""

    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
