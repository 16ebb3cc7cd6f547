"""Observed waiting times of centres."""

from collections.abc import Iterable

from hub.waiting import Observed


def observed_waits(
    centre_ids: Iterable[int] | None = None,
) -> dict[tuple[int, str], Observed]:
    """Keyed by (centre id, kind of visit)."""
    return {}
