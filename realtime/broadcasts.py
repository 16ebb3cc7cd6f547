"""From a domain event to a hint for every socket of every process, after the commit.

A hint carries frames that are ready to send. It may be lost: the relay of each
process notices and reads the record (PROTOCOL promise 4).
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db import transaction

from hub import events
from hub.chain import wire_time
from hub.models import Attachment, Message
from hub.wire import shown_files, wire_message
from hub.wire_files import for_others, for_sender
from realtime import layer
from realtime.protocol import encode

# The loop that serves sockets, and what hands a hint on there, once there is one
# (realtime.relay sets both).
serving_loop: asyncio.AbstractEventLoop | None = None
hand_on: Callable[[dict[str, Any]], None] | None = None


def connect() -> None:
    events.messages_posted.connect(on_messages_posted)
    events.thread_read.connect(on_receipt)
    events.message_acknowledged.connect(on_acknowledged)
    events.attachment_changed.connect(on_attachment_changed)
    events.measure_changed.connect(on_measure_changed)
    events.rights_changed.connect(on_rights_changed)
    events.session_ended.connect(on_session_ended)


def on_messages_posted(messages: list[Message], **_: Any) -> None:
    """One publication for the whole group; each frame is encoded once, here."""
    batches: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for message in messages:
        batches[message.thread_id].append(message_hint(message))
    hint = {"kind": "messages", "threads": {str(t): b for t, b in batches.items()}}
    transaction.on_commit(partial(publish, hint))


def message_hint(message: Message) -> dict[str, Any]:
    """`own` is there when only the author may know of some of its files."""
    hint = {
        "seq": message.seq,
        "author": str(message.author_id),
        "id": str(message.client_id),
        "frame": encode("message", **wire_message(message)),
    }
    if len(shown_files(message, None)) < len(message.files):
        own = wire_message(message, message.author_id)
        for file in own["attachments"]:
            # In no reader's language here; the page has the words for `reason`.
            file.pop("detail", None)
        hint["own"] = encode("message", **own)
    return hint


def on_attachment_changed(
    attachment: Attachment, withdrawn: bool = False, **_: Any
) -> None:
    if attachment.thread_id is not None:
        transaction.on_commit(partial(publish, file_hint(attachment, withdrawn)))


def file_hint(file: Attachment, withdrawn: bool = False) -> dict[str, Any]:
    """`user` is its sender, who gets `own`; `others` is empty when it is not theirs.

    `change` 0: it is no final state, or it was taken back, which nobody counts.
    """
    thread = str(file.thread_id)
    own = for_sender(file, withdrawn)
    others = for_others(file)
    return {
        "kind": "file",
        "thread": thread,
        "change": 0 if withdrawn else file.change,
        "user": str(file.sent_by_id),
        "own": encode("attachment", thread=thread, attachment=own),
        "others": others and encode("attachment", thread=thread, attachment=others),
    }


def on_receipt(
    thread_id: UUID, user_id: UUID, seq: int, at: datetime, **extra: Any
) -> None:
    fields: dict[str, Any] = {"thread": str(thread_id), "user": str(user_id)}
    fields |= {"seq": seq, "at": wire_time(at)}
    if extra.get("acknowledged"):
        fields["acknowledged"] = True
    _frame_for([thread_id], encode("receipt", **fields))


def on_acknowledged(**event: Any) -> None:
    on_receipt(**event, acknowledged=True)


def on_measure_changed(
    reference: str, thread_ids: list[UUID], state: str, changed_at: datetime, **_: Any
) -> None:
    frame = encode(
        "measure",
        measure=reference,
        state=state,
        changed_at=wire_time(changed_at),
    )
    _frame_for(thread_ids, frame)


def on_rights_changed(user_ids: list[UUID], **_: Any) -> None:
    hint = {"kind": "rights", "users": [str(user) for user in user_ids]}
    transaction.on_commit(partial(publish, hint))


def on_session_ended(session_key: str, **_: Any) -> None:
    transaction.on_commit(partial(publish, {"kind": "sessions"}))


def publish(hint: dict[str, Any]) -> None:
    """To this process's own sockets, and to the other processes. Never fails.

    Where no socket is served (commands, workers) it waits for the layer, 2 s at most.
    """
    if serving_loop and serving_loop.is_running() and hand_on:
        serving_loop.call_soon_threadsafe(hand_on, hint)
    elif layer.is_shared():
        async_to_sync(layer.send)([hint])


def _frame_for(threads: list[UUID], frame: str) -> None:
    hint = {"kind": "frame", "threads": [str(t) for t in threads], "frame": frame}
    transaction.on_commit(partial(publish, hint))
