"""What became of files, as `attachment` frames and GET .../attachments tell it.

Belongs here: how much of a file each reader may know. The files of a message, and one
file alone: hub.wire.
"""

from typing import NotRequired, TypedDict, cast
from uuid import UUID

from hub.models import Attachment, AttachmentState, Participant
from hub.queries.attachments import MOST, changes_after
from hub.wire import WireFile, wire_file

# Neither pending nor there: taken back by its sender, or found infected afterwards.
WITHDRAWN = "withdrawn"


class FileChange(TypedDict):
    """The `attachment` of a frame: a WireFile, and where it stands.

    `seq` and `position` are those in its message, `seq` None while it is in none. A
    withdrawn one has `id`, `seq`, `position`, `state` and `change` only.
    """

    id: str
    seq: int | None
    position: int
    state: str
    change: int
    name: NotRequired[str]
    size: NotRequired[int]
    media_type: NotRequired[str]
    pages: NotRequired[int]
    url: NotRequired[str]
    preview: NotRequired[str]
    reason: NotRequired[str]
    detail: NotRequired[str]
    inspecting: NotRequired[bool]
    held_up: NotRequired[bool]


class FileChanges(TypedDict):
    """`change`: up to which count `attachments` goes; `more`: ask again from there."""

    thread: str
    attachments: list[FileChange]
    change: int
    more: bool


def for_sender(file: Attachment, withdrawn: bool = False) -> FileChange:
    """All of it. Not why in words: who hears this may speak another language."""
    if withdrawn:
        return _withdrawn(file)
    wired: WireFile = wire_file(file)
    wired.pop("detail", None)
    return cast(FileChange, {**wired, "seq": _seq(file)})


def for_others(file: Attachment) -> FileChange | None:
    """Ready and sent, or no longer there; nothing of what others never saw."""
    if file.message_id is None:
        return None
    if file.state == AttachmentState.CLEAN:
        return for_sender(file)
    was_published = file.published_size is not None
    return _withdrawn(file) if was_published else None


def wire_changes(seat: Participant, after: int) -> FileChanges:
    """What a person may know of the final states after that count."""
    rows = changes_after(seat.thread_id, after)
    seen = [_for_reader(row, seat.user_id) for row in rows]
    more = len(rows) == MOST
    end = rows[-1].change if rows else 0
    return {
        "thread": str(seat.thread_id),
        "attachments": [one for one in seen if one],
        # The thread was read first, so its own count may be behind its files.
        "change": end if more else max(end, seat.thread.files_changed),
        "more": more,
    }


def _for_reader(file: Attachment, reader: UUID) -> FileChange | None:
    return for_sender(file) if file.sent_by_id == reader else for_others(file)


def _withdrawn(file: Attachment) -> FileChange:
    return {
        "id": str(file.pk),
        "seq": _seq(file),
        "position": file.position,
        "state": WITHDRAWN,
        "change": file.change,
    }


def _seq(file: Attachment) -> int | None:
    return file.message.seq if file.message else None
