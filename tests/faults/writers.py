"""Eight people at once who write until they are told to stop."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
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


@asynccontextmanager
async def open_writers(hub: ServedHub) -> AsyncIterator[list[Client]]:
    """Eight sockets of four people on the two threads of the demonstration."""
    cookies = [await asyncio.to_thread(sign_in, hub, email) for email in PEOPLE]
    threads = sorted(await asyncio.to_thread(record_of, hub))
    clients = [Client(hub, cookies[n % 4], threads) for n in range(WRITERS)]
    await asyncio.gather(*(client.open() for client in clients))
    yield clients
    await asyncio.gather(*(client.close() for client in clients))


async def write_through(
    clients: list[Client],
    faults: int,
    fault: Callable[[], Awaitable[None]],
    between: tuple[int, int] = (3, 25),
    seed: int = 7,
) -> None:
    """Everybody posts while `fault` happens `faults` times, each after a random
    number of acknowledgements: in the middle of sending, never at a quiet moment."""
    chance, stop = random.Random(seed), asyncio.Event()
    counted = asyncio.Condition()
    done = 0

    async def write(client: Client, number: int) -> None:
        nonlocal done
        threads, turn = list(client.held), number
        while not stop.is_set():
            await client.post(threads[turn % len(threads)], f"{number}/{turn}")
            turn += 1
            async with counted:
                done += 1
                counted.notify_all()

    tasks = [asyncio.create_task(write(c, n)) for n, c in enumerate(clients)]
    for _fault in range(faults):
        target = done + chance.randint(*between)
        async with counted:
            await counted.wait_for(lambda target=target: done >= target)
        await fault()
    stop.set()
    await asyncio.gather(*tasks)
