"""Django's entry to the notifications package: connects its listeners."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import (
            at_home,
            catcher,
            delivery,
            devices,
            figures,
            link_ends,
            listeners,
            reopened,
            sign_in_mail,
            tidying,
        )

        sign_in_mail.connect()
        at_home.connect()
        devices.connect()
        listeners.connect()
        reopened.connect()
        link_ends.connect()
        figures.connect()
        tidying.connect()
        catcher.connect()
        delivery.connect()  # after the catcher, which it may send to
