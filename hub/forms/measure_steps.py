"""The steps of a measure's form: decision, family, terms. What each asks, in its order.

The names of fields are those that hub.completeness and hub.terms_rules speak of.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub import languages
from hub.completeness import DECISION, FAMILY, TERMS
from hub.forms.fields import Field, Filled, read, read_rows, show, show_rows
from hub.models import MeasureTerms, User
from hub.models import choices as lists
from hub.models.terms import LengthUnit
from hub.queries.measures import Contents
from hub.terms_rules import wrong_decision, wrong_family, wrong_terms

STEPS = (DECISION, FAMILY, TERMS)
# What has to be filled before a measure can leave, where it is asked (DOMAIN 1.2, M).
ASKED = {
    DECISION: ("decision_kind", "decided_on"),
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


def shown(step: str, contents: Contents) -> Filled:
    """The step as the record fills it."""
    filled = Filled()
    if step == DECISION:
        show(DECISION_FIELDS, contents.measure, filled)
        filled.typed["judge"] = str(contents.measure.judge_id)
        filled.words["judge"] = contents.measure.judge.name
    elif step == FAMILY:
        _show_family(contents, filled)
    else:
        show_terms(contents.terms, contents.phases, filled)
    return filled


def filled_in(
    step: str, data: Mapping[str, str], judges: Sequence[User], *, without: str = ""
) -> Filled:
    """The step as a person filled it; `without`: a row that was taken away."""
    filled = Filled()
    if step == DECISION:
        filled.values = {"values": _read_decision(data, judges, filled)}
    elif step == FAMILY:
        filled.values = _read_family(data, filled, without)
    else:
        filled.values = read_terms(data, filled, without=without)
    return filled


def senseless(step: str, filled: Filled, today: date) -> dict[str, str]:
    """What the action would refuse: asked here when some field is not understood yet,
    so that everything is said at once."""
    values = filled.values
    if step == DECISION:
        return wrong_decision(values["values"], today)
    if step == FAMILY:
        return wrong_family(
            values["children"], values["parties"], values["safety"], today
        )
    return wrong_terms(values["values"], values["phases"])


def read_terms(
    data: Mapping[str, str], filled: Filled, *, without: str = ""
) -> dict[str, Any]:
    """Terms and phases, for save_terms and for modify."""
    values = read(TERMS_FIELDS, data, filled)
    spoken = Field("", "choice", languages.choices())
    chosen = read(
        [Field(name, spoken.kind, spoken.choices) for name in LANGUAGES], data, filled
    )
    values["languages"] = list(dict.fromkeys(code for code in chosen.values() if code))
    wanted = read(
        [Field(f"notes-{note}", "flag") for note in lists.ExpectedNote], data, filled
    )
    values["expected_notes"] = [
        name.removeprefix("notes-") for name, ticked in wanted.items() if ticked
    ]
    phases = read_rows(
        PHASE_FIELDS,
        data,
        filled,
        kind="phase",
        signs=PHASE_SIGNS,
        without=_row("phase", without),
    )
    for number, phase in enumerate(phases, start=1):
        if phase["order"] is None and f"phase-{number}-order" not in filled.errors:
            phase["order"] = number
        if phase["length_value"] is None:
            sentence = _("Say how long this phase lasts.")
            filled.errors.setdefault(f"phase-{number}-length", sentence)
    return {"values": values, "phases": phases}


def show_terms(terms: MeasureTerms, phases: Sequence[object], filled: Filled) -> None:
    show(TERMS_FIELDS, terms, filled)
    for name, code in zip(LANGUAGES, [*terms.languages, "", "", ""], strict=False):
        filled.typed[name] = code
        filled.words[name] = languages.name(code) or _("nothing")
    for note in lists.ExpectedNote:
        ticked = note in terms.expected_notes
        filled.typed[f"notes-{note}"] = "1" if ticked else ""
        filled.words[f"notes-{note}"] = _("yes") if ticked else _("no")
    show_rows(PHASE_FIELDS, phases, filled, "phase")


def _read_decision(
    data: Mapping[str, str], judges: Sequence[User], filled: Filled
) -> dict[str, Any]:
    values = read(DECISION_FIELDS, data, filled)
    filled.typed["judge"] = data.get("judge", "")
    if not filled.typed["judge"]:
        return values  # a measure always has its judge: nothing said changes nothing
    known = {str(judge.pk): judge for judge in judges}
    judge = known.get(filled.typed["judge"])
    if judge is None:
        filled.errors["judge"] = _("Choose a judge of this court.")
    filled.words["judge"] = judge.name if judge else _("nothing")
    return {**values, "judge": judge}


def _read_family(
    data: Mapping[str, str], filled: Filled, without: str
) -> dict[str, Any]:
    children = read_rows(
        CHILD_FIELDS,
        data,
        filled,
        kind="child",
        signs=CHILD_SIGNS,
        without=_row("child", without),
    )
    for number, child in enumerate(children, start=1):
        if child["birth_month"] is None:
            sentence = _("Give the month of birth of this child, or empty the line.")
            filled.errors.setdefault(f"child-{number}-birth", sentence)
    parties = [
        {"role": role, **values}
        for role in (lists.PartyRole.VISITING, lists.PartyRole.HOSTING)
        if any((values := read(PARTY_FIELDS, data, filled, f"{role}-")).values())
    ]
    thirds = read_rows(
        PARTY_FIELDS,
        data,
        filled,
        kind="third",
        signs=THIRD_SIGNS,
        without=_row("third", without),
    )
    parties += [{"role": lists.PartyRole.AUTHORISED, **values} for values in thirds]
    safety = read(SAFETY_FIELDS, data, filled)
    return {"children": children, "parties": parties, "safety": safety}


def _show_family(contents: Contents, filled: Filled) -> None:
    show_rows(CHILD_FIELDS, contents.children, filled, "child")
    for role in (lists.PartyRole.VISITING, lists.PartyRole.HOSTING):
        found = [p for p in contents.parties if p.role == role]
        show(PARTY_FIELDS, found[0] if found else None, filled, f"{role}-")
    thirds = [p for p in contents.parties if p.role == lists.PartyRole.AUTHORISED]
    show_rows(PARTY_FIELDS, thirds, filled, "third")
    show(SAFETY_FIELDS, contents.safety, filled)


def _row(kind: str, without: str) -> int:
    """The number in "child-2" when it is about this kind of row; else none."""
    first, _sep, number = without.partition("-")
    return int(number) if first == kind and number.isascii() and number.isdigit() else 0
