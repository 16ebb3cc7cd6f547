"""Django's entry to the notifications package: connects its listeners."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import catcher, listeners, sign_in_mail

        sign_in_mail.connect()
        catcher.connect()
        listeners.connect()
