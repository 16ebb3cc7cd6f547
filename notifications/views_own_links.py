"""A person's own links and known browsers, and ending them."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from hub.actions.sessions import end_all_sessions
from hub.models import User
from hub.views.requests import person, whole_number
from notifications import link_ends

SHOWN = 50  # the newest of each; "all" ends the others too


def own_links(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if request.method == "POST":
        _end(user, request.POST)
        return HttpResponseRedirect(reverse("notifications:own-links"), status=303)
    context = {
        "links": link_ends.open_links(user)[:SHOWN],
        "browsers": link_ends.known_browsers(user)[:SHOWN],
    }
    return render(request, "notifications/own_links.html", context)


def _end(user: User, form: QueryDict) -> None:
    """What the pressed button names; anything else ends nothing."""
    if "link" in form:
        link_ends.revoke_link(user, whole_number(form.get("link")))
    elif "browser" in form:
        link_ends.forget_browser(user, whole_number(form.get("browser")))
    elif "all" in form:
        link_ends.revoke_all(user)
    elif "everywhere" in form:
        end_all_sessions(user)
