"""What a decision says of a measure: versioned terms, children, parties, safety.

No postal address exists anywhere here, on purpose (C. civ. 515-11, CPC 1136-5).
"""

from datetime import date

from django.db import models
from django.utils import timezone

from hub.errors import Frozen
from hub.models.accounts import User
from hub.models.centres import VisitKind
from hub.models.choices import (
    Accompaniment,
    AfterEnd,
    ContactInitiative,
    DesignationRank,
    DurationStart,
    Exits,
    HolidayRule,
    LapseRule,
    Nature,
    PartyRole,
    PeriodUnit,
    Relation,
)
from hub.models.measures import Measure


class MeasureTerms(models.Model):
    """One version of the terms. Once `frozen_at` is set it never changes again.

    Fields are empty while the draft is incomplete; hub.completeness says what misses.
    """

    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="versions"
    )
    version = models.PositiveSmallIntegerField()
    frozen_at = models.DateTimeField(null=True)
    effective_from = models.DateField(null=True)
    nature = models.CharField(max_length=8, choices=Nature.choices, blank=True)
    exits = models.CharField(max_length=26, choices=Exits.choices, blank=True)
    exits_after = models.PositiveSmallIntegerField(null=True)  # visits, if progressive
    accompaniment = models.CharField(
        max_length=14, choices=Accompaniment.choices, blank=True
    )
    # The three things that an order always fixes (CPC 1180-5):
    periodicity_count = models.PositiveSmallIntegerField(null=True)
    periodicity_unit = models.CharField(
        max_length=5, choices=PeriodUnit.choices, blank=True
    )
    visit_minutes = models.PositiveSmallIntegerField(null=True)
    duration_months = models.PositiveSmallIntegerField(null=True)
    periodicity_note = models.CharField(max_length=120, blank=True)
    duration_starts = models.CharField(
        max_length=13, choices=DurationStart.choices, blank=True
    )
    contact_initiative = models.CharField(
        max_length=15, choices=ContactInitiative.choices, blank=True
    )
    contact_deadline_days = models.PositiveSmallIntegerField(null=True)
    lapse_rule = models.CharField(
        max_length=22, choices=LapseRule.choices, default=LapseRule.NONE
    )
    lapse_absences = models.PositiveSmallIntegerField(null=True)
    better_agreement_allowed = models.BooleanField(default=False)
    holiday_rule = models.CharField(
        max_length=9, choices=HolidayRule.choices, blank=True
    )
    after_end = models.CharField(max_length=24, choices=AfterEnd.choices, blank=True)
    designation_rank = models.CharField(
        max_length=10, choices=DesignationRank.choices, default=DesignationRank.MAIN
    )
    expected_notes = models.JSONField(default=list)  # of ExpectedNote
    languages = models.JSONField(default=list)  # ISO 639-1
    interpreter_needed = models.BooleanField(default=False)
    access_needs = models.CharField(max_length=200, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "version"], name="terms_version_once"
            )
        ]

    def save(self, *args: object, **kwargs: object) -> None:
        """Raises Frozen for a version that the database already holds as frozen."""
        if (
            self.pk
            and MeasureTerms.objects.filter(
                pk=self.pk, frozen_at__isnull=False
            ).exists()
        ):
            raise Frozen
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def visit_kind(self) -> str:
        """The form of reception that these terms need; empty while unknown."""
        return visit_kind_of(self.nature, self.exits)

    @property
    def kind_label(self) -> str:
        return str(VisitKind(self.visit_kind).label) if self.visit_kind else ""


def visit_kind_of(nature: str, exits: str) -> str:
    """As MeasureTerms.visit_kind, of these two fields alone."""
    if nature == Nature.HANDOVER:
        return VisitKind.HANDOVER
    if exits in (Exits.ALLOWED, Exits.PROGRESSIVE):
        return VisitKind.VISIT_WITH_EXITS
    return VisitKind.VISIT if nature else ""


class LengthUnit(models.TextChoices):
    VISITS = "visits"
    MONTHS = "months"


class MeasurePhase(models.Model):
    """A step of a progressive order. Phases follow each other in `order`, from 1."""

    terms = models.ForeignKey(
        MeasureTerms, on_delete=models.CASCADE, related_name="phases"
    )
    order = models.PositiveSmallIntegerField()
    length_value = models.PositiveSmallIntegerField()
    length_unit = models.CharField(max_length=6, choices=LengthUnit.choices)
    exits = models.CharField(max_length=26, choices=Exits.choices)
    visit_minutes = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["terms", "order"], name="phase_order_once")
        ]


class Party(models.Model):
    """A person of the measure. Personal: shown on the measure's page only."""

    measure = models.ForeignKey(
        Measure, on_delete=models.CASCADE, related_name="parties"
    )
    role = models.CharField(max_length=16, choices=PartyRole.choices)
    relation = models.CharField(max_length=12, choices=Relation.choices)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    address_concealed = models.BooleanField(default=False)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Child(models.Model):
    """A child of the measure: birth month, not birthday (DOMAIN 4.7)."""

    measure = models.ForeignKey(
        Measure, on_delete=models.CASCADE, related_name="children"
    )
    given_name = models.CharField(max_length=100, blank=True)
    birth_month = models.DateField()  # the first of the month
    special_needs = models.BooleanField(default=False)

    class Meta:
        ordering = ["birth_month", "pk"]

    def age_months(self, day: date) -> int:
        born = self.birth_month
        return (day.year - born.year) * 12 + day.month - born.month

    def age(self, day: date) -> int:
        return self.age_months(day) // 12


class SafetyContext(models.Model):
    """Sensitive. Only on the measure's page, only for `safety.read`; never in lists,
    search, mail or exports (DOMAIN 5.2)."""

    measure = models.OneToOneField(
        Measure, on_delete=models.CASCADE, related_name="safety"
    )
    protection_order = models.BooleanField(default=False)
    protection_order_until = models.DateField(null=True)
    no_contact = models.BooleanField(default=False)
    violence_alleged = models.BooleanField(default=False)
    exit_ban = models.BooleanField(default=False)  # of the territory, not of a visit
    abduction_risk = models.BooleanField(default=False)
    staggered_arrival = models.BooleanField(default=False)
    separate_waiting = models.BooleanField(default=False)
    police_on_call = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
