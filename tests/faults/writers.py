"""Eight sockets of four people on the two threads of the demonstration.

For faults of the product's own surroundings; who writes through every door and bad
lines is in crowd.py.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from tests.clients.server import ServedHub
from tests.clients.session import sign_in
from tests.clients.socket_client import Client, Lost
from tests.faults.checker import Record, Verdict, compare, record_of

PEOPLE = (
    "camille.moreau@justice.demo.invalid",
    "paul.petit@justice.demo.invalid",
    "samira.benali@centre.demo.invalid",
    "luc.roy@centre.demo.invalid",
)
WRITERS = 8
PROMISED_SECONDS = 15  # PROTOCOL promise 4


@asynccontextmanager
async def open_writers(hub: ServedHub) -> AsyncIterator[list[Client]]:
    """Eight sockets of four people on the two threads of the demonstration."""
    cookies = [await asyncio.to_thread(sign_in, hub, email) for email in PEOPLE]
    threads = sorted(await asyncio.to_thread(record_of, hub))
    clients = [Client(hub, cookies[n % 4], threads) for n in range(WRITERS)]
    await asyncio.gather(*(client.open() for client in clients))
    yield clients
    await asyncio.gather(*(client.close() for client in clients))


@asynccontextmanager
async def listening(clients: Iterable[Client]) -> AsyncIterator[None]:
    """They take what comes while the block runs."""
    tasks = [asyncio.create_task(client.listen()) for client in clients]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def writing(clients: list[Client], per_second: float) -> AsyncIterator[None]:
    """Everybody posts in turn while the block runs, so many a second together."""
    stop = asyncio.Event()

    async def write(client: Client, number: int) -> None:
        clock = asyncio.get_running_loop()
        due, turn, threads = clock.time() + number / per_second, 0, list(client.held)
        while not stop.is_set():
            await asyncio.sleep(due - clock.time())
            await client.post(threads[turn % len(threads)], f"{number}/{turn}")
            due, turn = max(due + len(clients) / per_second, clock.time()), turn + 1

    async with asyncio.TaskGroup() as group:  # one that fails ends the block
        for number, client in enumerate(clients):
            group.create_task(write(client, number))
        yield
        stop.set()


async def read_and_judge(hub: ServedHub, clients: list[Client]) -> Verdict:
    """The verdict once all, and one who comes only now, have read to the end.

    Whoever cannot within the promised time is counted as behind.
    """
    record = await asyncio.to_thread(record_of, hub)
    newcomer = Client(hub, clients[0].cookie, list(record))
    await newcomer.open()
    everyone = [*clients, newcomer]
    async with listening(everyone):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PROMISED_SECONDS):
                await asyncio.gather(*(_to_the_end(c, record) for c in everyone))
    await newcomer.close()
    return compare(record, everyone)


async def _to_the_end(client: Client, record: Record) -> None:
    """Asks for the heads, as a page does every 15 s, and then for what is missing."""
    with contextlib.suppress(*Lost):  # whoever listens comes back and catches up
        await client.send("ping")
    for thread in client.held:
        await client.complete(thread, record[thread]["head"])
