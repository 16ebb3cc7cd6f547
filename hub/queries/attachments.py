"""What a person may know of files: one file, the bytes of one, what changed."""

from uuid import UUID

from django.db.models import Q

from hub import permissions
from hub.errors import NotFound
from hub.models import (
    Attachment,
    AttachmentPurpose,
    AttachmentState,
    Blob,
    BlobRole,
    Thread,
    User,
)

MOST = 200  # files in one answer about changes


def visible_to(user: User) -> Q:
    """The condition on Attachment: the person may know that it exists.

    The sender's own always; those of others once they are clean and sent. Rights on
    the thread or the measure come on top of it.
    """
    return Q(sent_by=user) | (
        Q(state=AttachmentState.CLEAN)
        & (Q(message__isnull=False) | Q(purpose=AttachmentPurpose.ORDER_DOCUMENT))
    )


def attachment_for(
    user: User, attachment_id: UUID, right: str = "thread.read"
) -> Attachment:
    """A file that the person may know of. `right` is asked in its thread or measure.

    Raises NotFound for a stranger's and a missing one alike, Forbidden for a reader
    who may not do this.
    """
    found = (
        Attachment.objects.filter(visible_to(user), pk=attachment_id)
        .select_related("measure", "thread", "message")
        .first()
    )
    if found is None:
        raise NotFound
    if found.thread_id is not None:
        permissions.seat_in_thread(user, found.thread_id, right)
    elif found.purpose == AttachmentPurpose.ORDER_DOCUMENT:
        wanted = "measure.read" if right == "thread.read" else right
        permissions.place_in_measure(user, found.measure, wanted)
    else:
        raise NotFound
    return found


def bytes_of(attachment: Attachment, role: BlobRole) -> Blob:
    """Raises NotFound when there are none: not ready, refused, purged."""
    blob = Blob.objects.filter(attachment=attachment, role=role).first()
    if blob is None:
        raise NotFound
    return blob


def published(
    user: User, attachment_id: UUID, role: BlobRole
) -> tuple[Attachment, Blob]:
    """A clean file and what everybody reads of it. Raises NotFound."""
    attachment = attachment_for(user, attachment_id)
    if attachment.state != AttachmentState.CLEAN:
        raise NotFound
    return attachment, bytes_of(attachment, role)


def original(user: User, attachment_id: UUID) -> tuple[Attachment, Blob]:
    """The sealed bytes as they were sent. Raises NotFound or Forbidden.

    Not of a file in which a virus was found: nobody gets that from here.
    """
    attachment = attachment_for(user, attachment_id, "attachment.original")
    if attachment.state != AttachmentState.CLEAN:
        raise NotFound
    return attachment, bytes_of(attachment, BlobRole.ORIGINAL)


def changes_after(thread: UUID, change: int) -> list[Attachment]:
    """Up to MOST files that became ready, or were refused, after that count.

    In the order in which it happened, for whoever was already allowed to read the
    thread; hub.wire_files says how much of each a reader may know.
    """
    rows = Attachment.objects.filter(thread=thread, change__gt=change)
    return list(rows.select_related("message").order_by("change")[:MOST])


def waiting_in(thread: Thread, user: User) -> list[Attachment]:
    """The person's files of this thread that are in no message yet, oldest first."""
    rows = Attachment.objects.filter(
        thread=thread,
        sent_by=user,
        message=None,
        purpose=AttachmentPurpose.MESSAGE,
    )
    return list(rows.order_by("received_at", "pk"))
