"""The usual settings with a layer that loses one hint in three."""

from settings import *  # noqa: F403

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "tests.faults.lossy_layer.LossyLayer",
        "CONFIG": {"group_expiry": 10 * 365 * 86400, "capacity": 10_000},
    }
}
