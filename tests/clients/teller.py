"""What one client sent, was promised and was shown: what the checker holds it to.

Belongs here: remembering. How a client talks is in the modules beside this one.
"""

from collections import Counter
from typing import NamedTuple

TRANSIENT = {"unavailable", "rate_limited"}  # every other refusal is final


class Copy(NamedTuple):
    """A message as this client was told it. The hash covers what is not here."""

    id: str
    body: str
    hash: str


class Teller:
    """The memory of one client.

    `sent`: id -> (thread, body), in the order of sending. `acknowledged`: id ->
    (thread, seq). `accepted`: ids that were acknowledged without a seq. `refused`: id
    -> code of a final refusal. `contradicted`: ids that were promised two places.
    `resent`: ids that were sent again, so that their order is no longer their
    sender's. `held`: thread -> seq -> copy. `dropped`: copies that were held before a
    client forgot them, with their places. `refusals` counts the codes of all refusals.
    """

    def __init__(self, threads: list[str]) -> None:
        self.sent: dict[str, tuple[str, str]] = {}
        self.acknowledged: dict[str, tuple[str, int]] = {}
        self.accepted: set[str] = set()
        self.refused: dict[str, str] = {}
        self.contradicted: set[str] = set()
        self.resent: set[str] = set()
        self.refusals: Counter[str] = Counter()
        self.held: dict[str, dict[int, Copy]] = {thread: {} for thread in threads}
        self.dropped: list[tuple[str, int, Copy]] = []

    def posted(self, message_id: str, thread: str, seq: int) -> None:
        """It was promised this place; a second, other promise is remembered as one."""
        if self.acknowledged.setdefault(message_id, (thread, seq)) != (thread, seq):
            self.contradicted.add(message_id)

    def refuse(self, message_id: str | None, code: str) -> None:
        self.refusals[code] += 1
        if code not in TRANSIENT and message_id is not None:
            self.refused[message_id] = code

    def is_answered(self, message_id: str) -> bool:
        """Whether nothing more has to be done for it."""
        return (
            message_id in self.acknowledged
            or message_id in self.accepted
            or message_id in self.refused
        )
