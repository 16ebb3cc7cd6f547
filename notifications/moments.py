"""When somebody may be told: quiet hours, hearings, slots of digests. Pure.

Every moment is aware; what a person's day is follows their own zone. No query but in
`times_of`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from notifications.kinds import RULES, Frequency, Subject
from notifications.models import Reason

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Times:
    """What one person chose, ready to be asked."""

    zone: ZoneInfo = PARIS
    frequencies: dict[str, str] | None = None

    def frequency(self, subject: Subject) -> Frequency:
        """The chosen one, or the usual; a floor is always at once."""
        rule = RULES[subject]
        chosen = (self.frequencies or {}).get(subject)
        return rule.usual if rule.is_floor or not chosen else Frequency(chosen)


@dataclass(frozen=True)
class Slot:
    """A stretch that ends with one summary. `window` names it for ever: two workers,
    or two clocks around a change of hour, come to the same text."""

    window: str
    due_at: datetime
    reason: Reason | None = None  # QUIET or HEARING; None: an ordinary digest


def times_of(users: Iterable[UUID]) -> dict[UUID, Times]:
    """The times of many people at once; whoever chose nothing is there too."""
    return {user: Times() for user in users}


def slot_for(times: Times, subject: Subject, now: datetime) -> Slot | None:
    """The summary in which something of this subject has to travel; None: at once.

    A floor is always at once. Frequency.NEVER is the caller's affair.
    """
    return None
