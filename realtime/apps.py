"""Django's entry to the realtime package: connects its listeners."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self) -> None:
        from realtime import broadcasts, relay

        broadcasts.connect()
        relay.connect()
