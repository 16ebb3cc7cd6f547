"""One line in the journal, written by the action that did the thing."""

from hub.models import JournalEntry, User


def record(
    actor: User | None,
    action: str,
    kind: str,
    object_id: object,
    *,
    counts: dict[str, int] | None = None,
) -> None:
    """Codes, ids and numbers only: the journal never repeats what a person wrote."""
    JournalEntry.objects.create(
        actor=actor,
        action=action,
        object_kind=kind,
        object_id=str(object_id),
        counts=counts or {},
    )
