"""Django's entry to the notifications package: connects its listeners."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import (
            catcher,
            delivery,
            link_ends,
            listeners,
            sign_in_mail,
        )

        sign_in_mail.connect()
        listeners.connect()
        link_ends.connect()
        catcher.connect()
        delivery.connect()  # after the catcher, which it may send to
