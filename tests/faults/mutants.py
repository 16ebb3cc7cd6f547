"""Deliberate faults of a served hub: each must turn the checker red.

What makes them show is in test_mutants.py. They change the hub from outside, at its
start, so that no switch for them is in the product.
"""

import os
import threading
import time
from collections.abc import Sequence
from queue import SimpleQueue
from typing import Any

from django.apps import AppConfig

BEFORE_COMMIT_SECONDS = 0.5


class Mutant(AppConfig):
    """Applies the fault that the environment names."""

    name = "tests.faults"
    label = "mutants"

    def ready(self) -> None:
        FAULTS[os.environ["MUTANT"]]()


def acknowledge_before_commit() -> None:
    """What became of the drafts is said while their transaction is still open."""
    from django.db import connection, transaction

    from hub.actions import messages

    post = messages.post_messages

    def post_and_commit_later(drafts: Sequence[Any]) -> Any:
        outcomes: SimpleQueue[Any] = SimpleQueue()

        def commit_later() -> None:
            try:
                with transaction.atomic():
                    outcomes.put(post(drafts))
                    time.sleep(BEFORE_COMMIT_SECONDS)
            finally:
                connection.close()

        threading.Thread(target=commit_later, daemon=True).start()
        return outcomes.get()

    messages.post_messages = post_and_commit_later


def resume_off_by_one() -> None:
    """Whoever holds everything up to n is told what comes after n + 1."""
    from hub.queries import history as module
    from realtime import consumer

    history = module.history

    def late(*where: Any, after: int | None = None, **asked: Any) -> Any:
        return history(*where, after=None if after is None else after + 1, **asked)

    module.history = consumer.history = late


def no_resync() -> None:
    """Hints arrive again after the layer was lost; what was missed is not read."""
    from realtime import delivery, relay

    async def nothing(*_: object) -> None: ...

    delivery.fill = relay.fill = nothing


def no_head_check() -> None:
    """A layer that fails is passed over, and nobody ever compares with the record."""
    from realtime import relay

    async def nothing(*_: object) -> None: ...

    relay.check = nothing


FAULTS = {
    fault.__name__: fault
    for fault in (
        acknowledge_before_commit,
        resume_off_by_one,
        no_resync,
        no_head_check,
    )
}


def with_fault(name: str) -> dict[str, str]:
    """The environment of a served hub that has it."""
    return {"DJANGO_SETTINGS_MODULE": "tests.faults.mutant_settings", "MUTANT": name}
