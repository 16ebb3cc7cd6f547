"""`manage.py rescan`: published files again, with the signatures of today."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from hub.actions import inspection
from hub.actions.file_queue import TryLater
from hub.actions.verdicts import chosen
from hub.files.vault import Damaged, UnknownKey
from hub.management.progress import ProgressBar
from hub.models import Attachment, AttachmentState, Blob


class Command(BaseCommand):
    help = "Scans every published file again; infected ones are taken from readers."

    def handle(self, *args: Any, **options: Any) -> None:
        scanner = chosen()
        published = Attachment.objects.filter(
            state=AttachmentState.CLEAN, look_at=None
        ).exclude(name="")
        total, done, infected, unread = published.count(), 0, 0, 0
        bar = ProgressBar(self.stdout, "Files", log_every=0.1)
        for attachment in published.order_by("received_at").iterator():
            try:
                infected += not inspection.rescan(attachment, scanner)
            except Blob.DoesNotExist:
                pass  # purged meanwhile
            except (TryLater, OSError, Damaged, UnknownKey) as error:
                unread += 1
                self.stderr.write(f"{attachment.pk}: {type(error).__name__} {error}")
            done += 1
            bar(done, total)
        self.stdout.write(f"{done} files, {infected} infected.")
        if unread:
            raise CommandError(f"{unread} files were not scanned: run it again.")
