"""Other messengers that do the same, where `make bench-peers` has installed them."""

from collections.abc import Callable
from typing import Any

from bench.realtime.ejabberd_system import EjabberdSystem
from bench.realtime.synapse_system import SynapseSystem

SYSTEMS: dict[str, Callable[[], Any]] = {
    "ejabberd": EjabberdSystem,
    "synapse": SynapseSystem,
}
