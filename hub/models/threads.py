"""The conversation of a designation: who takes part, what was said, who has read it.

Numbers, hashes and rights are given in hub.posting and hub.actions, never here.
"""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from hub.models.accounts import Membership, Side, User
from hub.models.measures import Designation

if TYPE_CHECKING:
    from hub.models.attachments import Attachment


class MessageKind(models.TextChoices):
    """What a message is. Only ordinary ones are typed freely; actions post the rest."""

    ORDINARY = "ordinary", _("message")
    SYSTEM = "system", _("event")  # a line of the life-cycle
    TRANSMISSION = "transmission", _("transmission")
    DIFFICULTY_REPORT = "difficulty_report", _("difficulty report")
    ATTENDANCE = "attendance_certificate", _("attendance certificate")
    END_NOTE = "end_note", _("note at the end")
    MODIFICATION = "modification", _("modification of the terms")
    INFORMATION_REQUEST = "information_request", _("information or document missing")
    CLOSURE_NOTICE = "closure_notice", _("notice of closure")


ORDINARY, SYSTEM = MessageKind.ORDINARY.value, MessageKind.SYSTEM.value
GENESIS = "0" * 64  # What the first message of a thread is chained to.


class ThreadState(models.TextChoices):
    OPEN = "open"
    SEALED = "sealed"  # another centre was designated; reading goes on


class Thread(models.Model):
    """The one record of a designation, and its head: how far it has come."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    designation = models.OneToOneField(Designation, on_delete=models.PROTECT)
    state = models.CharField(
        max_length=6, choices=ThreadState.choices, default=ThreadState.OPEN
    )
    last_seq = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now)
    head = models.CharField(max_length=64, default=GENESIS)  # hash of the last message
    # Whose turn to answer (hub.heads); empty when no answer is expected. What the
    # measure waits for besides is Measure.awaits.
    awaits = models.CharField(max_length=6, choices=Side.choices, blank=True)
    # How many of its attachments became ready or were refused (Attachment.change).
    files_changed = models.PositiveIntegerField(default=0)
    # When the messenger has to see who is owed what (notifications); none: nobody is.
    look_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["look_at"],
                name="thread_look_at",
                condition=models.Q(look_at__isnull=False),
            )
        ]


class Participant(models.Model):
    """A person's seat in a thread: the place it comes from and how far was read.

    A seat counts only while its membership is in force and until `until`, for a
    substitute or a centre whose measure was recalled (hub.permissions).
    """

    thread = models.ForeignKey(
        Thread, on_delete=models.CASCADE, related_name="participants"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT)
    read_seq = models.PositiveIntegerField(default=0)
    notified_seq = models.PositiveIntegerField(default=0)  # told of, or not owed
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "user"], name="one_seat_each")
        ]


class Message(models.Model):
    """Immutable. The author's name, role and organisation are frozen on it."""

    # No index of their own: the unique keys below begin with them.
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, db_index=False)
    seq = models.PositiveIntegerField()
    client_id = models.UUIDField()  # `id` on the wire, chosen by the author's client
    author = models.ForeignKey(User, on_delete=models.PROTECT, db_index=False)
    author_name = models.CharField(max_length=201)
    author_role = models.CharField(max_length=20)
    author_organisation = models.CharField(max_length=160)
    author_side = models.CharField(max_length=6, choices=Side.choices)
    kind = models.CharField(max_length=30)
    body = models.TextField()
    needs_ack = models.BooleanField(default=False)
    urgent = models.CharField(max_length=200, blank=True)  # the reason
    for_case_file = models.BooleanField(default=False)
    corrects = models.PositiveIntegerField(null=True)
    door = models.CharField(max_length=10)  # page, socket, api, act, link, system
    at = models.DateTimeField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "seq"], name="dense_seq"),
            models.UniqueConstraint(
                fields=["author", "client_id"], name="client_id_once_for_ever"
            ),
        ]

    @cached_property
    def files(self) -> "list[Attachment]":
        """Its attachments in order, whatever their state.

        hub.chain.with_files reads them for many messages at once.
        """
        return list(self.attachments.order_by("position"))

    @property
    def searched_text(self) -> str:
        return searched_text(self.body, self.urgent, self.author_name)


def searched_text(body: str, urgent: str, author_name: str) -> str:
    """What a message is found by. No names of files: those are kept encrypted."""
    return "\n".join([body, urgent, author_name])


class ReadMark(models.Model):
    """Everything up to `seq` was displayed at `at`: one row per step forward."""

    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="marks"
    )
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "seq"], name="one_mark_per_step"
            )
        ]


class AlertMark(models.Model):
    """The person was told at `at`, outside the hub, that messages up to `seq` wait."""

    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="alerts"
    )
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "seq"], name="one_alert_per_step"
            )
        ]


class Acknowledgement(models.Model):
    """An explicit act on a message that asked for it (accusé de réception)."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT)
    seq = models.PositiveIntegerField()
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    user_name = models.CharField(max_length=201)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "seq", "user"], name="one_acknowledgement_each"
            )
        ]
