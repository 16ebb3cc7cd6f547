"""What a person sees of measures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch

from hub import permissions
from hub.completeness import Missing, missing
from hub.errors import NotFound
from hub.models import (
    AttendanceSummary,
    Child,
    Court,
    Designation,
    Measure,
    MeasurePhase,
    MeasureTerms,
    MeasureTransition,
    Membership,
    Participant,
    Party,
    Role,
    SafetyContext,
    User,
)
from hub.queries.order_documents import order_document_state


@dataclass
class Contents:
    """Everything that a measure says, for its own pages only: it names people.

    `safety` is None for whoever may not see it, and where nothing was said.
    """

    measure: Measure
    terms: MeasureTerms
    phases: list[MeasurePhase]
    children: list[Child]
    parties: list[Party]
    safety: SafetyContext | None
    designation: Designation | None

    @cached_property
    def missing(self) -> list[Missing]:
        """What the measure still lacks before it can be transmitted."""
        return missing(
            self.measure,
            self.terms,
            self.children,
            self.parties,
            order_document=order_document_state(self.measure),
            has_centre=self.designation is not None,
        )


def contents_of(measure: Measure, *, with_safety: bool) -> Contents:
    """Five queries at most, one more for what is missing.

    The caller has checked the rights, `safety.read` too.
    """
    if measure.terms is None:  # every measure is created with terms
        raise NotFound
    current = measure.designations.filter(is_current=True)
    safety = SafetyContext.objects.filter(measure=measure) if with_safety else None
    return Contents(
        measure=measure,
        terms=measure.terms,
        phases=list(measure.terms.phases.all()),
        children=list(measure.children.all()),
        parties=list(measure.parties.order_by("pk")),
        safety=safety.first() if safety is not None else None,
        designation=current.select_related("centre__departement").first(),
    )


def versions_of(measure: Measure) -> list[MeasureTerms]:
    """The versions of the terms with their phases, oldest first. Two queries.

    One that is not transmitted yet exists only in a draft, which its court alone reads.
    """
    found = measure.versions.order_by("version")
    phases = Prefetch("phases", MeasurePhase.objects.order_by("order"))
    return list(found.prefetch_related(phases))


def judges_of(courts: Iterable[Court]) -> Sequence[Membership]:
    """The judges of these courts at this moment, with user and court. One query."""
    here = Membership.objects.current().filter(
        role=Role.JUDGE, court__in=list(courts), user__is_active=True
    )
    return list(
        here.select_related("user", "court").order_by(
            "court__name", "user__usual_name", "user__given_name"
        )
    )


def designations_for(user: User, measure: Measure) -> list[Designation]:
    """The measure's designations whose thread the person may read, newest first."""
    seats = Participant.objects.filter(permissions.seats_with("thread.read"), user=user)
    return list(
        Designation.objects.filter(measure=measure, thread__in=seats.values("thread"))
        .select_related("centre__departement", "thread", "transmitted_by")
        .order_by("-transmitted_at")
    )


def attendance_of(measure: Measure) -> list[AttendanceSummary]:
    """What was counted for the current designation, latest period first."""
    return list(
        AttendanceSummary.objects.filter(
            designation__measure=measure, designation__is_current=True
        )
        .select_related("by")
        .order_by("-first_day", "-pk")
    )


def hides_an_address(measure: Measure) -> bool:
    """Whether somebody's address must stay unknown to the other (C. civ. 515-11)."""
    return measure.parties.filter(address_concealed=True).exists()


def terms_known_to(designation: Designation) -> MeasureTerms | None:
    """The last version that a past designation's centre was shown. Two queries.

    What came after its last act is another centre's (DOMAIN section 7).
    """
    last = MeasureTransition.objects.filter(designation=designation).last()
    frozen = designation.measure.versions.filter(frozen_at__isnull=False)
    if last:
        frozen = frozen.filter(frozen_at__lte=last.at)
    return frozen.order_by("version").last()
