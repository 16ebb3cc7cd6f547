"""What each step of a measure's form asks, in its order: tables and closed lists only.

The names of fields are those that hub.completeness and hub.terms_rules speak of.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from hub.completeness import DECISION, FAMILY, ORDER_DOCUMENT, TERMS
from hub.forms.fields import Field
from hub.models import choices as lists
from hub.models.terms import LengthUnit

STEPS = (DECISION, FAMILY, TERMS)
# What has to be filled before a measure can leave, where it is asked (DOMAIN 1.2, M).
ASKED = {
    DECISION: (ORDER_DOCUMENT, "decision_kind", "decided_on"),
    FAMILY: ("child-1-birth", "visiting-relation", "hosting-relation"),
    TERMS: (
        "nature",
        "exits",
        "periodicity_count",
        "visit_minutes",
        "duration_months",
        "duration_starts",
        "contact_initiative",
    ),
}
LANGUAGES = ("language-1", "language-2", "language-3")

DECISION_FIELDS = (
    Field("decision_kind", "choice", lists.DecisionKind.choices),
    Field("decided_on", "day"),
    Field("notified_on", "day"),
    Field("rg_number", "line", limit=30),
    Field("legal_basis", "choice", lists.LegalBasis.choices),
    Field("priority", "choice", lists.Priority.choices, default=lists.Priority.NORMAL),
    Field("next_hearing_on", "day"),
    Field("educational_assistance_open", "flag"),
)
CHILD_FIELDS = (
    Field("given", "line", attribute="given_name"),
    Field("birth", "month", attribute="birth_month"),
    Field("special", "flag", attribute="special_needs"),
)
PARTY_FIELDS = (
    Field("relation", "choice", lists.Relation.choices),
    Field("given", "line", attribute="given_name"),
    Field("family", "line", attribute="family_name"),
    Field("phone", "phone", limit=20),
    Field("email", "email", limit=254),
    Field("concealed", "flag", attribute="address_concealed"),
)
SAFETY_FIELDS = (
    Field("protection_order", "flag"),
    Field("protection_order_until", "day"),
    Field("no_contact", "flag"),
    Field("violence_alleged", "flag"),
    Field("exit_ban", "flag"),
    Field("abduction_risk", "flag"),
    Field("staggered_arrival", "flag"),
    Field("separate_waiting", "flag"),
    Field("police_on_call", "flag"),
    Field("note", "text", limit=500),
)
TERMS_FIELDS = (
    Field("nature", "choice", lists.Nature.choices),
    Field("exits", "choice", lists.Exits.choices),
    Field("exits_after", "number"),
    Field("accompaniment", "choice", lists.Accompaniment.choices),
    Field("periodicity_count", "number"),
    Field("periodicity_unit", "choice", lists.PeriodUnit.choices),
    Field("periodicity_note", "line", limit=120),
    Field("visit_minutes", "number"),
    Field("duration_months", "number"),
    Field("duration_starts", "choice", lists.DurationStart.choices),
    Field("after_end", "choice", lists.AfterEnd.choices),
    Field("better_agreement_allowed", "flag"),
    Field("holiday_rule", "choice", lists.HolidayRule.choices),
    Field("contact_initiative", "choice", lists.ContactInitiative.choices),
    Field("contact_deadline_days", "number"),
    Field(
        "lapse_rule", "choice", lists.LapseRule.choices, default=lists.LapseRule.NONE
    ),
    Field("lapse_absences", "number"),
    Field(
        "designation_rank",
        "choice",
        lists.DesignationRank.choices,
        default=lists.DesignationRank.MAIN,
    ),
    Field("interpreter_needed", "flag"),
    Field("access_needs", "line", limit=200),
)
PHASE_FIELDS = (
    Field("order", "number"),
    Field("length", "number", attribute="length_value"),
    Field(
        "unit",
        "choice",
        [
            (LengthUnit.VISITS, gettext_lazy("meetings")),
            (LengthUnit.MONTHS, gettext_lazy("months")),
        ],
        default=LengthUnit.VISITS,
        attribute="length_unit",
    ),
    Field("exits", "choice", lists.Exits.choices),
    Field("minutes", "number", attribute="visit_minutes"),
)
# What the pages offer, by field; the one place where a page's closed lists come from.
LISTS: dict[str, Sequence[tuple[str, Any]]] = {
    one.name: one.choices
    for one in (*DECISION_FIELDS, *PARTY_FIELDS, *TERMS_FIELDS)
    if one.choices
} | {
    "length_unit": PHASE_FIELDS[2].choices,
    "expected_notes": lists.ExpectedNote.choices,
}
CHILD_SIGNS = ("given", "birth", "special")
THIRD_SIGNS = ("relation", "given", "family", "phone", "email", "concealed")
PHASE_SIGNS = ("order", "length", "exits", "minutes")
