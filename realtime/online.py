"""Who is online in a thread, whichever process their sockets are at.

Here: what each process says of its own people and knows of the others'. Pure: no
layer, no socket, no clock of its own. What calls it is realtime.presence.

A process says which people it serves, and where, when that changes; each change has
the next number. Every BEAT_SECONDS it repeats its number alone. Whoever missed one
asks, and is told everything. A process that was not heard for LIFE_SECONDS serves
nobody: nothing is counted up or down, so nothing can drift (decision 0021).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

BEAT_SECONDS = 20.0
LIFE_SECONDS = 60.0  # three beats
LINGER_SECONDS = 5.0  # who opens the next page has not left

NOWHERE: frozenset[UUID] = frozenset()


@dataclass
class People:
    """The people of one process: where each may read."""

    threads_of: dict[UUID, frozenset[UUID]] = field(default_factory=dict)
    people_in: dict[UUID, set[UUID]] = field(default_factory=dict)
    number: int = 0  # of its last saying
    heard_at: float = 0.0

    def put(self, user: UUID, threads: frozenset[UUID]) -> frozenset[UUID]:
        """They are online in these threads and no others; the threads that changed."""
        before = self.threads_of.pop(user, NOWHERE)
        if threads:
            self.threads_of[user] = threads
        for thread in threads - before:
            self.people_in.setdefault(thread, set()).add(user)
        for thread in before - threads:
            self.people_in[thread].discard(user)
            if not self.people_in[thread]:
                del self.people_in[thread]
        return threads ^ before


class Online:
    """One per process. `now` is the monotonic clock of this process, in seconds."""

    def __init__(self) -> None:
        self.process = uuid4().hex
        self.mine = People()
        self.others: dict[str, People] = {}
        self._leaving: dict[UUID, float] = {}  # person -> when they will have left
        self._changed: set[UUID] = set()  # threads to look at
        self._told: dict[UUID, int] = {}  # hash of the set that pages were last told
        self._unsaid: set[UUID] = set()  # people of ours that others do not know yet
        self._asked = True  # the first saying is the whole truth
        self._asks = {""}  # and asks everybody for theirs
        self._beat_at = -BEAT_SECONDS

    # What happens at this process.

    def seen(self, user: UUID, threads: Iterable[UUID], now: float) -> None:
        """The threads of all their sockets together; none: no socket is left."""
        if known := frozenset(threads):
            self._leaving.pop(user, None)
            self._put_mine(user, known)
        elif user in self.mine.threads_of:
            self._leaving.setdefault(user, now + LINGER_SECONDS)

    def cut(self, user: UUID, threads: Iterable[UUID]) -> None:
        """They lost the right to read there: gone from there at once."""
        before = self.mine.threads_of.get(user, NOWHERE)
        self._put_mine(user, before - frozenset(threads))

    def hurry(self, users: Iterable[UUID]) -> None:
        """Their rights may be others now: whoever was about to leave has left."""
        for user in self._leaving.keys() & set(users):
            del self._leaving[user]
            self._put_mine(user, NOWHERE)

    # What the others say.

    def hear(self, saying: Mapping[str, Any], now: float) -> None:
        """One saying of any process, as `turn` and `farewell` made it."""
        process = saying["process"]
        if process == self.process:
            return
        self._asked |= bool({"", self.process} & set(saying["asks"]))
        if saying["gone"]:
            self._forget(process)
            return
        known = self.others.setdefault(process, People(number=-1))
        known.heard_at = now
        if saying["number"] == known.number:
            return  # nothing new
        everyone = _read(saying["people"])
        if saying["all"]:
            for user in known.threads_of.keys() - everyone.keys():
                self._changed |= known.put(user, NOWHERE)
        elif saying["after"] != known.number:
            self._asks.add(process)  # something between was lost
            return
        known.number = saying["number"]
        for user, threads in everyone.items():
            self._changed |= known.put(user, threads)

    # What follows from both.

    def turn(self, now: float) -> dict[str, Any] | None:
        """What is to be said to all processes now, if anything."""
        for user in [u for u, at in self._leaving.items() if at <= now]:
            del self._leaving[user]
            self._put_mine(user, NOWHERE)
        silent = [p for p, o in self.others.items() if now - o.heard_at > LIFE_SECONDS]
        for process in silent:
            self._forget(process)
        is_due = now - self._beat_at >= BEAT_SECONDS
        if not (is_due or self._unsaid or self._asked or self._asks):
            return None
        self._beat_at = now
        return self._say()

    def farewell(self) -> dict[str, Any]:
        """Nobody is served here any more."""
        return {**self._say(), "gone": True, "people": {}}

    def news(self, threads: Iterable[UUID]) -> dict[UUID, list[str]]:
        """Of these threads, those whose set differs from what was last told here.

        `threads` are those that somebody here has open; others are told nothing.
        """
        changed, self._changed = self._changed, set()
        open_here = changed.intersection(threads)
        for thread in changed - open_here:
            self._told.pop(thread, None)  # whoever opens it next is told anew
        found = {}
        for thread in open_here:
            online = self.online(thread)
            if self._told.get(thread) != (told := hash(tuple(online))):
                self._told[thread] = told
                found[thread] = online
        return found

    def online(self, thread: UUID) -> list[str]:
        """The people of all processes who may read it and have a page open."""
        found = set(self.mine.people_in.get(thread, ()))
        for other in self.others.values():
            found |= other.people_in.get(thread, set())
        return sorted(str(user) for user in found)

    # Steps of the above.

    def _put_mine(self, user: UUID, threads: frozenset[UUID]) -> None:
        if changed := self.mine.put(user, threads):
            self._changed |= changed
            self._unsaid.add(user)

    def _forget(self, process: str) -> None:
        if lost := self.others.pop(process, None):
            self._changed |= lost.people_in.keys()

    def _say(self) -> dict[str, Any]:
        before = self.mine.number
        self.mine.number += bool(self._unsaid)
        people = self.mine.threads_of if self._asked else self._unsaid
        saying = {
            "kind": "presence",
            "process": self.process,
            "after": before,  # the number of the saying that this one follows
            "number": self.mine.number,
            "all": self._asked,
            "gone": False,
            "asks": sorted(self._asks),
            "people": {str(u): self._written(u) for u in people},
        }
        self._unsaid, self._asked, self._asks = set(), False, set()
        return saying

    def _written(self, user: UUID) -> list[str]:
        return [str(t) for t in self.mine.threads_of.get(user, NOWHERE)]


def _read(people: Mapping[str, list[str]]) -> dict[UUID, frozenset[UUID]]:
    return {UUID(u): frozenset(map(UUID, threads)) for u, threads in people.items()}
