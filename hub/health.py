"""What other packages add to /readyz and /metrics, which are pages of the hub.

Belongs here: the two lists, filled once when the process starts. What is added reads
only, and tells counts and ages, never content.
"""

from collections.abc import Callable

from prometheus_client.registry import Collector

# Name of a part -> how it is, in words; told, and never a reason for 503.
parts: dict[str, Callable[[], str]] = {}
collectors: list[Collector] = []
