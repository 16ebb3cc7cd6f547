"""Preparing a measure: create, save a step, choose a centre, discard (rows 1 to 3).

Values come checked for type by a form; here they are checked for sense, under the
measure's lock, against the revision that the person had before their eyes.
"""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hub import permissions
from hub.actions import transitions
from hub.actions.journal import record
from hub.calendar import local_day
from hub.errors import InvalidInput, StaleForm
from hub.models import (
    Centre,
    Child,
    Court,
    Designation,
    Measure,
    MeasurePhase,
    MeasureTerms,
    Membership,
    Party,
    Role,
    SafetyContext,
    User,
)
from hub.models.choices import Act, DesignationState
from hub.states import Event
from hub.terms_rules import wrong_decision, wrong_family, wrong_terms

# Crockford's base 32: no I, L, O or U, so a reference can be read on the telephone.
REFERENCE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
Values = Mapping[str, Any]


def create_draft(
    *,
    court: Court,
    by: User,
    judge: User | None = None,
    id: uuid.UUID | None = None,  # noqa: A002 (the record's own name)
) -> Measure:
    """An empty draft of a court the person works in.

    A clerk names the judge; a judge prepares for themselves unless another is named.
    `id`: made by the page, so that a form sent twice is one draft.
    Raises NotFound for a stranger to the court, Forbidden for a member who may not,
    InvalidInput without a judge of this court.
    """
    try:
        return _create(court, by, judge, id)
    except IntegrityError:
        # The same form came twice at once: the other request has just kept it.
        return _create(court, by, judge, id)


@transaction.atomic
def _create(
    court: Court, by: User, judge: User | None, client_id: uuid.UUID | None
) -> Measure:
    place = permissions.place_where(by, "measure.create", organisation=court.code)
    if judge is None and place.role == Role.JUDGE:
        judge = by
    _refuse(_wrong_judge(court, judge))
    assert judge is not None
    known = Measure.objects.filter(pk=client_id).first() if client_id else None
    if known and known.prepared_by_id == by.pk:
        return known
    measure = Measure.objects.create(
        id=client_id if client_id and not known else uuid.uuid4(),
        reference=new_reference(),
        court=court,
        unit=place.unit,
        judge=judge,
        prepared_by=by,
        awaits=place.side,
        awaits_act=Act.COMPLETE,
    )
    measure.terms = MeasureTerms.objects.create(
        measure=measure, version=1, entered_by=by
    )
    measure.save(update_fields=["terms"])
    transitions.note(measure, Event.CREATE, from_state="draft", by=place)
    record(by, "measure_created", "measure", measure.pk)
    return measure


def save_decision(
    measure: Measure, values: Values, *, by: User, revision: int
) -> Measure:
    """Kind, dates, legal basis, judge, priority. Raises InvalidInput, StaleForm."""
    with transaction.atomic():
        measure = _open(measure, by, revision)
        today = local_day(timezone.now(), measure.court.departement_id)
        _refuse(wrong_decision(values, today))
        if values.get("judge", measure.judge) != measure.judge:
            _refuse(_wrong_judge(measure.court, values["judge"]))
        for name, value in values.items():
            setattr(measure, name, value)
        return _saved(measure)


def save_family(
    measure: Measure,
    *,
    children: Sequence[Values],
    parties: Sequence[Values],
    safety: Values,
    by: User,
    revision: int,
) -> Measure:
    """Replaces children, parties and safety context by what the form holds."""
    with transaction.atomic():
        measure = _open(measure, by, revision)
        today = local_day(timezone.now(), measure.court.departement_id)
        _refuse(wrong_family(children, parties, safety, today))
        measure.children.all().delete()
        measure.parties.all().delete()
        Child.objects.bulk_create(Child(measure=measure, **c) for c in children)
        Party.objects.bulk_create(Party(measure=measure, **p) for p in parties)
        SafetyContext.objects.update_or_create(measure=measure, defaults=dict(safety))
        return _saved(measure)


def save_terms(
    measure: Measure,
    values: Values,
    *,
    phases: Sequence[Values],
    by: User,
    revision: int,
) -> Measure:
    """Writes the draft version of the terms and its phases."""
    with transaction.atomic():
        measure = _open(measure, by, revision)
        _refuse(wrong_terms(values, phases))
        write_terms(measure, values, phases, by=by)
        return _saved(measure)


def choose_centre(
    measure: Measure, centre: Centre, *, by: User, counts: Mapping[str, int]
) -> Measure:
    """Keeps the choice until it is transmitted; any centre may be chosen.

    `counts`: how many were shown and left out, and the rank chosen. They are journalled
    and nothing else of what was shown is.
    """
    with transaction.atomic():
        measure = _open(measure, by, None)
        Designation.objects.update_or_create(
            measure=measure,
            is_current=True,
            defaults={"centre": centre, "state": DesignationState.PROPOSED},
        )
        record(by, "centre_chosen", "measure", measure.pk, counts=dict(counts))
        return _saved(measure)


def discard(measure: Measure, *, by: User) -> Measure:
    """Row 3: a draft that was never transmitted is given up; it is purged later."""
    with transitions.move(measure, Event.DISCARD, by) as step:
        record(by, "measure_discarded", "measure", step.measure.pk)
    return step.measure


def write_terms(
    measure: Measure, values: Values, phases: Sequence[Values], *, by: User
) -> MeasureTerms:
    """Into the open version; a frozen one is followed by a new version."""
    terms = open_terms(measure, by)
    for name, value in values.items():
        setattr(terms, name, value)
    terms.entered_by = by
    terms.save()
    terms.phases.all().delete()
    MeasurePhase.objects.bulk_create(MeasurePhase(terms=terms, **p) for p in phases)
    return terms


def open_terms(measure: Measure, by: User) -> MeasureTerms:
    """The version that may be written: the draft one, or a copy of the frozen one."""
    terms = measure.terms
    assert terms is not None, "every measure is created with terms"
    if terms.frozen_at is None:
        return terms
    phases = list(terms.phases.all())
    terms.pk, terms.frozen_at, terms.effective_from = None, None, None
    terms.version += 1
    terms.entered_by, terms.created_at = by, timezone.now()
    terms.save(force_insert=True)
    for phase in phases:
        phase.pk, phase.terms = None, terms
    MeasurePhase.objects.bulk_create(phases)
    measure.terms = terms
    return terms


def new_reference() -> str:
    letters = [secrets.choice(REFERENCE_LETTERS) for _n in range(8)]
    return f"M-{''.join(letters[:4])}-{''.join(letters[4:])}"


def _open(measure: Measure, by: User, revision: int | None) -> Measure:
    """The measure under lock, in a state and a revision that this person may edit."""
    locked = transitions.lock(measure)
    place = permissions.place_in_measure(by, locked, "measure.edit")
    transitions.refuse_illegal(locked, Event.EDIT, place)
    if revision is not None and revision != locked.revision:
        raise StaleForm(
            _(
                "Somebody changed this measure while you were writing. What you "
                "wrote is below; compare it with what is saved, then save again."
            )
        )
    return locked


def _saved(measure: Measure) -> Measure:
    measure.revision += 1
    measure.changed_at = timezone.now()
    measure.save()
    return measure


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise InvalidInput(wrong)


def _wrong_judge(court: Court, judge: User | None) -> dict[str, str]:
    here = Membership.objects.current().filter(
        user=judge, user__is_active=True, court=court, role=Role.JUDGE
    )
    if judge is not None and here.exists():
        return {}
    return {"judge": _("Choose a judge of this court.")}
