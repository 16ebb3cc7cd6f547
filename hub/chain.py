"""The hash chain of a thread: what it covers and how it is checked.

Each hash covers a message's content and the hash before it, so that no message
can be changed, removed, inserted or moved unseen (DOMAIN 3.1, R4).
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from hub.models import GENESIS, Attachment, Message

_canonical = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False
).encode


def message_hash(previous: str, content: dict[str, Any]) -> str:
    """SHA-256 in hexadecimal over `previous` and the canonical JSON of `content`."""
    return hashlib.sha256(f"{previous}\n{_canonical(content)}".encode()).hexdigest()


def content(message: Message) -> dict[str, Any]:
    """What a message's hash covers: everything a reader may rely on.

    Of its attachments the SHA-256 of what was sent, in order; a message without any
    has the content it had before there were attachments.
    """
    files = [file.sha256 for file in message.files]
    return ({"attachments": files} if files else {}) | {
        "thread": str(message.thread_id),
        "seq": message.seq,
        "id": str(message.client_id),
        "author": str(message.author_id),
        "name": message.author_name,
        "role": message.author_role,
        "organisation": message.author_organisation,
        "kind": message.kind,
        "body": message.body,
        "needs_ack": message.needs_ack,
        "urgent": message.urgent,
        "for_case_file": message.for_case_file,
        "corrects": message.corrects,
        "door": message.door,
        "at": wire_time(message.at),
    }


def with_files(messages: Iterable[Message]) -> list[Message]:
    """The same messages, the attachments of all read in one query."""
    found = list(messages)
    unknown = [message for message in found if "files" not in vars(message)]
    prefetch_related_objects(unknown, in_order())
    return found


def in_order() -> "Prefetch[Any, Any, Any]":
    """For prefetch_related: what `Message.files` holds."""
    rows = Attachment.objects.order_by("position")
    return Prefetch("attachments", rows, to_attr="files")


def wire_time(at: datetime) -> str:
    """ISO 8601, UTC, milliseconds, as on the wire and in hashes."""
    utc = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return utc.replace("+00:00", "Z")


def first_break(messages: Iterable[Message]) -> int | None:
    """The first seq at which a whole thread, in order, is not as it was written."""
    walk = Walk()
    walk.follow(with_files(messages))
    return walk.broken_at


class Walk:
    """Follows a chain piece by piece, from behind message `seq`, whose hash is `hash_`.

    `broken_at` is the first seq that is missing or is not as it was written.
    """

    def __init__(self, seq: int = 0, hash_: str = GENESIS) -> None:
        self.seq, self.hash = seq, hash_
        self.broken_at: int | None = None

    def follow(self, messages: Iterable[Message]) -> None:
        """The next ones, in order, with their files."""
        for message in messages:
            if self.broken_at is not None:
                return
            expected = message_hash(self.hash, content(message))
            if message.seq != self.seq + 1 or message.hash != expected:
                self.broken_at = self.seq + 1
                return
            self.seq, self.hash = message.seq, message.hash
