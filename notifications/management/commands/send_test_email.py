"""`manage.py send_test_email ADDRESS`: one real mail, each stage told."""

import asyncio
import ssl
from argparse import ArgumentParser
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any
from urllib.parse import urlsplit

import aiosmtplib
from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.advice import advice
from notifications.transports import email, guard, smtp
from notifications.transports.base import Parcel, TransportError
from notifications.transports.smtp import SmtpError, Stage

TEST_SECONDS = 60.0
WAYS = {"submission": "STARTTLS required", "smtps": "TLS", "smtp": "no TLS"}


class Command(BaseCommand):
    help = (
        "Sends one mail to ADDRESS by SMTP_URL now, also while mail is paused, and "
        "tells each stage. Ends with 1 and one sentence of advice if it fails."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", metavar="ADDRESS")

    def handle(self, *args: Any, **options: Any) -> None:
        url = email.address()
        if not url:
            raise CommandError("Not sent. Set SMTP_URL: there is no mail server.")
        if guard.is_paused():
            self.stdout.write("Mail is paused; this test goes all the same.")
        try:
            guard.check_allowed(options["address"], to_catcher=not settings.SMTP_URL)
            asyncio.run(self._send(url, _parcel(options["address"])))
        except TransportError as error:
            raise CommandError(
                f"Not sent: {error.reason}. {advice(error)}", returncode=1
            ) from None

    async def _send(self, url: str, parcel: Parcel) -> None:
        server = email.server(url)
        self.stdout.write(
            f"Connecting to {server.host}, port {server.port}, {WAYS[server.scheme]}"
        )
        stage, client = Stage.CONNECT, None
        try:
            async with asyncio.timeout(TEST_SECONDS):
                client = await smtp.connect(server)
                self._say_connected(client, server.user)
                stage = Stage.SENDER
                await smtp.announce(client, parcel)
                self.stdout.write("Sender and recipient accepted")
                stage = Stage.CONTENT
                answer = await smtp.hand_over(client, parcel)
                self.stdout.write(f"Mail accepted: {answer}")
        except TimeoutError:
            raise SmtpError("TimeoutError", stage) from None
        finally:
            if client:
                await smtp.close(client, seconds=2.0)

    def _say_connected(self, client: aiosmtplib.SMTP, user: str) -> None:
        tls = client.get_transport_info("ssl_object")
        is_tls = isinstance(tls, ssl.SSLObject)
        self.stdout.write(f"Connected, {tls.version() if is_tls else 'without TLS'}")
        if user:
            self.stdout.write("Signed in")


def _parcel(to: str) -> Parcel:
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["From"] = settings.MAIL_FROM
    mail["Subject"] = _("[Hub] Test mail")
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = make_msgid(domain=urlsplit(settings.BASE_URL).hostname)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    try:
        mail["To"] = to
        mail.set_content(
            _("This mail proves that the hub at %(place)s can write to you.")
            % {"place": settings.BASE_URL}
        )
        content = bytes(mail)
    except ValueError:
        raise CommandError("Not sent. Write one address, name@domain.") from None
    sender = settings.MAIL.mail_return_address or parseaddr(settings.MAIL_FROM)[1]
    return Parcel(to, content, sender)
