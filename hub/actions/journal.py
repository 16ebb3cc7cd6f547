"""Lines in the journal, written by the action that did the thing."""

from collections.abc import Iterable

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


def record_many(action: str, kind: str, object_ids: Iterable[object]) -> None:
    """One line for each object, by the hub itself. One query."""
    JournalEntry.objects.bulk_create(
        JournalEntry(action=action, object_kind=kind, object_id=str(one))
        for one in object_ids
    )
