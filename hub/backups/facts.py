"""What is read of a copied database for the manifest, in SQL that both engines know.

Belongs here: reading, of a copy or of a snapshot. Django's models always ask the live
database, and would tell of messages that the copy does not hold.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

COUNTED = {
    "threads": "hub_thread",
    "messages": "hub_message",
    "measures": "hub_measure",
    "people": "hub_user",
    "attachments": "hub_attachment",
    "blobs": "hub_blob",
}
Ask = Callable[[str], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True)
class Facts:
    """`blobs`: the ids of all sealed bytes that the copy names."""

    counts: dict[str, int]
    heads: dict[str, tuple[int, str]]
    migrations: list[tuple[str, str]]
    blobs: list[UUID]
    file_keys: list[str]


def facts_of(ask: Ask) -> Facts:
    """`ask` runs one query in the copy."""
    counts = {
        word: int(next(iter(ask(f"SELECT count(*) FROM {table}")))[0])  # noqa: S608
        for word, table in COUNTED.items()
    }
    heads = ask("SELECT id, last_seq, head FROM hub_thread ORDER BY id")
    blobs = ask("SELECT id FROM hub_blob ORDER BY id")
    keys = ask("SELECT DISTINCT key_id FROM hub_blob ORDER BY key_id")
    applied = ask("SELECT app, name FROM django_migrations ORDER BY id")
    return Facts(
        counts=counts,
        heads={str(_uuid(one)): (int(seq), str(head)) for one, seq, head in heads},
        migrations=[(str(app), str(name)) for app, name in applied],
        blobs=[_uuid(one) for (one,) in blobs],
        file_keys=[str(key) for (key,) in keys],
    )


def _uuid(value: Any) -> UUID:
    """SQLite keeps 32 digits, PostgreSQL a type of its own."""
    return value if isinstance(value, UUID) else UUID(hex=value)
