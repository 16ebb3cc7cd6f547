"""What makes a notification void by now, per kind: it was done, or is no longer there.

What holds for every kind (rights, reading, absence, address) is in
notifications.again.
"""

from collections.abc import Sequence
from uuid import UUID

from notifications.models import Notification, Reason


def voids(rows: Sequence[Notification]) -> dict[UUID, Reason]:
    """For each row that is void now, why. Constant queries whatever the number."""
    return {}
