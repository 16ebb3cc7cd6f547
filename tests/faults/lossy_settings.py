"""The usual settings with a hub that loses one hint in three."""

from settings import *  # noqa: F403
from settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.lossy_hints.LossyHints"]
