"""A clock that stands still until a test moves it."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone


class Clock:
    """Patches `django.utils.timezone.now`, which all code asks."""

    def __init__(self, patch: pytest.MonkeyPatch, at: datetime | None = None) -> None:
        self.now = at or timezone.now()
        patch.setattr(timezone, "now", lambda: self.now)

    def forward(self, *, seconds: float = 0, **more: float) -> None:
        self.now += timedelta(seconds=seconds, **more)

    def at(self, moment: datetime) -> None:
        self.now = moment
