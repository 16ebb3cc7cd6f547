"""Promise 4: losing hints costs seconds, never a message."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.clients.server import ServedHub
from tests.clients.session import sign_in
from tests.clients.socket_client import Client
from tests.faults.checker import judge, record_of
from tests.faults.lossy_hints import LOST
from tests.faults.writers import PEOPLE, PROMISED_SECONDS, listening, open_writers
from tests.servers import Postgres, Valkey

MESSAGES = 60
READERS = 4
IDLE_SECONDS = 36  # longer than every time-out of the Redis client
TRY_SECONDS = 1.0  # before the next try to reach a layer that just came back


async def post_many(writer: Client, thread: str, count: int) -> int:
    """The seq of the last one."""
    for number in range(count):
        last = await writer.post(thread, f"Message {number}")
    return writer.acknowledged[last][1]


async def everyone_completes(readers: list[Client], thread: str, head: int) -> None:
    async with asyncio.timeout(PROMISED_SECONDS):
        await asyncio.gather(*(reader.complete(thread, head) for reader in readers))


@pytest.mark.embedded
async def test_with_one_hint_in_three_lost_every_page_is_complete_in_time(
    tmp_path: Path,
) -> None:
    lossy = {"DJANGO_SETTINGS_MODULE": "tests.faults.lossy_settings"}
    with ServedHub(tmp_path, **lossy) as hub:
        async with open_writers(hub) as clients:
            writer, *readers = clients[: READERS + 1]
            thread = next(iter(writer.held))
            async with listening(readers):
                head = await post_many(writer, thread, MESSAGES)
                await everyone_completes(readers, thread, head)
            verdict = await asyncio.to_thread(judge, hub, [writer, *readers])
        assert verdict.clean, verdict
        assert hub.output.count(LOST) >= MESSAGES // 3


@pytest.mark.machine
@pytest.mark.faults  # a minute, half of it idle; the short form is in test_two_processes
async def test_two_processes_agree_although_valkey_dies_and_comes_back_empty(
    tmp_path: Path,
) -> None:
    async with two_processes(tmp_path) as (hints, writer, readers):
        thread = next(iter(writer.held))
        async with listening(readers):
            await everyone_sees_receipts(writer, readers, thread)
            await asyncio.sleep(IDLE_SECONDS)  # the one thing only time can show
            await everyone_sees_receipts(writer, readers, thread)
            hints.kill()
            head = await post_many(writer, thread, 10)
            hints.start()
            await everyone_completes(readers, thread, head)
            await everyone_sees_receipts(writer, readers, thread)
        verdict = await asyncio.to_thread(judge, writer.hub, [writer, *readers])
        assert verdict.clean, verdict
        said = "\n".join(writer.hub.output)
        assert "Hint not sent" in said, "Valkey was never missed"


@contextlib.asynccontextmanager
async def two_processes(
    tmp_path: Path,
) -> AsyncIterator[tuple[Valkey, Client, list[Client]]]:
    """A writer at one process and readers at the other, on one record and Valkey."""
    with Postgres(own=True) as database, Valkey(own=True) as hints:
        shared = {"DATABASE_URL": database.url, "REDIS_URL": hints.url}
        shared["LOG_LEVEL"] = "WARNING"
        with ServedHub(tmp_path, **shared) as one, ServedHub(tmp_path, **shared) as two:
            threads = sorted(await asyncio.to_thread(record_of, one))
            cookies = [await asyncio.to_thread(sign_in, one, who) for who in PEOPLE]
            writer = Client(one, cookies[0], threads)
            readers = [Client(two, cookies[n % 4], threads) for n in range(READERS)]
            everyone = [writer, *readers]
            await asyncio.gather(*(client.open() for client in everyone))
            yield hints, writer, readers
            await asyncio.gather(*(client.close() for client in everyone))


async def everyone_sees_receipts(
    writer: Client, readers: list[Client], thread: str
) -> None:
    """Proves that hints themselves arrive: nothing else ever carries a receipt.

    A receipt may be lost while the layer comes back, so there is one more each
    second; the messages that go with them only give the read mark somewhere to go.
    """
    since = max(writer.held[thread], default=0)

    def informed(reader: Client) -> bool:
        return any(where == thread and seq > since for where, seq in reader.receipts)

    async with asyncio.timeout(PROMISED_SECONDS):
        while not all(informed(reader) for reader in readers):
            seq = await post_many(writer, thread, 1)
            await writer.send("read", thread=thread, seq=seq)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TRY_SECONDS):
                    waits = (r.until(partial(informed, r)) for r in readers)
                    await asyncio.gather(*waits)
