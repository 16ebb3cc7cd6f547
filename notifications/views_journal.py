"""What was sent or not: a person's own journal, and failures for who can help."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hub import permissions
from hub.errors import NotFound
from hub.views.requests import person
from notifications import failures
from notifications.journal import lines, told_to

PER_PAGE = 25


def journal(request: HttpRequest) -> HttpResponse:
    user = person(request)
    page = Paginator(told_to(user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": lines(user, page.object_list),
        "helps": permissions.may(user, failures.RIGHT),
    }
    return render(request, "notifications/journal.html", context)


def failed(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if request.method == "POST":
        row = _row_of(request)
        if "give_up" in request.POST:
            failures.give_up(row, user)
        else:
            failures.retry(row, user)
        return HttpResponseRedirect(reverse("notifications:failures"), status=303)
    context = {"failures": failures.failures(user)}
    return render(request, "notifications/failures.html", context)


def _row_of(request: HttpRequest) -> UUID:
    """Raises NotFound for what is no id."""
    given = request.POST.get("give_up") or request.POST.get("retry") or ""
    try:
        return UUID(given)
    except ValueError as error:
        raise NotFound from error
