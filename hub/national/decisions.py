"""What a court decided, invented: decision, family, dangers, terms and phases.

Belongs here: contents within the limits of hub.terms_rules. What becomes of them is
told in lives.py.
"""

from collections.abc import Iterator
from copy import copy
from datetime import date, timedelta
from random import Random

from hub.calendar import add_months
from hub.models import Child, Measure, MeasurePhase, MeasureTerms, Party, SafetyContext
from hub.models.centres import VisitKind
from hub.models.choices import (
    Accompaniment,
    AfterEnd,
    ContactInitiative,
    DecisionKind,
    DesignationRank,
    DurationStart,
    Exits,
    ExpectedNote,
    HolidayRule,
    LapseRule,
    LegalBasis,
    Nature,
    PartyRole,
    PeriodUnit,
    Priority,
    Relation,
)
from hub.models.terms import LengthUnit
from hub.national.chance import happens
from hub.national.names import family

PROTECTED_SHARE = 0.07  # protection orders among all decisions
SAFETY_SHARE = 0.055  # dangers named without such an order; 12 % together
KINDS = (
    DecisionKind.JUDGMENT, DecisionKind.ORDER, DecisionKind.INTERIM_ORDER,
    DecisionKind.SUMMARY_ORDER, DecisionKind.APPEAL, DecisionKind.APPROVED_AGREEMENT,
)  # fmt: skip
MONTHS = (3, 4, 6, 6, 6, 6, 6, 6, 8, 9, 10, 12, 12, 12, 12)
LANGUAGES = ("ar", "en", "es", "pt", "ru", "tr", "uk")


def decide(measure: Measure, decided_on: date, chance: Random) -> None:
    """Kind, dates, basis and priority of the decision."""
    protected = happens(chance, PROTECTED_SHARE)
    measure.decided_on = decided_on
    if protected:
        measure.decision_kind = DecisionKind.PROTECTION_ORDER
        measure.legal_basis = LegalBasis.CC_515_11
        measure.priority = Priority.URGENT
        return
    [measure.decision_kind] = chance.choices(KINDS, (55, 14, 18, 5, 5, 3))
    bases = (LegalBasis.CC_373_2_9, LegalBasis.CC_373_2_1, LegalBasis.CC_371_4)
    [measure.legal_basis] = chance.choices(bases, (70, 22, 8))
    if happens(chance, 0.03):
        measure.priority = Priority.URGENT
    if happens(chance, 0.4):
        measure.rg_number = f"{decided_on:%y}/{chance.randint(100, 9999):05d}"
    measure.educational_assistance_open = happens(chance, 0.09)


def children(measure: Measure, chance: Random) -> Iterator[Child]:
    """One to four, none of age before the measure can end."""
    assert measure.decided_on is not None
    [count] = chance.choices((1, 2, 3, 4), (52, 33, 11, 4))
    for _n in range(count):
        months = int(chance.triangular(2, 12 * 15, 12 * 6))
        yield Child(
            measure=measure,
            given_name=family(chance)[0],
            birth_month=add_months(measure.decided_on.replace(day=1), -months),
            special_needs=happens(chance, 0.06),
        )


def parties(measure: Measure, chance: Random) -> Iterator[Party]:
    """Who visits, with whom the child lives, and sometimes who may bring it."""
    visiting, hosting = _relations(measure, chance)
    concealed = measure.decision_kind == DecisionKind.PROTECTION_ORDER
    for role, relation in (
        (PartyRole.VISITING, visiting),
        (PartyRole.HOSTING, hosting),
        *([(PartyRole.AUTHORISED, Relation.GRANDPARENT)] * happens(chance, 0.07)),
    ):
        given, usual = family(chance)
        yield Party(
            measure=measure,
            role=role,
            relation=relation,
            given_name=given,
            family_name=usual,
            address_concealed=concealed and role == PartyRole.HOSTING,
        )


def safety(measure: Measure, chance: Random) -> SafetyContext | None:
    """None for most: their form was left as it is."""
    if measure.decision_kind == DecisionKind.PROTECTION_ORDER:
        assert measure.decided_on is not None
        return SafetyContext(
            measure=measure,
            protection_order=True,
            protection_order_until=add_months(measure.decided_on, 12),
            no_contact=True,
            violence_alleged=True,
            staggered_arrival=True,
            separate_waiting=happens(chance, 0.7),
            exit_ban=happens(chance, 0.15),
            police_on_call=happens(chance, 0.1),
        )
    if not happens(chance, SAFETY_SHARE):
        return None
    return SafetyContext(
        measure=measure,
        violence_alleged=happens(chance, 0.7),
        staggered_arrival=True,
        separate_waiting=happens(chance, 0.4),
        abduction_risk=happens(chance, 0.15),
        exit_ban=happens(chance, 0.15),
    )


