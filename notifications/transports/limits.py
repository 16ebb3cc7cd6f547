"""How much may be sent to one domain, so that its server does not turn us away.

Counts in this process only; knows no clock and no transport.
"""

from collections.abc import Callable

from notifications.transports.base import Busy

# Whoever waits longer asks once more: the queue in front may have gone elsewhere.
LONGEST_WAIT_SECONDS = 600.0
MOST_DOMAINS = 10_000  # full buckets are forgotten beyond this


class DomainLimit:
    """A token bucket for each domain: `per_minute` at once at most, refilled evenly.

    `clock`: seconds that never go back, like time.monotonic.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._size, self._per_second = float(per_minute), per_minute / 60
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens, as of when
        self._promised: dict[str, float] = {}  # the last moment that somebody was told

    def take(self, address: str) -> None:
        """Counts one mail to `address`, or raises Busy with the seconds to wait.

        Each is told a moment of their own. Told the same one, all of a long queue would
        come back for the one mail that may leave, each written anew, again and again.
        """
        domain = address.rpartition("@")[2].lower()
        now = self._clock()
        tokens = self._tokens(domain, now)
        if tokens < 1:
            self._buckets[domain] = tokens, now
            raise Busy("domain limit", self._turn(domain, tokens, now) - now)
        self._buckets[domain] = tokens - 1, now
        if len(self._buckets) > MOST_DOMAINS:
            self._forget(now)

    def give_back(self, address: str) -> None:
        """For a mail that did not leave after all."""
        domain = address.rpartition("@")[2].lower()
        now = self._clock()
        self._buckets[domain] = min(self._tokens(domain, now) + 1, self._size), now

    def _turn(self, domain: str, tokens: float, now: float) -> float:
        soonest = now + (1 - tokens) / self._per_second
        behind = self._promised.get(domain, now) + 1 / self._per_second
        turn = min(max(soonest, behind), max(soonest, now + LONGEST_WAIT_SECONDS))
        self._promised[domain] = turn
        return turn

    def _tokens(self, domain: str, now: float) -> float:
        tokens, at = self._buckets.get(domain, (self._size, now))
        return min(tokens + (now - at) * self._per_second, self._size)

    def _forget(self, now: float) -> None:
        self._buckets = {
            domain: bucket
            for domain, bucket in self._buckets.items()
            if self._tokens(domain, now) < self._size
        }
        self._promised = {d: at for d, at in self._promised.items() if at > now}
