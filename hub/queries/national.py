"""The desk of the national service: counts per centre, never a measure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from hub.calendar import local_day, today_in, working_days_between
from hub.models import (
    CENTRE_ROLES,
    AddressRecord,
    Approval,
    Centre,
    Designation,
    Membership,
)
from hub.models.centres import ApprovalStatus, CentreStatus
from hub.models.choices import MeasureState
from hub.queries.queues import PER_PAGE

APPROVAL_NOTICE = timedelta(days=90)  # (choice) a prefect takes two months to answer


@dataclass(frozen=True)
class Unanswered:
    """How many measures of a centre have no receipt after the national delay."""

    centre: Centre
    count: int


@dataclass(frozen=True)
class NationalDesk:
    unanswered: Page[Unanswered]
    stale: Page[Centre]
    nobody: Page[Centre]
    unreachable: Page[Centre]
    expiring: Page[Approval]


def national_desk(pages: Mapping[str, int]) -> NationalDesk:
    """Five lists, each with its own page."""

    def at(key: str) -> int:
        return pages.get(key, 1)

    return NationalDesk(
        Paginator(unanswered(), PER_PAGE).get_page(at("sans-accuse")),
        Paginator(stale_centres(), PER_PAGE).get_page(at("delais")),
        Paginator(without_contact(), PER_PAGE).get_page(at("sans-contact")),
        Paginator(unreachable(), PER_PAGE).get_page(at("injoignables")),
        Paginator(expiring_approvals(), PER_PAGE).get_page(at("agrements")),
    )


def unanswered() -> list[Unanswered]:
    """Most measures first. One query, and one for the centres' names."""
    waiting = Designation.objects.filter(
        is_current=True, measure__state=MeasureState.TRANSMITTED
    ).values_list("centre", "transmitted_at", "measure__court__departement")
    now, patience = timezone.now(), settings.RULES.ack_national_days
    counts = Counter(
        centre
        for centre, sent, departement in waiting
        if sent
        and working_days_between(
            local_day(sent, departement), local_day(now, departement), departement
        )
        > patience
    )
    centres = Centre.objects.in_bulk(list(counts))
    return [Unanswered(centres[pk], n) for pk, n in counts.most_common()]


def stale_centres() -> QuerySet[Centre]:
    """Centres that receive and whose last declaration is older than the rule."""
    limit = timezone.now() - timedelta(days=settings.RULES.stale_days)
    newest = Max("sites__declarations__declared_at")
    return (
        _receiving()
        .annotate(declared_at=newest)
        .filter(Q(declared_at=None) | Q(declared_at__lte=limit))
        .order_by(F("declared_at").asc(nulls_first=True), "name")
    )


def without_contact() -> QuerySet[Centre]:
    here = Membership.objects.current().filter(
        centre=OuterRef("pk"), role__in=CENTRE_ROLES, user__is_active=True
    )
    return _receiving().filter(~Exists(here)).order_by("name")


def unreachable() -> QuerySet[Centre]:
    """Whose functional mailbox refused mail so often that none is sent any more."""
    off = AddressRecord.objects.filter(
        email=OuterRef("mailbox"), suspended_at__isnull=False
    )
    with_mailbox = _receiving().annotate(mailbox=Lower("email"))
    return with_mailbox.filter(Exists(off)).order_by("name")


def expiring_approvals() -> QuerySet[Approval]:
    """Over or nearly: the soonest first."""
    limit = today_in() + APPROVAL_NOTICE
    return (
        Approval.objects.filter(
            status=ApprovalStatus.VALID,
            valid_until__lte=limit,
            centre__status=CentreStatus.ACTIVE,
        )
        .select_related("centre", "departement")
        .order_by("valid_until", "centre__name")
    )


def _receiving() -> QuerySet[Centre]:
    active = Centre.objects.filter(status=CentreStatus.ACTIVE)
    return active.select_related("departement")
