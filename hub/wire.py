"""Domain objects as PROTOCOL.md writes them: used by the JSON door and the socket."""

from collections.abc import Iterable
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from django.urls import reverse

from hub import text
from hub.chain import wire_time
from hub.files.reasons import SENTENCES, Reason
from hub.models import Attachment, AttachmentState, Message
from hub.queries.history import History, Receipt

STATES = {
    AttachmentState.WAITING: "pending",
    AttachmentState.INSPECTING: "pending",
    AttachmentState.CLEAN: "clean",
    AttachmentState.REFUSED: "refused",
}


class Author(TypedDict):
    id: str
    name: str
    role: str
    organisation: str


class WireFile(TypedDict):
    """One attachment. `pages`, `url` and `preview` when it is clean; `reason` (a code)
    and `detail` (for a person) when it was refused; `inspecting` while it is looked at,
    `held_up` when it could not be and is tried again.
    `change` counts the final states of a thread: the higher one is the newer."""

    id: str
    name: str
    size: int
    state: str
    media_type: str
    position: int  # within its message
    change: int
    inspecting: NotRequired[bool]
    held_up: NotRequired[bool]
    pages: NotRequired[int]
    url: NotRequired[str]
    preview: NotRequired[str]
    reason: NotRequired[str]
    detail: NotRequired[str]


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
    attachments: list[WireFile]
    needs_ack: bool
    urgent: str
    for_case_file: bool
    corrects: int | None
    door: str  # by which way it came: "link" is shown to readers
    at: str
    hash: str


def wire_message(message: Message, reader: UUID | None = None) -> WireMessage:
    """For this reader, or (None) for everybody: then only files that are clean."""
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
        "attachments": [wire_file(f) for f in shown_files(message, reader)],
        "needs_ack": message.needs_ack,
        "urgent": message.urgent,
        "for_case_file": message.for_case_file,
        "corrects": message.corrects,
        "door": message.door,
        "at": wire_time(message.at),
        "hash": message.hash,
    }


def shown_files(message: Message, reader: UUID | None) -> list[Attachment]:
    """Those of a message that a reader may know of: clean ones, all of one's own."""
    return [
        file
        for file in message.files
        if file.state == AttachmentState.CLEAN or file.sent_by_id == reader
    ]


def wire_file(file: Attachment) -> WireFile:
    """What its sender may know of it, or, once it is clean, every reader."""
    wired: WireFile = {
        "id": str(file.pk),
        "name": file.name,
        "size": file.size if file.published_size is None else file.published_size,
        "state": STATES[AttachmentState(file.state)],
        "media_type": file.media_type,
        "position": file.position,
        "change": file.change,
    }
    if file.state == AttachmentState.INSPECTING:
        wired["inspecting"] = True
    if file.state == AttachmentState.WAITING and file.attempts:
        wired["held_up"] = True
    if file.state == AttachmentState.CLEAN:
        wired["url"] = reverse("hub:attachment", args=[file.pk])
        if file.pages is not None:
            wired["pages"] = file.pages
        if file.is_drawn:
            wired["preview"] = reverse("hub:attachment-preview", args=[file.pk])
    if file.state == AttachmentState.REFUSED:
        wired["reason"] = file.reason
        wired["detail"] = refusal_of(file)
    return wired


def refusal_of(file: Attachment) -> str:
    """Why it was refused and what can be done, in the language of now."""
    return str(SENTENCES[Reason(file.reason)])


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


def wire_receipts(receipts: Iterable[tuple[int, Receipt]]) -> list[dict[str, Any]]:
    """The fields of `receipt`, without the thread."""
    return [
        {
            "user": str(one.user_id),
            "seq": seq,
            "at": wire_time(one.at),
            "acknowledged": one.acknowledged,
        }
        for seq, one in receipts
    ]


def wire_history(
    thread: UUID, part: History, reader: UUID | None = None
) -> dict[str, Any]:
    """The fields of `messages`, as this reader may see them."""
    return {
        "thread": str(thread),
        "messages": [wire_message(m, reader) for m in part.messages],
        "more": part.more,
        "head": part.head,
    }
