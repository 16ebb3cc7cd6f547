"""What was sent and never used, and what a crash left: removed after days."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from hub.actions import blobs
from hub.actions.attachments import remove
from hub.actions.transitions import lock
from hub.models import Attachment, AttachmentPurpose

LOOSE_AFTER = timedelta(days=2)  # a file that was never posted


def tidy_files() -> dict[str, int]:
    """Files in no message for two days, and bytes without a row; how many of each."""
    return {"loose": remove_loose(), "orphans": blobs.sweep()}


def remove_loose() -> int:
    """Each in its own transaction, asked again under the lock that posting takes."""
    old = Attachment.objects.filter(
        message=None,
        thread__isnull=False,
        purpose=AttachmentPurpose.MESSAGE,
        received_at__lt=timezone.now() - LOOSE_AFTER,
    )
    count = 0
    for attachment in old.select_related("measure"):
        with transaction.atomic():
            lock(attachment.measure)
            still = old.filter(pk=attachment.pk).first()
            if still is not None:
                remove(still, None)
                count += 1
    return count
