"""Eight sockets of four people on the two threads of the demonstration."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from tests.clients.server import ServedHub
from tests.clients.session import sign_in
from tests.clients.socket_client import Client
from tests.faults.checker import record_of

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
