"""How people connect: a few at the same time, as they do after a pause."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable

COMING = 16  # at the same time
TRIES, PAUSE_SECONDS = 5, 0.5  # a busy server may turn somebody away, once or twice

Arrival = Callable[[], Awaitable[None]]


async def together(arrivals: Iterable[Arrival]) -> None:
    """Everybody comes, a few at a time. Raises ConnectionError for who is not let in."""
    room = asyncio.Semaphore(COMING)

    async def come(arrival: Arrival) -> None:
        async with room:
            await _try(arrival)

    async with asyncio.TaskGroup() as group:
        for arrival in arrivals:
            group.create_task(come(arrival))


async def _try(arrival: Arrival) -> None:
    for _n in range(TRIES - 1):
        with contextlib.suppress(ConnectionError, TimeoutError):
            await arrival()
            return
        await asyncio.sleep(PAUSE_SECONDS)
    await arrival()