def fix_terms(terms: MeasureTerms, visit_kind: str, chance: Random) -> None:
    """Everything that an order has to say for this kind of reception, and more."""
    terms.nature = Nature.HANDOVER if visit_kind == VisitKind.HANDOVER else Nature.VISIT
    _meetings(terms, visit_kind, chance)
    [terms.duration_starts] = chance.choices(DurationStart.values, (20, 25, 55))
    terms.duration_months = chance.choice(MONTHS)
    [terms.contact_initiative] = chance.choices(
        ContactInitiative.values, (45, 25, 5, 25)
    )
    if happens(chance, 0.5):
        terms.contact_deadline_days = chance.choice((15, 30, 30, 60))
        if happens(chance, 0.3):
            terms.lapse_rule = LapseRule.NO_CONTACT
    terms.better_agreement_allowed = happens(chance, 0.4)
    [terms.holiday_rule] = chance.choices(["", *HolidayRule.values], (30, 40, 25, 5))
    [terms.after_end] = chance.choices(["", *AfterEnd.values], (20, 45, 15, 20))
    if happens(chance, 0.03):
        terms.designation_rank = DesignationRank.SUBSIDIARY
    terms.expected_notes = [n for n in ExpectedNote.values if happens(chance, 0.6)]
    if happens(chance, 0.06):
        terms.languages = [chance.choice(LANGUAGES)]
        terms.interpreter_needed = happens(chance, 0.6)
    if happens(chance, 0.02):
        terms.access_needs = "fauteuil roulant"


def phases(terms: MeasureTerms) -> list[MeasurePhase]:
    """A progressive order has two steps; the others have none."""
    if terms.exits != Exits.PROGRESSIVE:
        return []
    steps = ((terms.exits_after or 4, Exits.NONE, 60), (8, Exits.ALLOWED, 120))
    return [
        MeasurePhase(
            terms=terms,
            order=number,
            length_value=length,
            length_unit=LengthUnit.VISITS,
            exits=exits,
            visit_minutes=minutes,
        )
        for number, (length, exits, minutes) in enumerate(steps, start=1)
    ]


def next_terms(terms: MeasureTerms, chance: Random) -> MeasureTerms:
    """The following version, not frozen: longer, and some with longer meetings."""
    fresh = copy(terms)  # Model.__getstate__ gives it a state of its own
    fresh.version = terms.version + 1
    fresh.frozen_at = fresh.effective_from = None
    months = terms.duration_months or 6
    fresh.duration_months = min(months + chance.choice((2, 3, 6)), 24)
    if terms.nature == Nature.VISIT and happens(chance, 0.3):
        fresh.visit_minutes = chance.choice((60, 90, 120, 180))
    return fresh


def copy_phases(steps: list[MeasurePhase], terms: MeasureTerms) -> list[MeasurePhase]:
    """The same steps, for the next version."""
    return [
        MeasurePhase(
            terms=terms,
            order=step.order,
            length_value=step.length_value,
            length_unit=step.length_unit,
            exits=step.exits,
            visit_minutes=step.visit_minutes,
        )
        for step in steps
    ]


def set_last_day(measure: Measure, terms: MeasureTerms, first: date | None) -> None:
    """The last day, once what the duration runs from is known."""
    starts = {
        DurationStart.DECISION.value: measure.decided_on,
        DurationStart.NOTIFICATION.value: measure.notified_on,
        DurationStart.FIRST_VISIT.value: first,
    }
    begun = starts[terms.duration_starts]
    months = terms.duration_months
    measure.ends_on = add_months(begun, months) if begun and months else None


def notify(measure: Measure, today: date, chance: Random) -> None:
    """The day of the notification, when it is known by `today`."""
    assert measure.decided_on is not None
    on = measure.decided_on + timedelta(days=chance.randint(2, 25))
    if happens(chance, 0.6):
        measure.notified_on = min(on, today)


def _relations(measure: Measure, chance: Random) -> tuple[Relation, Relation]:
    if measure.legal_basis == LegalBasis.CC_371_4:
        return Relation.GRANDPARENT, Relation.PARENT
    if happens(chance, 0.05):
        return Relation.PARENT, Relation.SERVICE_ASE
    if happens(chance, 0.78):
        return Relation.FATHER, Relation.MOTHER
    return Relation.MOTHER, Relation.FATHER


def _meetings(terms: MeasureTerms, visit_kind: str, chance: Random) -> None:
    terms.periodicity_unit = PeriodUnit.MONTH
    [terms.periodicity_count] = chance.choices((1, 2, 4), (15, 75, 10))
    if terms.nature == Nature.HANDOVER:
        terms.accompaniment = Accompaniment.HANDOVER_ONLY
        return
    terms.visit_minutes = chance.choice((60, 60, 90, 120, 120, 120, 180))
    levels = [Accompaniment.GROUP, Accompaniment.INDIVIDUAL, Accompaniment.CONTINUOUS]
    [terms.accompaniment] = chance.choices(levels, (75, 15, 10))
    if visit_kind != VisitKind.VISIT_WITH_EXITS:
        [terms.exits] = chance.choices((Exits.NONE, Exits.SILENT), (80, 20))
    elif happens(chance, 0.4):
        terms.exits, terms.exits_after = Exits.PROGRESSIVE, chance.randint(3, 6)
    else:
        terms.exits = Exits.ALLOWED
