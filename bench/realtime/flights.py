"""What became of every message: sent, acknowledged, received by whom, when.

Belongs here: the books of one run, the same for every system. How a message travels is
in the systems; whether the database agrees is in checking.py.
"""

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_PROBLEMS = 20  # told one by one; the rest is only counted


@dataclass(slots=True)
class Flight:
    """One message on its way. `missing`: a bit for each member who does not have it."""

    room: int
    body: str
    sent_at: float
    missing: int
    acknowledged: bool = False
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Landed:
    """An acknowledged message as all of its room were told it. `seq`: where numbered."""

    room: int
    seq: int | None
    body: str


@dataclass
class Problems:
    """What must not happen, in words. Empty: the run counts."""

    told: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, sentence: str) -> None:
        self.count += 1
        if len(self.told) < MOST_PROBLEMS:
            self.told.append(sentence)

    def __bool__(self) -> bool:
        return self.count > 0


class Books:
    """Called by a system's clients; calls `landed` for each message that is through."""

    def __init__(self, members: int, clock: Callable[[], float]) -> None:
        self.everybody = (1 << members) - 1
        self.clock = clock
        self.flying: dict[str, Flight] = {}
        self.landed: dict[str, Landed] = {}
        self.problems = Problems()
        self.waits = array("d")  # seconds from sending to each receipt by another
        self.on_landed: Callable[[], None] = lambda: None

    def sent(self, key: str, room: int, sender: int, body: str) -> None:
        missing = self.everybody & ~(1 << sender)
        self.flying[key] = Flight(room, body, self.clock(), missing)

    def acknowledged(self, key: str, seq: int | None = None) -> None:
        """The sender was told that it is stored. Once more is one time too many."""
        flight = self.flying.get(key)
        if flight is None or flight.acknowledged:
            self.problems.add(f"acknowledged twice, or never sent: {key}")
            return
        flight.acknowledged = True
        self._agree(key, flight, seq)

    def received(
        self, member: int, key: str, body: str, seq: int | None = None
    ) -> None:
        """Another member has it: once, and word for word."""
        flight = self.flying.get(key)
        if flight is None or not flight.missing >> member & 1:
            self.problems.add(f"member {member} got again, or was never sent: {key}")
            return
        if body != flight.body:
            self.problems.add(f"member {member} got another text: {key}")
        self.waits.append(self.clock() - flight.sent_at)
        flight.missing ^= 1 << member
        self._agree(key, flight, seq)

    def refused(self, key: str, why: str) -> None:
        self.problems.add(f"refused ({why}): {key}")
        self.flying.pop(key, None)

    def ended(self, member: int, code: int) -> None:
        self.problems.add(f"the connection of member {member} ended with {code}")

    def give_up(self) -> None:
        """What is still on its way now is lost, or too late to count."""
        for key, flight in self.flying.items():
            short = flight.missing.bit_count()
            said = "acknowledged" if flight.acknowledged else "not acknowledged"
            self.problems.add(f"{said}, missing to {short} members: {key}")

    def _agree(self, key: str, flight: Flight, seq: int | None) -> None:
        if flight.seq is None:
            flight.seq = seq
        elif seq is not None and seq != flight.seq:
            self.problems.add(f"number {seq} for one, {flight.seq} for another: {key}")
        if flight.acknowledged and not flight.missing:
            del self.flying[key]
            self.landed[key] = Landed(flight.room, flight.seq, flight.body)
            self.on_landed()
