"""What follows from a mail that was read: a doubted address, an absence, one answer.

Only for a mail of ours that is a few days old, and only for its own recipient. Nothing
that somebody wrote is used; how it was read is sandbox.py.
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from hub.actions.absences import learn_absence
from hub.actions.addresses import count_hard_bounce
from hub.calendar import local_day
from hub.models import Membership, User
from notifications import outbox
from notifications.inbound.bounces import HARD
from notifications.inbound.receiving import digest_of
from notifications.inbound.sandbox import Reading
from notifications.kinds import Kind
from notifications.models import (
    InboundKind,
    InboundMail,
    Notification,
    Preference,
    Transport,
)

# Servers give up after five days at most (RFC 5321 section 4.5.4.1).
ANSWERED_WITHIN = timedelta(days=7)
BOUNCED = "bounced"


def settle(mail: InboundMail, reading: Reading, now: datetime) -> bool:
    """Does what follows, once: False if another process was faster."""
    with transaction.atomic():
        unread = InboundMail.objects.filter(pk=mail.pk, kind=InboundKind.UNREAD)
        if not unread.update(kind=reading.kind, handled_at=now):
            return False
        outcome = _act(mail, reading, now)[:30]
        InboundMail.objects.filter(pk=mail.pk).update(outcome=outcome)
    return True


def day_of(mail: InboundMail) -> date:
    """The day on which it came, which its "until the 12th" is about."""
    return local_day(mail.received_at, "")


def _act(mail: InboundMail, reading: Reading, now: datetime) -> str:
    about = _about(mail, now)
    if about is None:
        return "late"
    if reading.kind == InboundKind.BOUNCE:
        return _bounced(mail, reading, about)
    if about.user is None or not about.user.is_active:
        return reading.outcome or "nobody"
    if reading.kind == InboundKind.AUTO_REPLY:
        return _away(mail, reading, about.user)
    if reading.kind == InboundKind.REPLY:
        return _answer(mail, reading, about, about.user)
    return reading.outcome


def _about(mail: InboundMail, now: datetime) -> Notification | None:
    """The mail of ours that was answered, locked, unless that was long ago."""
    row_id = mail.notification_id
    if row_id is None:
        return None
    rows = Notification.objects.select_for_update(of=("self",), no_key=True)
    about = rows.select_related("user", "centre").get(pk=row_id)
    left_at = about.ended_at or about.created_at
    return about if left_at > now - ANSWERED_WITHIN else None


def _bounced(mail: InboundMail, reading: Reading, about: Notification) -> str:
    """A bounce has the null sender (RFC 3464 section 2): others only look like one."""
    status = reading.outcome
    if mail.sender_digest:
        return "not a bounce"
    if status not in HARD or about.last_answer.startswith(BOUNCED):
        return status or "delayed"
    about.last_answer = f"{BOUNCED} {status}"
    about.save(update_fields=["last_answer"])
    recipient = about.user or about.centre
    assert recipient is not None  # a constraint of the table
    count_hard_bounce(recipient.email)
    return status


def _away(mail: InboundMail, reading: Reading, user: User) -> str:
    if reading.until is None:
        return "no date"
    if not _is_from(mail, reading, user):
        return "other sender"
    learned = learn_absence(
        user, last_day=reading.until, substitute=_chosen_substitute(user)
    )
    return "absence" if learned else "nothing new"


def _answer(
    mail: InboundMail, reading: Reading, about: Notification, user: User
) -> str:
    """One mail a day says where to answer; it goes to the address that we know."""
    if not mail.sender_digest:
        return "null sender"
    if not _is_from(mail, reading, user):
        return "other sender"
    window = f"inbound:{day_of(mail).isoformat()}"
    key = outbox.key_of(Transport.EMAIL, user.pk, None, window)
    if Notification.objects.filter(key=key).exists():
        return "answered today"
    facts = {"thread": str(about.thread_id)} if about.thread_id else {}
    outbox.owe(Kind.USE_THE_LINK, [user], window=window, facts=facts)
    return "answered"


def _is_from(mail: InboundMail, reading: Reading, user: User) -> bool:
    """Also by From: gateways rewrite the envelope of what they forward."""
    claimed = reading.sender == user.email
    return claimed or mail.sender_digest == digest_of(user.email)


def _chosen_substitute(user: User) -> Membership | None:
    chosen = Preference.objects.select_related("substitute__user").filter(user=user)
    return next((one.substitute for one in chosen), None)
