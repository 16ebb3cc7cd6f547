"""Confirming a browser: six digits, sent to the address to which the link was sent.

A link that was forwarded, logged or pressed by a machine stops here (RELIABILITY 6.4).
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from hub.actions import addresses
from notifications import links, outbox, outgoing, reply_code_mail, tokens
from notifications.kinds import Kind
from notifications.models import KnownBrowser, LinkEvent, LinkSession, ReplyLink
from notifications.models.links import LinkStep

CODE_LASTS = timedelta(minutes=10)
TRIES = 5  # of one code, from whatever browser
DIGITS = 6
BROWSER_LASTS = timedelta(days=90)
# A machine that presses every button must not fill a mailbox.
CODE_EVERY = timedelta(minutes=5)
CODES_A_DAY = 5


class CodeRefused(Exception):
    """The code does not open this link. `is_over`: only another code could."""

    def __init__(self, *, is_over: bool) -> None:
        super().__init__()
        self.is_over = is_over


def send_code(secret: str) -> bool:
    """Mails a code for the session's link, unless one was sent a moment ago.

    Returns whether it did. Raises LinkGone.
    """
    now = timezone.now()
    with transaction.atomic():
        session = links.session_with(secret, locked=True)
        link = session.link
        if session.confirmed_at or _sent_enough(link, now):
            return False
        code = tokens.new_code()
        session.code_digest = tokens.code_digest(link.pk, code)
        session.code_expires_at = now + CODE_LASTS
        session.code_tries = 0
        session.save(update_fields=["code_digest", "code_expires_at", "code_tries"])
        links.note([link], LinkStep.CODE_SENT, now)
        compose = partial(
            reply_code_mail.write, link.user, link.email, code, CODE_LASTS
        )
        transaction.on_commit(partial(outgoing.send_soon, compose))
    return True


def open_code(link: ReplyLink) -> LinkSession | None:
    """The newest code that can still be typed, as the session for which it was sent.

    A code is of the link: a machine may have pressed the button before the person, and
    the mail that it caused must serve the person.
    """
    newest = (
        LinkSession.objects.filter(link=link)
        .exclude(code_expires_at=None)
        .order_by("-code_expires_at", "-pk")
        .first()
    )
    if newest is None or not newest.code_digest or newest.code_tries >= TRIES:
        return None
    assert newest.code_expires_at
    return newest if newest.code_expires_at > timezone.now() else None


def confirm(secret: str, typed: str, browser_name: str) -> str:
    """Opens the session with its code; returns the secret of the browser's own cookie.

    Fewer or more than six digits count as nothing, so that an empty form uses up no
    try. Raises CodeRefused, LinkGone.
    """
    code = "".join(c for c in typed if c in "0123456789")
    with transaction.atomic():
        session = links.session_with(secret, locked=True)
        asked = open_code(session.link)
        if asked and len(code) == DIGITS:
            if _fits(asked, code):
                return _accept(session, asked, browser_name)
            # Committed before the refusal is raised: nobody can undo a count.
            asked.code_tries += 1
            asked.save(update_fields=["code_tries"])
            links.note_some(session.link, LinkStep.CODE_WRONG, timezone.now())
    raise CodeRefused(is_over=open_code(session.link) is None)


def _sent_enough(link: ReplyLink, now: datetime) -> bool:
    sent = LinkEvent.objects.filter(
        link=link, step=LinkStep.CODE_SENT, at__gt=now - timedelta(days=1)
    )
    times = list(sent.values_list("at", flat=True))
    return len(times) >= CODES_A_DAY or any(at > now - CODE_EVERY for at in times)


def _fits(asked: LinkSession, code: str) -> bool:
    expected = tokens.code_digest(asked.link_id, code)
    return constant_time_compare(expected, asked.code_digest)


def _accept(session: LinkSession, asked: LinkSession, browser_name: str) -> str:
    """Spends the code; the browser is known from now on, and the person is told."""
    now = timezone.now()
    link, secret = session.link, tokens.new_secret()
    LinkSession.objects.filter(pk=asked.pk).update(code_digest="")
    browser = KnownBrowser.objects.create(
        digest=tokens.digest(secret),
        user=link.user,
        email=link.email,
        name=browser_name,
        created_at=now,
        expires_at=now + BROWSER_LASTS,
    )
    LinkSession.objects.filter(pk=session.pk).update(
        browser=browser, confirmed_at=now, expires_at=now + links.SESSION_LASTS
    )
    links.note([link], LinkStep.CONFIRMED, now)
    addresses.prove(link.email)
    window = f"browser:{browser.pk}"
    facts = {"browser": browser.pk}
    outbox.owe(Kind.NEW_BROWSER, [link.user_id], window=window, facts=facts)
    return secret
