"""Makes a hub lose every third hint, and say so on its standard output."""

from itertools import count
from typing import Any

from django.apps import AppConfig

LOST = "a hint was lost"


class LossyHints(AppConfig):
    """Deterministic, so that a test can count on losses."""

    name = "tests.faults"
    label = "lossy_hints"

    def ready(self) -> None:
        from realtime import broadcasts

        publish, number = broadcasts.publish, count(1)

        def publish_or_lose(hint: dict[str, Any]) -> None:
            if next(number) % 3:
                publish(hint)
            else:
                print(LOST, flush=True)

        broadcasts.publish = publish_or_lose
