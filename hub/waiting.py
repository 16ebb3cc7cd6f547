"""Observed waiting times."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Observed:
    """What one centre's measures show for one kind of visit."""

    n: int
    median_days: int | None
    p90_days: int | None
    still_waiting: int
