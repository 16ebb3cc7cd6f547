"""What an act has just recorded, said once on the page that one is led back to.

The address names the record and the sentence is read from it, so nothing is said that
did not happen, and opening the page writes nothing. Only of one's own acts.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.http import HttpRequest
from django.utils.translation import gettext as _

from hub.acts import PAGES
from hub.jinja import clock
from hub.models import (
    Centre,
    Measure,
    MeasureTransition,
    Membership,
    User,
    WaitingDeclaration,
)
from hub.states import Event
from hub.views.requests import whole_number

NAMED, ACT, WAITING_TIME, INVITATION = "fait", "m", "d", "i"


def saying_act(address: str, measure: Measure, by: User) -> str:
    """The address, with the person's last act on this measure to be said there."""
    done = MeasureTransition.objects.filter(measure=measure, by=by).order_by("-pk")
    return _saying(address, ACT, done.values_list("pk", flat=True).first())


def saying_waiting_time(address: str, centre: Centre, by: User) -> str:
    """The address, with what the person declared last for this espace de rencontre."""
    done = WaitingDeclaration.objects.filter(site__centre=centre, declared_by=by)
    return _saying(
        address, WAITING_TIME, done.order_by("-pk").values_list("pk", flat=True).first()
    )


def saying_invitation(address: str, place: Membership) -> str:
    """The address, with whom the person has just invited."""
    return _saying(address, INVITATION, place.pk)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """`recorded`: the sentence that the address asks for. No query without one."""
    named = request.GET.get(NAMED, "")
    user = getattr(request, "user", None)
    if not named or not isinstance(user, User):
        return {"recorded": ""}
    known = {ACT: _act, WAITING_TIME: _waiting_time, INVITATION: _invitation}
    find = known.get(named[0])
    return {"recorded": find(whole_number(named[1:]), user) if find else ""}


def _saying(address: str, kind: str, key: int | None) -> str:
    if key is None:
        return address
    parts = urlsplit(address)
    asked = "&".join(filter(None, [parts.query, urlencode({NAMED: f"{kind}{key}"})]))
    return urlunsplit(parts._replace(query=asked))


def _act(key: int, by: User) -> str:
    done = MeasureTransition.objects.filter(pk=key, by=by).select_related("measure")
    one = done.first()
    if one is None:
        return ""
    words = {"reference": one.measure.reference, "time": clock(one.at)}
    if one.event == Event.ACKNOWLEDGE:
        return _("%(reference)s: receipt acknowledged at %(time)s.") % words
    names = {page.event: page.button for page in PAGES}
    words["act"] = str(names.get(Event(one.event), ""))
    if not words["act"]:
        return _("%(reference)s: recorded at %(time)s.") % words
    return _("%(reference)s: “%(act)s” recorded at %(time)s.") % words


def _waiting_time(key: int, by: User) -> str:
    done = WaitingDeclaration.objects.filter(pk=key, declared_by=by)
    one = done.select_related("site__centre").first()
    if one is None:
        return ""
    words = {"name": one.site.centre.name, "time": clock(one.declared_at)}
    return _("%(name)s: waiting time recorded at %(time)s.") % words


def _invitation(key: int, by: User) -> str:
    one = (
        Membership.objects.filter(pk=key, invited_by=by).select_related("user").first()
    )
    if one is None:
        return ""
    return _("Invitation sent to %(name)s.") % {"name": one.user.name}
