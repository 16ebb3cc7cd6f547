"""What a process hands to the sockets of one thread: in order, and without a hole.

How far it has come is in registry.py; when hints arrive and when the record is
compared is in relay.py. Whatever is handed on is counted in the same moment, so that
hints may go on arriving while a hole is filled.
"""

from functools import partial
from typing import Any
from uuid import UUID

from hub.queries import attachments, history
from realtime import broadcasts, figures
from realtime.database import reads
from realtime.protocol import Ready
from realtime.registry import Socket, registry


def deliver(thread: UUID, messages: list[dict[str, Any]]) -> bool:
    """Hands consecutive messages on. False: something before them is missing."""
    if thread not in registry.sockets_of:
        return True
    registry.delivered.setdefault(thread, messages[0]["seq"] - 1)
    return all(_deliver_one(thread, message) for message in messages)


def _deliver_one(thread: UUID, message: dict[str, Any]) -> bool:
    done = registry.delivered.get(thread, message["seq"])
    if message["seq"] == done + 1:
        registry.delivered[thread] = message["seq"]
        _send_message(thread, message)
    return bool(message["seq"] <= done + 1)


async def fill(thread: UUID) -> None:
    """Reads and hands on everything after what this process delivered."""
    figures.hole_filled("messages")
    while thread in registry.delivered:
        after = registry.delivered[thread]
        rows = await reads.run(partial(history.messages_after, thread, after))
        for row in rows:
            if row.seq > registry.delivered.get(thread, row.seq):
                _deliver_one(thread, broadcasts.message_hint(row))
        if len(rows) < history.MOST:
            return


def deliver_file(thread: UUID, hint: dict[str, Any]) -> bool:
    """Hands on what became of a file. False: a final state before it is missing.

    Not counted (`change` 0) are states on the way: losing one costs nothing, since the
    final one follows; and a withdrawal by the sender: when that is lost, the file stays
    on the sender's other pages until they are opened again.
    """
    if thread not in registry.sockets_of:
        return True
    if not hint["change"]:
        _send_file(thread, hint)
        return True
    done = registry.files.setdefault(thread, hint["change"] - 1)
    if hint["change"] == done + 1:
        registry.files[thread] = hint["change"]
        _send_file(thread, hint)
    return bool(hint["change"] <= done + 1)


async def fill_files(thread: UUID, head: int) -> None:
    """Reads and hands on every final state after what this process delivered.

    `head`, the count of the thread before this, is reached at least: the file of a
    number may have been withdrawn, and nobody needs to look for it again.
    """
    figures.hole_filled("files")
    while thread in registry.files:
        after = registry.files[thread]
        rows = await reads.run(partial(attachments.changes_after, thread, after))
        for row in rows:
            if row.change > registry.files.get(thread, row.change):
                registry.files[thread] = row.change
                _send_file(thread, broadcasts.file_hint(row))
        if len(rows) < attachments.MOST:
            break
    if thread in registry.files:
        registry.files[thread] = max(registry.files[thread], head)


def send_all(sockets: list[Socket], frame: Ready) -> None:
    for socket in sockets:
        socket.write(frame)
    figures.frames_sent(len(sockets))


def _send_message(thread: UUID, message: dict[str, Any]) -> None:
    """To everybody but the socket that posted it; files that wait to their sender."""
    author, client_id = message["author"], message["id"]
    frame = Ready(message["frame"])
    own = Ready(message["own"]) if "own" in message else frame
    sockets = registry.sockets(thread)
    for socket in sockets:
        if socket.person != author:
            socket.write(frame)
        elif not socket.is_own(author, client_id):
            socket.write(own)
    figures.frames_sent(len(sockets))


def _send_file(thread: UUID, hint: dict[str, Any]) -> None:
    """To the sender's sockets; to all others only what they may know."""
    sockets = registry.sockets(thread)
    send_all([s for s in sockets if s.person == hint["user"]], Ready(hint["own"]))
    if hint["others"]:
        others = [s for s in sockets if s.person != hint["user"]]
        send_all(others, Ready(hint["others"]))
