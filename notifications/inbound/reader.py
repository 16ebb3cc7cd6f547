"""The loop of `receive_mail`: one unread mail after the other, whatever they hold."""

import base64
import logging
import threading
from collections import Counter
from datetime import datetime, timedelta

from django.db import DatabaseError, connections
from django.utils import timezone

from notifications.inbound import sandbox
from notifications.inbound.acting import day_of, settle
from notifications.models import InboundKind, InboundMail

LOOK_SECONDS = 15.0  # mail that another process stored; ours wakes us
TRIES = 3  # of one mail, for troubles that are not the mail's
RAW_KEPT = timedelta(days=7)
ROWS_KEPT = timedelta(days=90)

logger = logging.getLogger(__name__)


class Reader:
    """`wake` and `stop` may be called from any thread."""

    def __init__(self) -> None:
        self._woken, self._stopped = threading.Event(), threading.Event()
        self._failures: Counter[int] = Counter()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._stopped.set()
        self._woken.set()

    def run(self) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            try:
                while not self._stopped.is_set() and self.read_one(timezone.now()):
                    pass
            except DatabaseError:
                logger.exception("The database is away; mail waits")
                connections.close_all()
            self._woken.wait(LOOK_SECONDS)

    def read_one(self, now: datetime) -> bool:
        """Reads and settles the oldest mail; False if none waits.

        A mail that fails goes behind the others, and after some tries is given up.
        """
        tried = [pk for pk, count in self._failures.items() if count]
        unread = InboundMail.objects.filter(kind=InboundKind.UNREAD)
        mail = unread.exclude(pk__in=tried).order_by("received_at", "pk").first()
        mail = mail or unread.order_by("received_at", "pk").first()
        if mail is None:
            return False
        try:
            settle(mail, _read(mail), now)
        except DatabaseError:
            if not connections["default"].is_usable():
                raise
            self._fail(mail, now)
        except Exception:  # the top of a loop: one mail must not end it
            self._fail(mail, now)
        else:
            del self._failures[mail.pk]
        return True

    def _fail(self, mail: InboundMail, now: datetime) -> None:
        logger.exception("Mail %s could not be handled", mail.pk)
        self._failures[mail.pk] += 1
        if self._failures[mail.pk] >= TRIES:
            InboundMail.objects.filter(pk=mail.pk, kind=InboundKind.UNREAD).update(
                kind=InboundKind.OTHER, outcome="failed", handled_at=now
            )
            del self._failures[mail.pk]


def forget_raw(now: datetime) -> int:
    """Empties raw mail after seven days, read or not; rows go after ninety."""
    InboundMail.objects.filter(received_at__lt=now - ROWS_KEPT).delete()
    old = InboundMail.objects.filter(received_at__lt=now - RAW_KEPT)
    old.filter(kind=InboundKind.UNREAD).update(
        kind=InboundKind.OTHER, outcome="late", handled_at=now
    )
    return old.exclude(raw="").update(raw="")


def _read(mail: InboundMail) -> sandbox.Reading:
    return sandbox.read(base64.b64decode(mail.raw), day_of(mail))
