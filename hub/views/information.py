"""Pages that anybody may read: legal notices, data sources, components, health."""

from collections.abc import Callable

from channels.layers import get_channel_layer
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from hub.models import AppealCourt, Centre, Court, Departement


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
    """Whether what a message needs is there: 200, or 503 naming the missing part."""
    parts = {"database": _database(), "layer": _layer()}
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse(parts, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _layer() -> str:
    return "ok" if get_channel_layer() else "not configured"
