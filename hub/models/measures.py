"""A court-ordered measure and the centres designated to carry it out.

What the decision says is in hub.models.terms; closed lists are in hub.models.choices.
"""

import uuid

from django.db import models
from django.utils import timezone

from hub.models.accounts import Side, User
from hub.models.centres import Centre, VisitKind
from hub.models.choices import (
    Act,
    ClosureReason,
    DecisionKind,
    DesignationState,
    LegalBasis,
    MeasureState,
    Priority,
    UnableReason,
)
from hub.models.courts import Court, CourtUnit
from hub.secrecy import EncryptedTextField


class Measure(models.Model):
    """`reference` is opaque: no name, no court, no year (DOMAIN section 5).

    `terms` is the version in force (the draft version while nothing was transmitted).
    `revision` counts edits of the draft, so that a stale form is noticed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=11, unique=True)  # M-7K3F-92QX
    court = models.ForeignKey(Court, on_delete=models.PROTECT)
    unit = models.ForeignKey(CourtUnit, on_delete=models.PROTECT, null=True)
    judge = models.ForeignKey(User, on_delete=models.PROTECT, related_name="measures")
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=12, choices=MeasureState.choices, default=MeasureState.DRAFT
    )
    resumes_to = models.CharField(  # where a suspended measure came from
        max_length=12, choices=MeasureState.choices, blank=True
    )
    priority = models.CharField(
        max_length=6, choices=Priority.choices, default=Priority.NORMAL
    )
    legal_basis = models.CharField(
        max_length=12, choices=LegalBasis.choices, blank=True
    )
    decision_kind = models.CharField(
        max_length=24, choices=DecisionKind.choices, blank=True
    )
    decided_on = models.DateField(null=True)  # D0
    notified_on = models.DateField(null=True)
    rg_number = EncryptedTextField(blank=True)  # never searched, listed or mailed
    next_hearing_on = models.DateField(null=True)
    educational_assistance_open = models.BooleanField(default=False)  # CPC 1072-1
    terms = models.ForeignKey(
        "hub.MeasureTerms", on_delete=models.PROTECT, null=True, related_name="+"
    )
    revision = models.PositiveIntegerField(default=0)
    # Whose turn it is, what that side must do, and since when.
    awaits = models.CharField(max_length=6, choices=Side.choices, blank=True)
    awaits_act = models.CharField(max_length=16, choices=Act.choices, blank=True)
    awaits_since = models.DateTimeField(default=timezone.now)
    ends_on = models.DateField(null=True)  # computed once the start is known
    closed_at = models.DateTimeField(null=True)
    closure_reason = models.CharField(
        max_length=26, choices=ClosureReason.choices, blank=True
    )
    legal_hold = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["court", "state"]),
            models.Index(fields=["state", "changed_at"]),
        ]

    def __str__(self) -> str:
        return self.reference


class Designation(models.Model):
    """A measure sent to one centre. Another centre is another designation.

    At most one is `current`: proposed while the draft is prepared, then live.
    The dates D1 to D4 of DOMAIN 1.5 stand here, so that waiting times need one table.
    """

    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="designations"
    )
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT)
    visit_kind = models.CharField(max_length=20, blank=True)  # when transmitted
    state = models.CharField(
        max_length=11,
        choices=DesignationState.choices,
        default=DesignationState.PROPOSED,
    )
    is_current = models.BooleanField(default=True)
    transmitted_at = models.DateTimeField(null=True)  # D1
    transmitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True)  # D2
    acknowledged_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    expected_first_visit_on = models.DateField(null=True)
    interviewed_on = models.DateField(null=True)  # D3
    first_visit_on = models.DateField(null=True)  # D4
    contacts_made_on = models.DateField(null=True)  # C: both parents made contact
    left_on = models.DateField(null=True)  # no longer waiting here, without D4
    unable_reason = models.CharField(
        max_length=10, choices=UnableReason.choices, blank=True
    )

    @property
    def kind_label(self) -> str:
        """The form of reception for which it was transmitted."""
        return str(VisitKind(self.visit_kind).label) if self.visit_kind else ""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure"],
                condition=models.Q(is_current=True),
                name="one_current_designation",
            )
        ]
        indexes = [
            models.Index(fields=["centre", "is_current"]),
            models.Index(fields=["transmitted_at"]),
        ]
