"""Pages that anybody may read: legal notices, data sources, components, health."""

import asyncio
import time
from collections.abc import Callable

from asgiref.sync import async_to_sync
from channels.layers import BaseChannelLayer, get_channel_layer
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from redis.exceptions import RedisError

from hub import health, instruments
from hub.actions.verdicts import chosen
from hub.files.scanner import Colour, Health
from hub.models import AppealCourt, Centre, Court, Departement
from hub.queries import file_figures

WAITED_TOO_LONG = 600.0  # seconds; a file takes a few
PING_SECONDS = 2.0  # a probe that waits longer is itself the problem
SCANNER_SECONDS = 2.0  # of its own: a scan may take far longer
REMEMBERED_SECONDS = 5.0  # what the scanner said, in this process
PING_GROUP = "hub.ping"  # nobody listens: only the way there is tried

_remembered: tuple[float, Health] | None = None


def static_page(template: str) -> Callable[[HttpRequest], HttpResponse]:
    """A view that shows one template."""

    def view(request: HttpRequest) -> HttpResponse:
        return render(request, template)

    return view


def sources(request: HttpRequest) -> HttpResponse:
    context = {
        "courts": Court.objects.count(),
        "appeal_courts": AppealCourt.objects.count(),
        "departements": Departement.objects.count(),
        "demo_centres": Centre.objects.filter(is_demo=True).count(),
    }
    return render(request, "legal/sources.html", context)


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"process": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether what a message needs is there: 200, or 503 naming the missing part.

    Also 503 once this process was told to end, so that a proxy sends nobody new.

    The others are told and change nothing: without a scanner files wait, without a mail
    server mail does, and taking the whole hub away would not help them.
    """
    parts = {"process": health.process(), "posting": _posting()}
    parts |= {"database": _database(), "layer": _layer()}
    parts |= {name: tell() for name, tell in health.needed.items()}
    ready = all(state == "ok" for state in parts.values())
    if parts["database"] == "ok":
        scanner = _scanner_health()
        parts |= {"files": _files(scanner), "scanner": scanner.words}
        parts |= {name: tell() for name, tell in health.parts.items()}
    return JsonResponse(parts, status=200 if ready else 503)


def _posting() -> str:
    """Whether commits come to an end, however they end."""
    age = instruments.oldest_commit_seconds()
    return "ok" if age <= health.STUCK_SECONDS else f"stuck for {int(age)} s"


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _scanner_health() -> Health:
    """As it was a few seconds ago at most: a probe never waits long for a scanner."""
    global _remembered
    if _remembered and time.monotonic() - _remembered[0] < REMEMBERED_SECONDS:
        return _remembered[1]
    health = async_to_sync(_ask_scanner)()
    _remembered = (time.monotonic(), health)
    return health


async def _ask_scanner() -> Health:
    try:
        async with asyncio.timeout(SCANNER_SECONDS):
            return await chosen().health()
    except TimeoutError:
        return Health(Colour.RED, False, "the scanner does not answer in time")


def _files(health: Health) -> str:
    if not health.scans:
        return "not scanned"
    waited = file_figures.queue(timezone.now()).oldest_seconds
    if waited > WAITED_TOO_LONG:
        return f"waiting for {int(waited)} s"
    return "ok" if health.colour is Colour.GREEN else "needs attention"


def _layer() -> str:
    layer = get_channel_layer()
    if layer is None:
        return "not configured"
    try:
        async_to_sync(_ping)(layer)
    except (RedisError, OSError):  # TimeoutError is an OSError
        return "unreachable"
    return "ok"


async def _ping(layer: BaseChannelLayer) -> None:
    async with asyncio.timeout(PING_SECONDS):
        await layer.group_send(PING_GROUP, {"type": "ping"})
