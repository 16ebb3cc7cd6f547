"""Messages and heads as rows of values: what both databases' statements store."""

import json
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from hub.heads import Head
from hub.models import Message

COLUMNS = (
    "thread_id", "seq", "client_id", "author_id", "author_name", "author_role",
    "author_organisation", "author_side", "kind", "body", "needs_ack", "urgent",
    "for_case_file", "corrects", "door", "at", "hash",
)  # fmt: skip
_values = itemgetter(*COLUMNS)


def message_rows(rows: Sequence[Message]) -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in message_values(rows)]


def message_values(rows: Sequence[Message]) -> list[tuple[Any, ...]]:
    """Past the model's descriptors, which cost more than all the rest here."""
    return [_values(vars(row)) for row in rows]


def head_rows(heads: dict[UUID, Head]) -> list[dict[str, Any]]:
    return [
        {
            "id": thread,
            "last_seq": head.last_seq,
            "head": head.hash,
            "awaits": head.awaits,
            "look_at": head.look_at,
        }
        for thread, head in heads.items()
    ]


def _plain(value: UUID | datetime) -> str:
    return value.hex if isinstance(value, UUID) else value.isoformat()


encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=_plain
).encode
