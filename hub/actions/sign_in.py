"""Signing in without a password: a link and a code by e-mail, once, for 15 minutes.

An unknown address takes every step a known one takes, so that no answer, status or
delay tells them apart (RELIABILITY section 5). The browser part is in hub.views.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from hub import events
from hub.actions.addresses import prove
from hub.actions.journal import record
from hub.errors import SignInFailed, TooManyTries
from hub.models import SignInGuard, SignInRequest, User

VALID_FOR = timedelta(minutes=15)
MAILS_PER_ADDRESS = 5  # within VALID_FOR; more would be a way to bother somebody
FREE_TRIES = 5  # wrong codes before the delay begins
FIRST_DELAY = timedelta(seconds=30)  # doubles with each further wrong code
LONGEST_DELAY = timedelta(hours=1)


@dataclass(frozen=True)
class Secrets:
    """What the e-mail carries and the database does not."""

    link: str
    code: str


def request_sign_in(email: str) -> SignInRequest:
    """Sends a link and a code if the address is known. Says nothing either way."""
    address = email.strip().lower()
    with transaction.atomic():
        user = User.objects.filter(email=address, is_active=True).first()
        digest = _digest("address", address)
        if _too_many_mails(digest):
            user = None  # a request that no secret opens, like an unknown address
        request, kept = _new_request(user, digest)
        if user:
            events.sign_in_requested.send(
                None,
                email=user.email,
                name=user.name,
                locale=user.locale,
                link_secret=kept.link,
                code=kept.code,
                request_id=request.pk,
            )
    return request


def make_login_link(email: str) -> str:
    """The secret of a link that needs no code, for operators and demonstrations.

    Raises SignInFailed for an unknown address: only a person at the machine asks.
    """
    with transaction.atomic():
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            raise SignInFailed
        digest = _digest("address", user.email)
        _, kept = _new_request(user, digest, needs_code_elsewhere=False)
        record(user, "login_link_made", "user", user.pk)
    return kept.link


def confirm_code(request_id: UUID, code: str) -> User:
    """Opens the request with its code, from the browser that asked.

    Raises TooManyTries while the address is blocked, SignInFailed otherwise.
    """
    request = SignInRequest.objects.filter(pk=request_id).first()
    if request is None:
        raise SignInFailed
    _refuse_blocked(request.address_digest)
    if not _code_fits(request, code):
        _count_failure(request.address_digest)
        _refuse_blocked(request.address_digest)
        raise SignInFailed
    return _use(request)


def find_link(secret: str) -> SignInRequest:
    """The open request behind a link; changes nothing. Raises SignInFailed."""
    request = SignInRequest.objects.filter(link_digest=_digest("link", secret)).first()
    if request is None or not _is_open(request):
        raise SignInFailed
    return request


def confirm_link(secret: str, asked_here: bool, code: str = "") -> User:
    """Opens the request with its link.

    In a browser that did not ask for it the code is needed too: a program that
    opens every link, and presses every button, types nothing (RELIABILITY 0.11).
    """
    request = find_link(secret)
    if request.needs_code_elsewhere and not asked_here:
        return confirm_code(request.pk, code)
    return _use(request)


def _new_request(
    user: User | None, address_digest: str, needs_code_elsewhere: bool = True
) -> tuple[SignInRequest, Secrets]:
    kept = Secrets(secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06}")
    now = timezone.now()
    request = SignInRequest(
        user=user,
        address_digest=address_digest,
        link_digest=_digest("link", kept.link),
        needs_code_elsewhere=needs_code_elsewhere,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    request.code_digest = _code_digest(request, kept.code)
    request.save(force_insert=True)
    return request, kept


def _use(request: SignInRequest) -> User:
    """Spends the request once; the row count says who won a race."""
    with transaction.atomic():
        now = timezone.now()
        won = SignInRequest.objects.filter(
            pk=request.pk, used_at=None, expires_at__gt=now, user__is_active=True
        ).update(used_at=now)
        if not won or request.user is None:
            raise SignInFailed
        SignInGuard.objects.filter(pk=request.address_digest).delete()
        if (
            request.needs_code_elsewhere
        ):  # else an operator printed it, no mail was sent
            prove(request.user.email)
        record(request.user, "signed_in", "user", request.user.pk)
    return request.user


def _is_open(request: SignInRequest) -> bool:
    return request.used_at is None and request.expires_at > timezone.now()


def _code_fits(request: SignInRequest, code: str) -> bool:
    digits = "".join(c for c in code if c in "0123456789")
    right = constant_time_compare(_code_digest(request, digits), request.code_digest)
    return right and _is_open(request) and request.user_id is not None


def _too_many_mails(digest: str) -> bool:
    since = timezone.now() - VALID_FOR
    recent = SignInRequest.objects.filter(
        address_digest=digest, created_at__gt=since, needs_code_elsewhere=True
    )  # links that an operator printed are not mails
    return recent.count() >= MAILS_PER_ADDRESS


def _refuse_blocked(digest: str) -> None:
    guard = SignInGuard.objects.filter(pk=digest).first()
    if guard and guard.blocked_until and guard.blocked_until > timezone.now():
        raise TooManyTries(guard.blocked_until)


def _count_failure(digest: str) -> None:
    """Committed before the refusal is raised: an attacker cannot undo a count."""
    with transaction.atomic():
        SignInGuard.objects.get_or_create(pk=digest)
        SignInGuard.objects.filter(pk=digest).update(failures=F("failures") + 1)
        guard = SignInGuard.objects.select_for_update().get(pk=digest)
        guard.blocked_until = _blocked_until(guard.failures)
        guard.save(update_fields=["blocked_until"])


def _blocked_until(failures: int) -> datetime | None:
    if failures < FREE_TRIES:
        return None
    doublings = min(failures - FREE_TRIES, 10)
    delay: timedelta = FIRST_DELAY * (2**doublings)
    return timezone.now() + min(delay, LONGEST_DELAY)


def _digest(purpose: str, value: str) -> str:
    return salted_hmac(f"hub.sign_in.{purpose}", value, algorithm="sha256").hexdigest()


def _code_digest(request: SignInRequest, code: str) -> str:
    salted = f"{request.pk}:{code}"
    return hashlib.sha256(_digest("code", salted).encode()).hexdigest()
