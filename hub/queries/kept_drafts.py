"""What a person typed and has not sent yet: in one thread, and in which threads."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from hub.models import KeptDraft, Message, Thread, User


def draft_in(thread: Thread, user: User) -> KeptDraft | None:
    return _unsent().filter(thread=thread, user=user).first()


def threads_with_draft(user: User) -> set[UUID]:
    """The threads where the person has begun a message: one query for all of them."""
    return set(_unsent().filter(user=user).values_list("thread_id", flat=True))


def _unsent() -> "QuerySet[KeptDraft, KeptDraft]":
    """Without those that were posted meanwhile: posting itself touches no draft."""
    posted = Message.objects.filter(
        author=OuterRef("user"), client_id=OuterRef("client_id")
    )
    return KeptDraft.objects.filter(~Exists(posted))
