"""What a measure asks of a centre: its terms, children and safety context."""

from django.utils import timezone

from hub.calendar import local_day
from hub.candidates import Need
from hub.models import Measure, SafetyContext
from hub.models.choices import DecisionKind, LegalBasis, PeriodUnit

WEEKS_PER_MONTH = 52 / 12
FRENCH = "fr"  # every centre speaks it: no wish


def need_of(measure: Measure) -> Need:
    """The need that the measure's own words make. Two queries; no name is read."""
    terms = measure.terms
    if terms is None:  # never: a measure is created with terms
        return Need()
    day = local_day(timezone.now(), measure.court.departement_id)
    ages = tuple(child.age_months(day) for child in measure.children.all())
    safety = SafetyContext.objects.filter(measure=measure).first() or SafetyContext()
    per_month = terms.periodicity_count and terms.periodicity_count * (
        WEEKS_PER_MONTH if terms.periodicity_unit == PeriodUnit.WEEK else 1
    )
    return Need(
        visit_kind=terms.visit_kind,
        ages_months=ages,
        children=len(ages),
        visit_minutes=terms.visit_minutes,
        visits_per_month=per_month,
        protection_order=safety.protection_order or _protects(measure),
        languages=tuple(code for code in terms.languages if code != FRENCH),
        interpreter=terms.interpreter_needed,
        separate_entrances=safety.no_contact
        or safety.separate_waiting
        or safety.protection_order,
    )


def _protects(measure: Measure) -> bool:
    """A protection order is one by its decision or its basis, whatever was ticked."""
    return (
        measure.legal_basis == LegalBasis.CC_515_11
        or measure.decision_kind == DecisionKind.PROTECTION_ORDER
    )
