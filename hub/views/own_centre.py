"""What a centre says of itself: its waiting, whom it receives, when it is closed."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hub import permissions
from hub.actions.centre_profile import describe_site
from hub.actions.closures import announce_closure
from hub.actions.waiting import confirm_waiting, declare_waiting, newest
from hub.errors import InvalidInput, NotFound
from hub.forms import organisations as forms
from hub.models import Centre, Role, Site, WaitingDeclaration
from hub.models.centres import VisitKind
from hub.models.choices import Accompaniment
from hub.queries.own_centre import centre_closures, described_sites
from hub.views.recorded import saying_waiting_time
from hub.views.requests import person, way_back, whole_number

FACTS = ("wheelchair", "separate_entrances", "public_transport")


def waiting(request: HttpRequest, code: str) -> HttpResponse:
    centre, on_behalf = _centre(request, code, "centre.declare_waiting")
    sites, known = described_sites(centre), newest(centre)
    errors: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            declared = forms.declared_typed(request.POST, sites, known)
            declare_waiting(centre, declared, by=person(request))
        except InvalidInput as wrong:
            errors = wrong.fields
        else:
            back = way_back(request) or _after(code, on_behalf)
            return _to(saying_waiting_time(back, centre, person(request)))
    context = {
        "back": way_back(request),
        "centre": centre,
        "rows": _waiting_rows(request, sites, known),
        "errors": errors,
        "on_behalf": on_behalf,
        "kinds": dict(VisitKind.choices),
        "several": len(sites) > 1,
    }
    return render(request, "centres/waiting.html", context, status=_status(errors))


def waiting_unchanged(request: HttpRequest, code: str) -> HttpResponse:
    centre, on_behalf = _centre(request, code, "centre.declare_waiting")
    confirm_waiting(centre, by=person(request))
    back = way_back(request) or _after(code, on_behalf) + "#delai"
    return _to(saying_waiting_time(back, centre, person(request)))


def profile(request: HttpRequest, code: str) -> HttpResponse:
    centre, _national = _centre(request, code, "centre.describe")
    sites = described_sites(centre)
    site = _site(request, sites)
    errors: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            describe_site(
                centre,
                site.pk,
                facts={name: name in request.POST for name in FACTS},
                profiles=forms.profiles_typed(request.POST),
                slots=forms.slots_typed(request.POST),
                by=person(request),
            )
        except InvalidInput as wrong:
            errors = wrong.fields
        else:
            return _to(reverse("hub:centre", args=[code]))
    context = {
        "centre": centre,
        "site": site,
        "sites": sites,
        "errors": errors,
        "typed": _profile_typed(request, site),
        "slots": _slots(request, site),
        "kinds": VisitKind.choices,
        "accompaniments": Accompaniment.choices,
        "facts": FACTS,
    }
    return render(request, "centres/profile.html", context, status=_status(errors))


def closures(request: HttpRequest, code: str) -> HttpResponse:
    centre, _national = _centre(request, code, "centre.describe")
    errors: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            given = forms.checked(forms.ClosureForm(request.POST))
            announce_closure(centre, **given, by=person(request))
        except InvalidInput as wrong:
            errors = wrong.fields
        else:
            return _to(reverse("hub:centre-closures", args=[code]))
    context = {
        "centre": centre,
        "closures": centre_closures(centre),
        "errors": errors,
        "typed": request.POST,
    }
    return render(request, "centres/closures.html", context, status=_status(errors))


def _centre(request: HttpRequest, code: str, right: str) -> tuple[Centre, bool]:
    """The centre, and whether the national service stands in for it."""
    place = permissions.place_over(person(request), right, organisation=code)
    centre = Centre.objects.select_related("departement").filter(code=code).first()
    if centre is None:
        raise NotFound
    return centre, place.role == Role.NATIONAL


def _site(request: HttpRequest, sites: list[Site]) -> Site:
    wanted = request.POST.get("site") or request.GET.get("lieu")
    if not wanted:
        return sites[0]
    for site in sites:
        if site.pk == whole_number(wanted):
            return site
    raise NotFound


def _waiting_rows(
    request: HttpRequest, sites: list[Site], known: list[WaitingDeclaration]
) -> list[dict[str, Any]]:
    """What the form shows per site and kind: what was typed, else what counts now."""
    now = {(d.site_id, d.visit_kind): d for d in known}
    rows = []
    for site, kind in forms.offered(sites, known):
        declared, prefix = now.get((site.pk, kind)), f"{site.pk}-{kind}"
        if request.method == "POST":
            typed = {
                "weeks": request.POST.get(f"{prefix}-weeks", ""),
                "paused": f"{prefix}-paused" in request.POST,
                "until": request.POST.get(f"{prefix}-until", ""),
            }
        else:
            until = declared.paused_until if declared else None
            typed = {
                "weeks": declared.weeks if declared else "",
                "paused": bool(declared and declared.intake == "paused"),
                "until": until.isoformat() if until else "",
            }
        rows.append({"site": site, "kind": kind, "prefix": prefix, **typed})
    return rows


def _profile_typed(request: HttpRequest, site: Site) -> dict[str, Any]:
    """Field name -> value, for the kinds that are ticked and the site's facts."""
    if request.method == "POST":
        typed: dict[str, Any] = dict(request.POST.items())
        typed["kinds"] = request.POST.getlist("kinds")
        for kind in VisitKind.values:
            name = f"{kind}-accompaniment"
            typed[name] = request.POST.getlist(name)
        return typed
    typed = {"kinds": [], **{name: getattr(site, name) for name in FACTS}}
    for one in site.profiles.all():
        typed["kinds"].append(one.visit_kind)
        for name in forms.ProfileForm.base_fields:
            value = getattr(one, name)
            typed[f"{one.visit_kind}-{name}"] = "" if value is None else value
    return typed


def _slots(request: HttpRequest, site: Site) -> list[tuple[str, str, str]]:
    """Weekday, start, end; rows with hours first, numbered as errors number them."""
    if request.method == "POST":
        lists = [request.POST.getlist(n) for n in ("weekday", "start", "end")]
        rows = [row for row in zip(*lists, strict=False) if row[1] or row[2]]
    else:
        rows = [
            (str(s.weekday), f"{s.start:%H:%M}", f"{s.end:%H:%M}")
            for s in site.slots.all()
        ]
    return [*rows, *[("", "", "")] * forms.SLOT_ROWS]


def _after(code: str, on_behalf: bool) -> str:
    """Back to the desk of whoever declared."""
    return reverse("hub:desk-of", args=["national" if on_behalf else code])


def _to(where: str) -> HttpResponse:
    return HttpResponseRedirect(where, status=303)


def _status(errors: Mapping[str, str]) -> int:
    return 400 if errors else 200
