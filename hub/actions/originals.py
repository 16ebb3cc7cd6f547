"""Opening the exact bytes that somebody sent: only with a reason, always journalled."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.actions.journal import record
from hub.models import Attachment, User


class OriginalReason(models.TextChoices):
    """Why the published copy is not enough. A code: the journal repeats no words."""

    SIGNATURE = "signature", _("Check an electronic signature")
    CONTESTED = "contested", _("The content or the origin of the document is contested")
    MISSING = "missing", _("Something of the document is missing in the safe copy")
    ORDERED = "ordered", _("A decision orders that it be produced")


def open_original(by: User, attachment: Attachment, reason: str) -> None:
    """The line that stands before the bytes leave. The caller has asked the right."""
    code = OriginalReason(reason).value
    record(by, f"original_opened_{code}", "attachment", attachment.pk)
