"""The home page: what waits for me, what is late on the other side, nothing else."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hub import permissions
from hub.actions import first_steps
from hub.agenda import SHOWN, Agenda, Waiting
from hub.models import User
from hub.queries.agenda import agenda_of
from hub.queries.agenda_places import declared_at
from hub.queries.first_steps import first_steps_of
from hub.queries.kept_drafts import threads_with_draft
from hub.views.home_parts import Row
from hub.views.home_places import place_row, waiting_lines
from hub.views.home_rows import measure_row
from hub.views.requests import person

OTHERS_SHOWN, FEW = 20, 10  # rows; what the person need not do takes little room


def home(request: HttpRequest) -> HttpResponse:
    """In order of consequence, each with its next act; the rest is on the desk."""
    user = person(request)
    agenda = agenda_of(user)
    context = {
        "agenda": agenda,
        "todo_count": agenda.count,
        "pressing": _rows(agenda.pressing[:SHOWN]),
        "others": _rows(agenda.others[:OTHERS_SHOWN]),
        "late": _rows(agenda.late[:FEW]),
        "news": _rows(agenda.news[:FEW]),
        "more": _more(agenda),
        "unsent": threads_with_draft(user),
        "may_create": permissions.may(user, "measure.create"),
        "has_desk": permissions.may(user, "desk.read"),
        "declared": _declared(user, agenda),
        "first": first_steps_of(user),
    }
    return render(request, "home/home.html", context)


def close_first_steps(request: HttpRequest) -> HttpResponse:
    first_steps.close_first_steps(person(request))
    return HttpResponseRedirect(reverse("hub:home"), status=303)


def _rows(found: list[Waiting]) -> list[Row]:
    return [measure_row(one) if one.measure else place_row(one) for one in found]


def _more(agenda: Agenda) -> dict[str, int]:
    """How many of each list are not shown."""
    return {
        "pressing": max(0, len(agenda.pressing) - SHOWN),
        "others": max(0, len(agenda.others) - OTHERS_SHOWN),
        "late": max(0, len(agenda.late) - FEW),
        "news": max(0, len(agenda.news) - FEW),
    }


def _declared(user: User, agenda: Agenda) -> list[dict[str, object]]:
    """The waiting times in force, beside the list; those that wait are in it."""
    asked = [one.subject[0] for one in agenda.mine if one.why == "waiting_time"]
    return [
        {"centre": centre, "lines": waiting_lines(found)}
        for centre, found in declared_at(user).items()
        if centre not in asked
    ]
