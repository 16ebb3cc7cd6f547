"""Domain objects as PROTOCOL.md writes them: used by the JSON door and the socket."""

from typing import Any, TypedDict
from uuid import UUID

from hub import text
from hub.chain import wire_time
from hub.models import Message
from hub.queries.threads import History


class Author(TypedDict):
    id: str
    name: str
    role: str
    organisation: str


class WireMessage(TypedDict):
    """The fields of a `message` frame, without its `type`."""

    thread: str
    seq: int
    id: str
    kind: str
    author: Author
    side: str  # "court" or "centre": lets a page tell a colleague from the others
    body: str
    html: str
    attachments: list[Any]
    needs_ack: bool
    urgent: str
    for_case_file: bool
    corrects: int | None
    at: str
    hash: str


def wire_message(message: Message) -> WireMessage:
    return {
        "thread": str(message.thread_id),
        "seq": message.seq,
        "id": str(message.client_id),
        "kind": message.kind,
        "author": {
            "id": str(message.author_id),
            "name": message.author_name,
            "role": message.author_role,
            "organisation": message.author_organisation,
        },
        "side": message.author_side,
        "body": message.body,
        "html": text.render(message.body),
        "attachments": [],
        "needs_ack": message.needs_ack,
        "urgent": message.urgent,
        "for_case_file": message.for_case_file,
        "corrects": message.corrects,
        "at": wire_time(message.at),
        "hash": message.hash,
    }


def wire_posted(message: Message) -> dict[str, Any]:
    """The fields of `posted`."""
    return {
        "id": str(message.client_id),
        "thread": str(message.thread_id),
        "seq": message.seq,
        "at": wire_time(message.at),
        "html": text.render(message.body),
        "hash": message.hash,
    }


def wire_history(thread: UUID, part: History) -> dict[str, Any]:
    """The fields of `messages`."""
    return {
        "thread": str(thread),
        "messages": [wire_message(m) for m in part.messages],
        "more": part.more,
        "head": part.head,
    }
