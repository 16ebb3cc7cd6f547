"""What one line of a summary says, before it has words (notifications.words)."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Line:
    """`text_kind`: what waits, a code. `deadline`: the legal date, if there is one.

    `reference` and `place` are for deployments whose mails may name them.
    """

    text_kind: str
    count: int
    deadline: datetime | date | None
    urgent: bool
    reference: str
    place: str
