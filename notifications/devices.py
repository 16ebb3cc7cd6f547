"""Browsers that agreed to web push: whose they are, and when they stop being so.

A device belongs to the person who turned push on in it last. It outlives a session
that merely ran out, for push is meant for people who are away. It ends when somebody
signs out in that browser, or when somebody else signs in there: a shared workstation
does not ring for the person before. A signed cookie recognises the browser.
"""

from dataclasses import dataclass

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hub.errors import NotFound
from hub.models import User
from hub.sessions import describe_browser
from notifications import push_endpoints, push_key
from notifications.models import PushDevice

COOKIE = "__Host-appareil" if settings.SESSION_COOKIE_SECURE else "appareil"
COOKIE_SECONDS = 365 * 24 * 3600
# Each is one request per message to a host that its owner named: no amplifier.
MOST = 10


@dataclass(frozen=True)
class Offer:
    """What the page shows: the key for the browser, and this person's devices."""

    public_key: str
    devices: list[PushDevice]
    here: int | None  # which of them is this browser


def offer(request: HttpRequest, user: User) -> Offer | None:
    """None without PUSH_KEY: then nothing of it is shown. One query."""
    if not push_key.is_set():
        return None
    mine = list(PushDevice.objects.filter(user=user).order_by("-created_at", "-pk"))
    return Offer(push_key.public_key(), mine, device_here(request))


def turn_on(user: User, endpoint: str, browser: str) -> PushDevice:
    """Notes the browser as this person's; a repeat changes nothing.

    Taken over from somebody else it becomes another device, so that nothing that was
    owed to them rings here. Raises WrongEndpoint. The oldest gives way over MOST.
    """
    push_endpoints.read(endpoint)
    with transaction.atomic():
        known = PushDevice.objects.filter(endpoint=endpoint)
        mine = known.filter(user=user, gone_at=None).first()
        if mine:
            return mine
        known.delete()
        device = PushDevice(
            user=user, endpoint=endpoint, name=describe_browser(browser)
        )
        PushDevice.objects.bulk_create(  # two at once: the later one counts
            [device],
            update_conflicts=True,
            unique_fields=["endpoint"],
            update_fields=["user", "name", "created_at", "gone_at"],
        )
        newest = PushDevice.objects.filter(user=user).order_by("-created_at", "-pk")
        kept = list(newest.values_list("pk", flat=True)[:MOST])
        PushDevice.objects.filter(user=user).exclude(pk__in=kept).delete()
    return device


def turn_off(user: User, device: int) -> None:
    """Raises NotFound for another person's device."""
    done, _each = PushDevice.objects.filter(user=user, pk=device).delete()
    if not done:
        raise NotFound


async def forget(endpoint: str) -> None:
    """Its push service no longer knows it: the person sees that, and it is left out."""
    await database_sync_to_async(_mark_gone)(endpoint)


def remember(response: HttpResponse, device: PushDevice) -> None:
    response.set_signed_cookie(
        COOKIE,
        str(device.pk),
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def device_here(request: HttpRequest) -> int | None:
    """The device that this browser was last, by its cookie."""
    value = request.get_signed_cookie(COOKIE, default="", max_age=COOKIE_SECONDS)
    return int(value) if value else None


def _mark_gone(endpoint: str) -> None:
    known = PushDevice.objects.filter(endpoint=endpoint, gone_at=None)
    known.update(gone_at=timezone.now())


def connect() -> None:
    user_logged_in.connect(on_signed_in)
    user_logged_out.connect(on_signed_out)


def on_signed_in(sender: object, request: HttpRequest, user: User, **_: object) -> None:
    here = device_here(request)
    if here:
        PushDevice.objects.filter(pk=here).exclude(user=user).delete()


def on_signed_out(sender: object, request: HttpRequest, **_: object) -> None:
    here = device_here(request)
    if here:
        PushDevice.objects.filter(pk=here).delete()
