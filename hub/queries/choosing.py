"""The facts of every centre that a choice compares, in a constant number of queries."""

from collections import defaultdict
from dataclasses import replace
from datetime import date

from django.db.models import Count, Prefetch, QuerySet
from django.utils import timezone

from hub import permissions
from hub.calendar import local_day
from hub.candidates import Candidate, Declared, Profile
from hub.models import (
    Centre,
    Court,
    Designation,
    Measure,
    Membership,
    ReceptionProfile,
    Site,
    WaitingDeclaration,
)
from hub.models.choices import DesignationState, MeasureState
from hub.queries.places import NOWHERE, Places
from hub.queries.waiting import newest_declarations, observed_waits
from hub.waiting import Observed

# A designation burdens its centre from the transmission until it is over.
BURDENS = (MeasureState.TRANSMITTED, MeasureState.RECEIVED, MeasureState.WAITING,
           MeasureState.INTAKE, MeasureState.ACTIVE)  # fmt: skip


def candidates(places: Places = NOWHERE) -> list[Candidate]:
    """Every site of every centre, as of today. Ten queries, however many centres.

    `places`: known towns, for sites whose own position was never given.
    """
    observed = _by_centre(observed_waits())
    loads, contacts, now = _loads(), _with_contacts(), timezone.now()
    found = []
    for centre in _centres():
        day = local_day(now, centre.departement_id)
        for site in centre.sites.all():
            found.append(
                replace(
                    _of_site(centre, site, day, places),
                    observed=observed.get(centre.pk, {}),
                    load=loads.get(centre.pk, 0),
                    has_contact=centre.pk in contacts,
                )
            )
    return found


def said_unable(measure: Measure) -> set[int]:
    """The centres that could not take this measure up."""
    past = Designation.objects.filter(measure=measure, state=DesignationState.UNABLE)
    return set(past.values_list("centre", flat=True))


def chosen_centre(measure: Measure) -> Centre | None:
    """The centre of the current designation: proposed, or the one that is live."""
    current = Designation.objects.filter(measure=measure, is_current=True)
    found = current.select_related("centre").first()
    return found.centre if found else None


def area_departements(court: Court) -> set[str]:
    """The départements of the court of appeal to which the court belongs."""
    near = Court.objects.filter(appeal_court=court.appeal_court_id)
    return set(near.values_list("departement", flat=True))


def declared_as_fact(one: WaitingDeclaration, departement: str) -> Declared:
    """A declaration as it counts today, in the centre's own zone."""
    return Declared(
        weeks=one.weeks,
        age_days=one.age_days,
        on=local_day(one.declared_at, departement),
        stale=one.stale,
        paused=not one.takes_new_measures(local_day(timezone.now(), departement)),
        paused_until=one.paused_until,
    )


def _centres() -> QuerySet[Centre]:
    sites = Site.objects.order_by("pk").prefetch_related(
        "slots",
        Prefetch("profiles", ReceptionProfile.objects.order_by("visit_kind")),
        Prefetch("declarations", newest_declarations()),
    )
    return (
        Centre.objects.order_by("code")
        .select_related("departement")
        .prefetch_related(
            Prefetch("sites", sites),
            "approvals",
            Prefetch("courts_served", Court.objects.only("code")),
        )
    )


def _of_site(centre: Centre, site: Site, day: date, places: Places) -> Candidate:
    latitude, longitude = _position(centre, site, places)
    return Candidate(
        centre_id=centre.pk,
        code=centre.code,
        name=centre.name,
        city=site.city,
        departement=centre.departement_id,
        departement_name=centre.departement.name,
        is_demo=centre.is_demo,
        search=centre.search,
        status=centre.status,
        approved=any(one.in_force(day) for one in centre.approvals.all()),
        latitude=latitude,
        longitude=longitude,
        courts=frozenset(court.code for court in centre.courts_served.all()),
        wheelchair=site.wheelchair,
        separate_entrances=site.separate_entrances,
        public_transport=site.public_transport,
        weekdays=frozenset(slot.weekday for slot in site.slots.all()),
        profiles=tuple(_profile(one) for one in site.profiles.all()),
        declared={
            one.visit_kind: declared_as_fact(one, centre.departement_id)
            for one in site.declarations.all()
        },
    )


def _position(
    centre: Centre, site: Site, places: Places
) -> tuple[float | None, float | None]:
    """The site's own, or that of its town when the hub knows it: a list of real
    centres gives towns, not degrees."""
    if site.latitude is not None and site.longitude is not None:
        return site.latitude, site.longitude
    town = places.find(f"{site.city} ({centre.departement_id})")
    return (town.latitude, town.longitude) if town else (None, None)


def _profile(one: ReceptionProfile) -> Profile:
    return Profile(
        visit_kind=one.visit_kind,
        min_age_months=one.min_age_months,
        max_age_years=one.max_age_years,
        max_siblings=one.max_siblings,
        minutes_min=one.visit_minutes_min,
        minutes_max=one.visit_minutes_max,
        visits_per_month_max=one.visits_per_month_max,
        languages=tuple(one.languages),
        interpreter=one.interpreter,
        accepts_protection_orders=one.accepts_protection_orders,
    )


def _by_centre(
    observed: dict[tuple[int, str], Observed],
) -> dict[int, dict[str, Observed]]:
    found: dict[int, dict[str, Observed]] = defaultdict(dict)
    for (centre, kind), one in observed.items():
        found[centre][kind] = one
    return found


def _with_contacts() -> set[int | None]:
    """The centres where somebody may acknowledge what arrives."""
    roles = permissions.roles_with("thread.acknowledge")
    people = Membership.objects.current().filter(user__is_active=True, role__in=roles)
    at_centres = people.filter(centre__isnull=False)
    return set(at_centres.values_list("centre", flat=True).distinct())


def _loads() -> dict[int, int]:
    """Measures that burden each centre now."""
    current = Designation.objects.filter(is_current=True, measure__state__in=BURDENS)
    counted = current.order_by().values("centre").annotate(n=Count("pk"))
    return dict(counted.values_list("centre", "n"))
