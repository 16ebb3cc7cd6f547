"""Connections that a test's own server let in, and that have to end with it.

A server knows of a connection when its task begins. One whose task has not begun, or
that still shakes hands, would be left open, and be found by a later test as garbage.
"""

import asyncio

TURNS = 5  # of the loop: what was let in a moment ago becomes a transport in these


async def end_accepted(port: int | None = None) -> None:
    """Aborts what came in at this port of this machine, on the running loop, or every
    connection of the loop. The server no longer listens."""
    transports = getattr(asyncio.get_running_loop(), "_transports", {})
    for _turn in range(TURNS):
        for transport in list(transports.values()):
            name = transport.get_extra_info("sockname")
            if port is None or (isinstance(name, tuple) and name[1] == port):
                transport.abort()
        await asyncio.sleep(0)
