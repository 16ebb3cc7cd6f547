"""Hints from one process to the others, through the group layer of Channels.

At most once, and lossy: nothing here may make a socket or a post wait. One publication
carries all hints that gathered while the last one was sent; one subscription serves
the whole process. With the in-process layer there are no others, and nothing is sent.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from channels.exceptions import ChannelFull
from channels.layers import InMemoryChannelLayer, get_channel_layer
from redis.exceptions import RedisError

from realtime import figures

GROUP = "hub.live"  # one subscription per process, whatever the number of sockets
SEND_SECONDS = 2.0  # a hint later than this is worth less than the check that heals it
PAUSE_SECONDS = 1.0  # before asking a layer again that did not answer
MOST_WAITING = 1000  # hints; while the layer hangs, the oldest go first
GATHER_SECONDS = 0.01  # between two publications; the first after a pause goes at once
MOST_AT_ONCE = 50  # hints in one publication

Hint = dict[str, Any]
Take = Callable[[Hint], None]

logger = logging.getLogger(__name__)


class Layer:
    """One per process, between `start` and `stop`. All on the loop of the sockets."""

    def __init__(self) -> None:
        self._me = uuid4().hex
        self._waiting: deque[Hint] = deque()
        self._something = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, take: Take) -> None:
        """From now on `take` gets what other processes tell."""
        self._something = asyncio.Event()
        if is_shared():
            tasks = (self._send_for_ever(), self._listen(take))
            self._tasks = [asyncio.create_task(task) for task in tasks]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self._waiting.clear()

    def offer(self, hint: Hint) -> None:
        """For the other processes, soon. Never waits and never fails."""
        if not self._tasks:
            return
        if len(self._waiting) == MOST_WAITING:
            self._waiting.popleft()
            figures.hints("dropped")
        self._waiting.append(hint)
        self._something.set()

    async def _send_for_ever(self) -> None:
        while True:
            await self._something.wait()
            count = min(len(self._waiting), MOST_AT_ONCE)
            hints = [self._waiting.popleft() for _ in range(count)]
            if not self._waiting:
                self._something.clear()
            await send(hints, self._me)
            await asyncio.sleep(GATHER_SECONDS)

    async def _listen(self, take: Take) -> None:
        layer = get_channel_layer()
        assert layer is not None
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(GROUP, channel)
                while True:
                    self._take(await layer.receive(channel), take)
            except (RedisError, OSError) as error:
                logger.warning("Layer lost, trying again: %s", type(error).__name__)
            except Exception:  # the top of a loop: all pages depend on it
                logger.exception("A hint could not be handed on")
            await asyncio.sleep(PAUSE_SECONDS)

    def _take(self, message: Mapping[str, Any], take: Take) -> None:
        if message["from"] != self._me:
            figures.hints("received", len(message["hints"]))
            for hint in message["hints"]:
                take(hint)


def is_shared() -> bool:
    """Whether other processes can hear what is sent."""
    return not isinstance(get_channel_layer(), InMemoryChannelLayer)


async def send(hints: list[Hint], sender: str = "") -> bool:
    """One publication. Whether the layer took it; never fails, never waits long."""
    layer = get_channel_layer()
    assert layer is not None
    message = {"type": "hub.hint", "from": sender, "hints": hints}
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await layer.group_send(GROUP, message)
    except (RedisError, OSError, ChannelFull) as error:  # TimeoutError is an OSError
        logger.warning("Hint not sent, pages catch up: %s", type(error).__name__)
        figures.hints("dropped", len(hints))
        return False
    except Exception:  # a fault of ours must not end the sending for ever
        logger.exception("A hint could not be sent")
        figures.hints("dropped", len(hints))
        return False
    figures.hints("published", len(hints))
    return True
