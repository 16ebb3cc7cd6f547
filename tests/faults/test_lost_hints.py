"""Promise 4: losing hints costs seconds, never a message."""

import asyncio
from pathlib import Path

import pytest

from tests.clients.server import ServedHub
from tests.clients.session import sign_in
from tests.clients.socket_client import Client
from tests.faults.checker import judge, record_of
from tests.faults.lossy_layer import LOST
from tests.faults.writers import PEOPLE, open_writers
from tests.servers import Postgres, Valkey

MESSAGES = 60
PROMISED_SECONDS = 15  # PROTOCOL promise 4
IDLE_SECONDS = 35  # longer than every time-out of the Redis client


async def post_many(writer: Client, thread: str, count: int) -> None:
    for number in range(count):
        await writer.post(thread, f"Message {number}")


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
            writer, *readers = clients[:5]
            thread = next(iter(writer.held))
            listening = [asyncio.create_task(reader.listen()) for reader in readers]
            await post_many(writer, thread, MESSAGES)
            head = (await asyncio.to_thread(record_of, hub))[thread]["head"]
            assert isinstance(head, int)
            await everyone_completes(readers, thread, head)
            for task in listening:
                task.cancel()
            verdict = await asyncio.to_thread(judge, hub, clients)
        assert verdict.clean, verdict
        assert hub.output.count(LOST) >= MESSAGES // 3


@pytest.mark.machine
async def test_two_processes_agree_although_valkey_dies_and_comes_back_empty(
    tmp_path: Path,
) -> None:
    with Postgres(own=True) as database, Valkey(own=True) as hints:
        shared = {"DATABASE_URL": database.url, "REDIS_URL": hints.url}
        with ServedHub(tmp_path, **shared) as one, ServedHub(tmp_path, **shared) as two:
            threads = sorted(await asyncio.to_thread(record_of, one))
            writer = Client(
                one, await asyncio.to_thread(sign_in, one, PEOPLE[0]), threads
            )
            reader = Client(
                two, await asyncio.to_thread(sign_in, two, PEOPLE[2]), threads
            )
            await writer.open()
            await reader.open()
            listening = asyncio.create_task(reader.listen())
            await post_many(writer, threads[0], 10)
            await asyncio.sleep(IDLE_SECONDS)  # the one thing that only time can show
            await post_many(writer, threads[0], 10)
            hints.kill()
            await post_many(writer, threads[0], 10)
            hints.start()
            await post_many(writer, threads[0], 10)
            record = await asyncio.to_thread(record_of, one)
            head = record[threads[0]]["head"]
            assert isinstance(head, int)
            await everyone_completes([reader], threads[0], head)
            listening.cancel()
            verdict = await asyncio.to_thread(judge, one, [writer, reader])
            assert verdict.clean, verdict
            assert verdict.acknowledged == 40
            await writer.close()
            await reader.close()
