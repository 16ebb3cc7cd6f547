"""Makes a hub impatient, so that a test need not wait for a minute."""

from django.apps import AppConfig

DRAIN_SECONDS = 2.0


class ShortWaits(AppConfig):
    name = "tests.realtime"
    label = "short_waits"

    def ready(self) -> None:
        from realtime import flow

        flow.DRAIN_SECONDS = DRAIN_SECONDS
