"""What a process hands to the sockets of one thread: in order, and without a hole.

How far it has come is in registry.py; when hints arrive and when the record is
compared is in relay.py.
"""

import logging
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async

from hub.queries import attachments, threads
from realtime import broadcasts
from realtime.registry import Socket, registry

logger = logging.getLogger(__name__)


async def deliver(thread: UUID, messages: list[dict[str, Any]]) -> None:
    """Hands consecutive messages on; fills a hole before them from the record."""
    if not registry.sockets(thread):
        return
    done = registry.delivered.setdefault(thread, messages[0]["seq"] - 1)
    if messages[0]["seq"] > done + 1:
        await fill(thread)
        return
    for message in messages:
        if message["seq"] > done:
            await _send_message(thread, message)
            registry.delivered[thread] = message["seq"]


async def fill(thread: UUID) -> None:
    """Reads and hands on everything after what this process delivered."""
    read = database_sync_to_async(threads.messages_after)
    while thread in registry.delivered:
        rows = await read(thread, registry.delivered[thread])
        for row in rows:
            await _send_message(thread, broadcasts.message_hint(row))
            if thread in registry.delivered:
                registry.delivered[thread] = row.seq
        if len(rows) < threads.MOST:
            return


async def deliver_file(thread: UUID, hint: dict[str, Any]) -> None:
    """Hands on what became of a file; fills a hole before a final state first.

    Not counted (`change` 0) are states on the way: losing one costs nothing, since the
    final one follows; and a withdrawal by the sender: when that is lost, the file stays
    on the sender's other pages until they are opened again.
    """
    if not registry.sockets(thread):
        return
    if not hint["change"]:
        await _send_file(thread, hint)
        return
    done = registry.files.setdefault(thread, hint["change"] - 1)
    if hint["change"] > done + 1:
        await fill_files(thread, hint["change"])
    elif hint["change"] > done:
        await _send_file(thread, hint)
        registry.files[thread] = hint["change"]


async def fill_files(thread: UUID, head: int) -> None:
    """Reads and hands on every final state after what this process delivered.

    `head`, the count of the thread before this, is reached at least: the file of a
    number may have been withdrawn, and nobody needs to look for it again.
    """
    read = database_sync_to_async(attachments.changes_after)
    while thread in registry.files:
        rows = await read(thread, registry.files[thread])
        for row in rows:
            await _send_file(thread, broadcasts.file_hint(row))
            if thread in registry.files:
                registry.files[thread] = row.change
        if len(rows) < attachments.MOST:
            break
    if thread in registry.files:
        registry.files[thread] = max(registry.files[thread], head)


async def send_all(sockets: list[Socket], text: str) -> None:
    for socket in sockets:
        try:
            await socket.send_text(text)
        except Exception:  # a broken socket harms nobody else; its page comes back
            logger.exception("A socket could not be written to")
            registry.leave(socket)


async def _send_message(thread: UUID, message: dict[str, Any]) -> None:
    """To everybody but the socket that posted it; files that wait to their sender."""
    author, client_id = UUID(message["author"]), UUID(message["id"])
    others = [s for s in registry.sockets(thread) if not s.is_own(author, client_id)]
    own = [s for s in others if s.user_id == author]
    await send_all([s for s in others if s not in own], message["frame"])
    await send_all(own, message.get("own", message["frame"]))


async def _send_file(thread: UUID, hint: dict[str, Any]) -> None:
    """To the sender's sockets; to all others only what they may know."""
    sender = UUID(hint["user"])
    sockets = registry.sockets(thread)
    await send_all([s for s in sockets if s.user_id == sender], hint["own"])
    if hint["others"]:
        await send_all([s for s in sockets if s.user_id != sender], hint["others"])
