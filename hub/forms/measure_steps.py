"""Reading and showing the steps of a measure's form: decision, family, terms.

What they ask stands in hub.forms.measure_fields.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from hub import languages
from hub.completeness import DECISION, FAMILY
from hub.forms.fields import Field, Filled, read, read_rows, show, show_rows
from hub.forms.measure_fields import (
    CHILD_FIELDS,
    CHILD_SIGNS,
    DECISION_FIELDS,
    LANGUAGES,
    PARTY_FIELDS,
    PHASE_FIELDS,
    PHASE_SIGNS,
    SAFETY_FIELDS,
    TERMS_FIELDS,
    THIRD_SIGNS,
)
from hub.models import MeasureTerms, User
from hub.models import choices as lists
from hub.queries.measures import Contents
from hub.terms_rules import wrong_decision, wrong_family, wrong_terms


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
    fits = number.isascii() and number.isdigit() and len(number) < 4
    return int(number) if first == kind and fits else 0
