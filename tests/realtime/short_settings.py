"""The usual settings with a hub that waits two seconds for a slow reader, not sixty."""

from settings import *  # noqa: F403
from settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.realtime.short_waits.ShortWaits"]
