"""The decision that orders a measure, as a file: which there are, and their state."""

from collections.abc import Sequence

from hub.models import Attachment, AttachmentPurpose, AttachmentState, Measure, User
from hub.models.attachments import PENDING
from hub.queries.attachments import visible_to


def order_documents(measure: Measure, user: User) -> list[Attachment]:
    """Those that the person may know of, newest first. One query.

    The caller has checked the right to read the measure.
    """
    rows = Attachment.objects.filter(
        visible_to(user), measure=measure, purpose=AttachmentPurpose.ORDER_DOCUMENT
    )
    return list(rows.order_by("-received_at"))


def order_document_digests(measure: Measure) -> list[str]:
    """SHA-256 of the checked ones as they were sent: which decision went with it."""
    rows = Attachment.objects.filter(
        measure=measure,
        purpose=AttachmentPurpose.ORDER_DOCUMENT,
        state=AttachmentState.CLEAN,
    )
    return list(rows.order_by("received_at").values_list("sha256", flat=True))


def order_document_state(measure: Measure) -> str:
    """Undecided if any is, so that none appears at the centre after the transmission;
    clean if any is; else the state of the newest; empty where there is none."""
    rows = Attachment.objects.filter(
        measure=measure, purpose=AttachmentPurpose.ORDER_DOCUMENT
    )
    return state_of_all(
        list(rows.order_by("-received_at").values_list("state", flat=True))
    )


def state_of_all(found: Sequence[str]) -> str:
    """The same of states that were read already, newest first."""
    for state in (*PENDING, AttachmentState.CLEAN):
        if state in found:
            return state
    return found[0] if found else ""
