"""Eight people at once who write until they are told to stop, then read to the end."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
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


async def write_through(
    clients: list[Client],
    faults: int,
    fault: Callable[[], Awaitable[None]],
    between: tuple[int, int],
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
                await asyncio.gather(*(_read_to_the_end(c, record) for c in everyone))
    await newcomer.close()
    return compare(record, everyone)


async def _read_to_the_end(client: Client, record: Record) -> None:
    """Asks for the heads, as a page does every 15 s, and then for what is missing."""
    with contextlib.suppress(*Lost):  # whoever listens comes back and catches up
        await client.send("ping")
    for thread, content in record.items():
        await client.complete(thread, content["head"])
