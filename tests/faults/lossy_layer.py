"""A group layer that loses every third message, and says so on its standard output."""

from typing import Any

from channels.layers import InMemoryChannelLayer

LOST = "a hint was lost"


class LossyLayer(InMemoryChannelLayer):
    """Deterministic, so that a test can count on losses."""

    def __init__(self, **config: Any) -> None:
        super().__init__(**config)
        self._sent = 0

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self._sent += 1
        if self._sent % 3 == 0:
            print(LOST, flush=True)
            return
        await super().group_send(group, message)
