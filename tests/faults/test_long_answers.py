"""The limit on what a client may send does not limit what the server answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.clients.server import ServedHub
from tests.clients.socket_client import Client
from tests.faults.writers import PROMISED_SECONDS, listening, open_writers

pytestmark = pytest.mark.embedded

AWAY = 210  # messages: more than one answer of `history` holds
LONGEST = "😀" * 10_000  # 40 000 bytes to send; with its HTML 80 000 to be told


@pytest_asyncio.fixture
async def clients(tmp_path: Path) -> AsyncIterator[list[Client]]:
    with ServedHub(tmp_path) as hub:
        async with open_writers(hub) as clients:
            yield clients


async def test_a_page_that_was_away_for_long_catches_up_through_its_socket(
    clients: list[Client],
) -> None:
    writer, *_ = clients
    thread = next(iter(writer.held))
    for number in range(AWAY):
        last = await writer.post(thread, f"Message {number}")
    newcomer = Client(writer.hub, writer.cookie, list(writer.held))
    await newcomer.open()
    async with listening([newcomer]), asyncio.timeout(PROMISED_SECONDS):
        await newcomer.complete(thread, writer.acknowledged[last][1])
    await newcomer.close()


async def test_the_longest_message_reaches_everyone_and_silences_nobody(
    clients: list[Client],
) -> None:
    writer, other, reader, *_ = clients
    thread, another = writer.held
    message_id = str(uuid4())
    writer.sent[message_id] = (thread, LONGEST)
    frame = {"type": "post", "id": message_id, "thread": thread, "body": LONGEST}
    assert writer.socket
    await writer.socket.send(json.dumps(frame, ensure_ascii=False))
    await writer.answer("posted")
    small = await other.post(another, "Après")
    async with listening([reader]), asyncio.timeout(PROMISED_SECONDS):
        await reader.complete(another, other.acknowledged[small][1])
        await reader.complete(thread, writer.acknowledged[message_id][1])
