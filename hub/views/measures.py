"""A measure's summary: what was ordered, which centre, where the thread is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hub import permissions, wording
from hub.queries.acts import possible
from hub.queries.measures import designations_for
from hub.views.acts import buttons
from hub.views.requests import person


def measure(request: HttpRequest, reference: str) -> HttpResponse:
    user = person(request)
    found = permissions.measure_for(user, reference)
    can = possible(user, found)
    context = {
        "measure": found,
        "designations": designations_for(user, found),
        "can": can,
        "acts": buttons(can, found),
        "terms": wording.describe(found.terms) if found.terms else [],
        "ages": wording.ages(list(found.children.all()), timezone.localdate()),
    }
    return render(request, "measures/measure.html", context)
