"""Files that people send: what became of each, and where its bytes lie.

States are changed by hub.actions.file_queue only, and by purging.
"""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.accounts import Side, User
from hub.models.measures import Measure
from hub.models.threads import Message, Thread
from hub.secrecy import EncryptedTextField


class AttachmentState(models.TextChoices):
    """On the wire WAITING and INSPECTING are both `pending`."""

    WAITING = "waiting", _("waiting")
    INSPECTING = "inspecting", _("being checked")
    CLEAN = "clean", _("ready")
    REFUSED = "refused", _("refused")


# Nothing was decided yet.
PENDING = (AttachmentState.WAITING, AttachmentState.INSPECTING)


class AttachmentPurpose(models.TextChoices):
    MESSAGE = "message", _("attachment of a message")
    ORDER_DOCUMENT = "order_document", _("ordering document")


class Attachment(models.Model):
    """One file that somebody sent. Readers other than the sender see only CLEAN ones.

    `thread` is empty for the ordering document of a measure that was not transmitted;
    `message` is empty until the file is posted. `name` is the cleaned one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="attachments"
    )
    thread = models.ForeignKey(
        Thread, on_delete=models.PROTECT, null=True, related_name="attachments"
    )
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, null=True, related_name="attachments"
    )
    position = models.PositiveSmallIntegerField(default=0)  # within its message
    purpose = models.CharField(
        max_length=14,
        choices=AttachmentPurpose.choices,
        default=AttachmentPurpose.MESSAGE,
    )
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=6, choices=Side.choices)
    name = EncryptedTextField()
    size = models.PositiveIntegerField()  # bytes, as sent
    sha256 = models.CharField(max_length=64)  # as sent
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(
        max_length=10, choices=AttachmentState.choices, default=AttachmentState.WAITING
    )
    reason = models.CharField(max_length=16, blank=True)  # hub.files.reasons.Reason
    # Counts the final states within a thread, so that a page knows what it missed.
    change = models.PositiveIntegerField(default=0)
    # What is published:
    media_type = models.CharField(max_length=80, blank=True)
    published_size = models.PositiveIntegerField(null=True)
    published_sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField(null=True)
    is_drawn = models.BooleanField(default=False)  # there is a preview
    decided_at = models.DateTimeField(null=True)
    # The queue: when a worker looks next, and until when one holds it.
    look_at = models.DateTimeField(null=True, default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    held_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["look_at"]),
            models.Index(fields=["thread", "change"]),
        ]


class BlobRole(models.TextChoices):
    ORIGINAL = "original"  # sealed: read only with a reason, and journalled
    PUBLISHED = "published"
    PREVIEW = "preview"


class Blob(models.Model):
    """Encrypted bytes in the file storage, under `id`; the key to them, wrapped.

    `wrapped_key` is the file's own AES-256 key, encrypted under the environment key
    that `key_id` names; `id` is associated data of both.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attachment = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, related_name="blobs"
    )
    role = models.CharField(max_length=9, choices=BlobRole.choices)
    size = models.PositiveIntegerField()  # bytes of the clear content
    sha256 = models.CharField(max_length=64)  # of the clear content
    wrapped_key = models.BinaryField()
    key_id = models.CharField(max_length=16)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attachment", "role"], name="one_blob_per_role"
            )
        ]


class ScanVerdict(models.Model):
    """A final answer of a virus scanner about bytes of this SHA-256, and nothing less.

    An error, a silence or a time-out leaves no row.
    """

    sha256 = models.CharField(max_length=64)
    scanner = models.CharField(max_length=20)
    engine = models.CharField(max_length=60)
    database = models.CharField(max_length=60)
    database_at = models.DateTimeField(null=True)
    is_clean = models.BooleanField()
    signature = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["sha256", "at"])]
