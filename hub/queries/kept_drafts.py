"""What a person typed and has not sent yet: in one thread, and in which threads."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from hub.models import KeptDraft, Message, Thread, User


def draft_in(thread: Thread, user: User) -> KeptDraft | None:
    return _unsent().filter(thread=thread, user=user).first()


def threads_with_draft(user: User) -> dict[UUID, datetime]:
    """The threads where the person has begun a message, and when they last wrote at it.

    For lists of threads: one query for all of them.
    """
    return dict(_unsent().filter(user=user).values_list("thread_id", "changed_at"))


def _unsent() -> "QuerySet[KeptDraft, KeptDraft]":
    """Without those that were posted meanwhile: posting itself touches no draft."""
    posted = Message.objects.filter(
        author=OuterRef("user"), client_id=OuterRef("client_id")
    )
    return KeptDraft.objects.filter(~Exists(posted))
