"""Django's entry to the realtime package: connects its listeners."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self) -> None:
        from hub import health
        from realtime import broadcasts, figures, relay

        health.needed["check"] = figures.check_words
        broadcasts.connect()
        relay.connect()
