"""The terms of a measure in words: on pages, in the thread, in the record.

One place, so that everybody reads the same sentence. No name appears here.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub import languages
from hub.models import Child, MeasurePhase, MeasureTerms
from hub.models.choices import (
    Accompaniment,
    AfterEnd,
    ContactInitiative,
    DesignationRank,
    DurationStart,
    Exits,
    ExpectedNote,
    HolidayRule,
    LapseRule,
    Nature,
)
from hub.models.terms import LengthUnit

Line = tuple[str, str]  # (question, answer)


def describe(terms: MeasureTerms) -> list[Line]:
    """Every question that these terms answer, in the order of the form."""
    return [
        *_meetings(terms),
        *_duration(terms),
        *_contact(terms),
        *_other(terms),
    ]


def describe_phases(phases: Sequence[MeasurePhase]) -> list[str]:
    return [
        _("phase %(n)d: %(length)s, %(exits)s%(minutes)s")
        % {
            "n": phase.order,
            "length": _length(phase),
            "exits": Exits(phase.exits).label,
            "minutes": f", {minutes(phase.visit_minutes)}"
            if phase.visit_minutes
            else "",
        }
        for phase in phases
    ]


def as_text(terms: MeasureTerms, phases: Sequence[MeasurePhase]) -> str:
    """The same as lines of plain text, for a message of the thread."""
    lines = [
        _("%(question)s: %(answer)s") % {"question": question, "answer": answer}
        for question, answer in describe(terms)
    ]
    return "\n".join([*lines, *describe_phases(phases)])


def differences(
    before: MeasureTerms, after: MeasureTerms
) -> list[tuple[str, str, str]]:
    """What a version changes: (question, answer before, answer after)."""
    old, new = dict(describe(before)), dict(describe(after))
    old |= _phase_lines(before)
    new |= _phase_lines(after)
    nothing = _("nothing stated")
    return [
        (question, old.get(question, nothing), new.get(question, nothing))
        for question in {**old, **new}
        if old.get(question) != new.get(question)
    ]


def safety_labels() -> list[tuple[str, str]]:
    """The flags of SafetyContext in words, in the order of the form."""
    return [
        ("protection_order", _("Protection order in force")),
        ("no_contact", _("Contact between the parents is forbidden")),
        ("violence_alleged", _("Violence is alleged")),
        ("exit_ban", _("Leaving the country with the child is forbidden")),
        ("abduction_risk", _("Risk of abduction")),
        ("staggered_arrival", _("Arrivals and departures at different times")),
        ("separate_waiting", _("Separate waiting places")),
        ("police_on_call", _("The police can be called")),
    ]


def ages(children: Sequence[Child], day: date) -> str:
    """Like "4, 7": years, youngest first; no name."""
    return ", ".join(str(age) for age in sorted(child.age(day) for child in children))


def frequency(terms: MeasureTerms) -> str:
    """Like "2 times a month"; empty while unknown."""
    if terms.periodicity_count is None:
        return ""
    n = terms.periodicity_count
    if terms.periodicity_unit == "week":
        return ngettext("%(n)d time a week", "%(n)d times a week", n) % {"n": n}
    return ngettext("%(n)d time a month", "%(n)d times a month", n) % {"n": n}


def minutes(number: int) -> str:
    return ngettext("%(n)d minute", "%(n)d minutes", number) % {"n": number}


def months(number: int) -> str:
    return ngettext("%(n)d month", "%(n)d months", number) % {"n": number}


def _meetings(terms: MeasureTerms) -> Iterator[Line]:
    if terms.nature:
        yield _("Nature"), str(Nature(terms.nature).label)
    if terms.exits and terms.nature != Nature.HANDOVER:
        yield _("Outings"), _exits(terms)
    if terms.accompaniment:
        yield _("Presence"), str(Accompaniment(terms.accompaniment).label)
    if often := frequency(terms):
        note = f" ({terms.periodicity_note})" if terms.periodicity_note else ""
        yield _("How often"), often + note
    if terms.visit_minutes is not None:
        yield _("Length of a meeting"), minutes(terms.visit_minutes)


def _exits(terms: MeasureTerms) -> str:
    words, n = str(Exits(terms.exits).label), terms.exits_after
    if terms.exits != Exits.PROGRESSIVE or not n:
        return words
    after = ngettext("after %(n)d meeting", "after %(n)d meetings", n) % {"n": n}
    return f"{words} ({after})"


def _duration(terms: MeasureTerms) -> Iterator[Line]:
    if terms.duration_months is not None:
        yield _("Duration of the measure"), months(terms.duration_months)
    if terms.duration_starts:
        yield _("Runs from"), str(DurationStart(terms.duration_starts).label)
    if terms.after_end:
        yield _("After the end"), str(AfterEnd(terms.after_end).label)


def _contact(terms: MeasureTerms) -> Iterator[Line]:
    if terms.contact_initiative:
        yield (
            _("First contact by"),
            str(ContactInitiative(terms.contact_initiative).label),
        )
    if terms.contact_deadline_days is not None:
        n = terms.contact_deadline_days
        yield _("Contact within"), ngettext("%(n)d day", "%(n)d days", n) % {"n": n}
    if terms.lapse_rule != LapseRule.NONE:
        count = f" ({terms.lapse_absences})" if terms.lapse_absences else ""
        yield _("Lapse"), f"{LapseRule(terms.lapse_rule).label}{count}"


def _other(terms: MeasureTerms) -> Iterator[Line]:
    if terms.designation_rank == DesignationRank.SUBSIDIARY:
        yield _("Designation"), str(DesignationRank.SUBSIDIARY.label)
    if terms.better_agreement_allowed:
        yield _("Better agreement"), _("possible between the parents")
    if terms.holiday_rule:
        yield _("School holidays"), str(HolidayRule(terms.holiday_rule).label)
    if terms.languages or terms.interpreter_needed:
        needed = [_("interpreter needed")] if terms.interpreter_needed else []
        yield (
            _("Languages"),
            ", ".join([*map(languages.name, terms.languages), *needed]),
        )
    if terms.access_needs:
        yield _("Access needs"), terms.access_needs
    if terms.expected_notes:
        notes = [str(ExpectedNote(n).label) for n in terms.expected_notes]
        yield _("Notes expected"), ", ".join(notes)


def _phase_lines(terms: MeasureTerms) -> dict[str, str]:
    lines = describe_phases(list(terms.phases.all()))
    return {_("Phases"): " ; ".join(lines)} if lines else {}


def _length(phase: MeasurePhase) -> str:
    n = phase.length_value
    if phase.length_unit == LengthUnit.MONTHS:
        return months(n)
    return ngettext("%(n)d meeting", "%(n)d meetings", n) % {"n": n}
