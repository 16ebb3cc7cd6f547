"""What somebody can do through a link, in a browser that was confirmed.

Each is one transaction that holds the link, asks again whether it still opens
anything, and calls the hub's own action with the person's own rights (RELIABILITY
6.6). Nothing else can be reached from a link.
"""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.actions import messages, waiting
from hub.errors import Forbidden, NotFound
from hub.models import Centre, Message, Thread, WaitingDeclaration
from hub.post_lines import note_outcomes
from hub.posting import Draft, Outcome, Posted, Refused
from notifications import links
from notifications.links import LinkGone
from notifications.models import LinkSession
from notifications.models.links import LinkStep, Purpose

REPLIES_PER_LINK = 20  # RELIABILITY 6.7


def reply(secret: str, client_id: UUID, body: str, seen: int) -> Outcome:
    """Posts a message that says it came by a link, and reads what was shown with it.

    `seen`: the last message on the page. The same `client_id` is one message, however
    often it is sent. Raises LinkGone.
    """
    try:
        return _reply(secret, client_id, body, seen)
    except IntegrityError:  # the same id came by another door meanwhile
        return _reply(secret, client_id, body, seen)


def read(secret: str, seen: int) -> None:
    """Marks as read what the page showed. Raises LinkGone."""
    with transaction.atomic():
        session, thread = _thread_session(secret)
        _within_rights(lambda: messages.mark_read(session.link.user, thread.pk, seen))


def acknowledge(secret: str, seq: int) -> None:
    """Acknowledges receipt of message `seq`. Raises LinkGone."""
    with transaction.atomic():
        session, thread = _thread_session(secret)
        user = session.link.user
        _within_rights(lambda: messages.acknowledge(user, thread.pk, seq))
        links.note_some(session.link, LinkStep.REPLIED, timezone.now())


def unchanged(secret: str, typed: str) -> bool:
    """Confirms a centre's waiting times, if the typed number is the one of today.

    A machine types nothing, or anything. Returns whether it fitted. Raises LinkGone.
    """
    with transaction.atomic():
        session = _confirmed(secret, Purpose.WAITING)
        centre = session.link.centre
        assert centre
        known = in_order(centre)
        if not known or typed.strip() != str(known[0].weeks):
            return False
        user = session.link.user
        _within_rights(lambda: waiting.confirm_waiting(centre, by=user))
        links.note_some(session.link, LinkStep.REPLIED, timezone.now())
        return True


def in_order(centre: Centre) -> list[WaitingDeclaration]:
    """What the centre declares now; the number of the first is what has to be typed."""
    return sorted(waiting.newest(centre), key=lambda d: (d.site_id, d.visit_kind))


@transaction.atomic
def _reply(secret: str, client_id: UUID, body: str, seen: int) -> Outcome:
    session, thread = _thread_session(secret)
    link = session.link
    if link.replies >= REPLIES_PER_LINK and not _is_known(link.user_id, client_id):
        links.note_some(link, LinkStep.REFUSED, timezone.now())
        return Refused(
            client_id,
            "rate_limited",
            _("This link has served 20 times. Sign in to go on writing."),
        )
    draft = Draft(thread.pk, link.user_id, client_id, body, door="link")
    [outcome] = messages.post_in_transaction([draft])
    transaction.on_commit(partial(note_outcomes, [draft], [outcome]))
    if isinstance(outcome, Posted) and not outcome.again:
        link.replies += 1
        link.save(update_fields=["replies"])
        links.note([link], LinkStep.REPLIED, timezone.now())
        messages.mark_read(link.user, thread.pk, seen)
    return outcome


def _thread_session(secret: str) -> tuple[LinkSession, Thread]:
    session = _confirmed(secret, Purpose.REPLY)
    assert session.link.thread
    return session, session.link.thread


def _confirmed(secret: str, purpose: Purpose) -> LinkSession:
    """Held until the end of the transaction. Raises LinkGone."""
    session = links.session_with(secret, locked=True)
    if session.confirmed_at is None or session.link.purpose != purpose:
        raise LinkGone
    return session


def _within_rights(act: Callable[[], object]) -> None:
    """A right that was lost meanwhile, or never was there, ends the link's use."""
    try:
        act()
    except (NotFound, Forbidden):
        raise LinkGone from None


def _is_known(author: UUID, client_id: UUID) -> bool:
    return Message.objects.filter(author=author, client_id=client_id).exists()
