"""How people connect: a few at the same time, as they do after a pause."""

import asyncio
from collections.abc import Awaitable, Iterable

COMING = 16  # at the same time


async def together(arrivals: Iterable[Awaitable[None]]) -> None:
    """Everybody comes, a few at a time."""
    room = asyncio.Semaphore(COMING)

    async def come(arrival: Awaitable[None]) -> None:
        async with room:
            await arrival

    async with asyncio.TaskGroup() as group:
        for arrival in arrivals:
            group.create_task(come(arrival))
