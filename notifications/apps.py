"""Django's entry to the notifications package: connects its listeners."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import catcher, invitation_mail, link_ends, sign_in_mail

        invitation_mail.connect()
        sign_in_mail.connect()
        link_ends.connect()
        catcher.connect()
