"""The hub's clock on another day for a whole run: TEST_DAY="2027-03-28 00:58" (UTC).

A test that passes this week only is found before its week is over. The clock goes on
from that moment, in this process alone: servers that a test starts keep today's, so
this is for tests/hub and tests/notifications (`make test-day`).
"""

import os
from datetime import UTC, datetime


def begin() -> None:
    """Before any model is imported: their defaults keep the clock they find."""
    if "TEST_DAY" not in os.environ:
        return
    from django.utils import timezone

    day = datetime.fromisoformat(os.environ["TEST_DAY"]).replace(tzinfo=UTC)
    ahead = day - datetime.now(UTC)
    timezone.now = lambda: datetime.now(UTC) + ahead
