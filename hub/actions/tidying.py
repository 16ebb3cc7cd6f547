"""What was sent and never used, and what a crash left: removed after days."""

import contextlib
import shutil
import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from hub.actions import blobs
from hub.actions.attachments import remove
from hub.actions.transitions import lock
from hub.files import storage
from hub.models import Attachment, AttachmentPurpose

LEFT_BEHIND_SECONDS = 3600.0  # an inspection's folder this old has nobody any more
LOOSE_AFTER = timedelta(days=2)  # a file that was never posted


def tidy_files() -> dict[str, int]:
    """Files in no message for two days, bytes without a row, and what killed
    inspections left on this machine; how many of each."""
    return {
        "loose": remove_loose(),
        "orphans": blobs.sweep(),
        "workshop": clear_workshop(),
    }


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


def clear_workshop() -> int:
    """Removes what killed inspections left; returns how many folders."""
    before = time.time() - LEFT_BEHIND_SECONDS
    count = 0
    for path in storage.workshop().iterdir():
        with contextlib.suppress(FileNotFoundError):  # it ended by itself meanwhile
            if path.stat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)
                count += 1
    return count
