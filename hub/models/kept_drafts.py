"""What somebody typed in a thread and has not sent. Nobody but that person sees it.

What may be kept, and when it goes, is in hub.actions.kept_drafts.
"""

from django.db import models

from hub.models.accounts import User
from hub.models.threads import Thread


class KeptDraft(models.Model):
    """One per person and thread, as typed: nothing of it is cleaned or judged yet.

    `client_id` is the id under which it will be posted. Once a message has it, this row
    counts as none (hub.queries.kept_drafts).
    """

    # No index of its own: the unique key below begins with it.
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    client_id = models.UUIDField()
    body = models.TextField(blank=True)
    needs_ack = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False)
    urgent = models.TextField(blank=True)  # the reason
    for_case_file = models.BooleanField(default=False)
    corrects = models.PositiveIntegerField(null=True)
    # Grows with every change and is never used again, not even by a later row: a page
    # that knows an older one has not seen this text.
    revision = models.PositiveBigIntegerField()
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "user"], name="one_draft_each")
        ]
