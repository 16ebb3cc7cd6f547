"""Facts about this deployment as a whole, asked once per process and minute."""

import time

from django.db import DatabaseError

from hub.models import Centre

_REFRESH_SECONDS = 60.0
_known: dict[str, tuple[float, bool]] = {}


def shows_demo_data() -> bool:
    """Whether any centre is invented: pages then carry the ribbon."""
    checked, value = _known.get("demo", (float("-inf"), False))
    if time.monotonic() - checked > _REFRESH_SECONDS:
        try:
            value = Centre.objects.filter(is_demo=True).exists()
        except DatabaseError:
            return value  # the page that says so must still be shown
        _known["demo"] = (time.monotonic(), value)
    return value


def forget() -> None:
    """Asks again at the next page: after an import, and between tests."""
    _known.clear()
