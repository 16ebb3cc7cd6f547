"""Sending a measure to a centre: transmit, recall, redesignate (rows 4, 5, 10)."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from hub import events, wording
from hub.actions.absences import seat_substitutes
from hub.actions.drafts import open_terms
from hub.actions.journal import record
from hub.actions.members import seat
from hub.actions.proposals import answer_difficulties, answer_proposal
from hub.actions.step import Step
from hub.actions.transitions import RECORD_LANGUAGE, move
from hub.calendar import add_months
from hub.errors import Illegal, StaleForm
from hub.models import (
    CENTRE_ROLES,
    COURT_ROLES,
    Centre,
    Designation,
    Measure,
    MeasureTerms,
    Membership,
    MessageKind,
    Participant,
    Thread,
    User,
)
from hub.models.choices import DesignationState, DurationStart
from hub.models.threads import ThreadState
from hub.numbers import phone
from hub.queries.order_documents import order_document_digests
from hub.states import Event


def transmit(
    measure: Measure,
    *,
    by: User,
    revision: int | None = None,
) -> Thread:
    """Row 4: freezes the terms, opens the thread, seats both sides, says so in it.

    `revision`: what the person has read; a later one raises StaleForm. Raises NotFound,
    Forbidden or Illegal (incomplete, the decision not attached or not checked yet,
    centre cannot take it, already transmitted).
    """
    with move(measure, Event.TRANSMIT, by) as step:
        if revision is not None and revision != step.measure.revision:
            raise StaleForm(
                gettext("Somebody changed this measure meanwhile: read it once more.")
            )
        step.facts["order_documents"] = order_document_digests(step.measure)
        _send(step)
        record(by, "measure_transmitted", "measure", measure.pk)
    return step.open_thread


def redesignate(
    measure: Measure,
    centre: Centre,
    *,
    by: User,
    holds_decision: bool = False,
    counts: Mapping[str, int] | None = None,
) -> Thread:
    """Row 10: seals the first centre's thread and opens one with another centre.

    `counts`: what was shown when it was chosen, journalled as in drafts.choose_centre.
    """
    given = {"centre": centre, "holds_decision": holds_decision}
    with move(measure, Event.REDESIGNATE, by, **given) as step:
        answer_difficulties(step)
        answer_proposal(step, accepted=False)
        close_designation(step, ThreadState.SEALED)
        step.designation = Designation(measure=step.measure, centre=centre)
        _send(step)
        shown = dict(counts or {})
        record(by, "measure_redesignated", "measure", measure.pk, counts=shown)
    return step.open_thread


def recall(measure: Measure, *, by: User) -> Measure:
    """Row 5: takes back what the centre has not opened; the trace stays.

    The centre's seats end in the same statement that proves them unread, so that
    nobody can begin to read between the look and the act.
    """
    with transaction.atomic():
        step = _recall(measure, by)
        # After its last line: a sealed thread takes none.
        Thread.objects.filter(pk=step.open_thread.pk).update(state=ThreadState.SEALED)
    return step.measure


def _recall(measure: Measure, by: User) -> Step:
    with move(measure, Event.RECALL, by) as step:
        step.says(_("Transmission recalled before it was opened."))
        unread = Participant.objects.filter(
            thread=step.thread, membership__centre__isnull=False
        )
        ended = unread.filter(read_seq=0).update(until=step.now)
        if ended != unread.count():
            raise Illegal(gettext("The espace de rencontre has just opened it."))
        open_terms(step.measure, by)
        _replace_by_proposal(step)
        events.rights_changed.send(
            None, user_ids=list(unread.values_list("user", flat=True))
        )
        record(by, "measure_recalled", "measure", measure.pk)
    return step


def close_designation(step: Step, thread_state: ThreadState) -> None:
    """The current designation becomes a past one and its thread is closed."""
    past = step.current
    past.is_current = False
    past.left_on = past.left_on or (None if past.first_visit_on else step.today)
    past.save()
    Thread.objects.filter(designation=past).update(state=thread_state)


def _send(step: Step) -> None:
    measure, designation = step.measure, step.current
    assert measure.terms is not None
    freeze(measure.terms, step)
    designation.visit_kind = measure.terms.visit_kind
    designation.state = DesignationState.TRANSMITTED
    designation.transmitted_at, designation.transmitted_by = step.now, step.author
    designation.save()
    step.thread = Thread.objects.create(designation=designation, last_at=step.now)
    places = both_sides(measure, designation.centre)
    seat(step.thread, places)
    seat_substitutes(step.thread, places)
    with override(RECORD_LANGUAGE):
        terms = wording.as_text(measure.terms, list(measure.terms.phases.all()))
        if order_document_digests(measure):
            terms += "\n\n" + gettext("The decision is attached to the measure.")
    step.post(MessageKind.TRANSMISSION, terms)
    # The first message asks for nothing in writing: the measure says whose act is next.
    Thread.objects.filter(pk=step.thread.pk).update(awaits="")
    if any(place.centre_id for place in places):
        step.says(_("Measure transmitted to %(centre)s."), centre=designation.centre)
    else:
        step.says(
            _(
                "Measure transmitted to %(centre)s, of which no contact has access "
                "here: it has to be told otherwise. Telephone: %(phone)s, e-mail: "
                "%(email)s."
            ),
            centre=designation.centre,
            phone=phone(designation.centre.phone) or "–",
            email=designation.centre.email,
        )
    set_end(measure)


def freeze(terms: MeasureTerms, step: Step) -> None:
    """From here on this version never changes (MeasureTerms.save refuses)."""
    MeasureTerms.objects.filter(pk=terms.pk, frozen_at=None).update(
        frozen_at=step.now, effective_from=step.today
    )
    terms.refresh_from_db()


def set_end(measure: Measure) -> None:
    """The last day of the measure, once what it runs from is known."""
    terms = measure.terms
    if terms is None or terms.duration_months is None:
        return
    current = measure.designations.filter(is_current=True).first()
    starts = {
        DurationStart.DECISION: measure.decided_on,
        DurationStart.NOTIFICATION: measure.notified_on,
        DurationStart.FIRST_VISIT: current.first_visit_on if current else None,
    }
    begun = starts.get(DurationStart(terms.duration_starts))
    measure.ends_on = add_months(begun, terms.duration_months) if begun else None


def both_sides(measure: Measure, centre: Centre) -> list[Membership]:
    """The judge, the preparing clerk and their unit; every contact of the centre."""
    current = Membership.objects.current().filter(user__is_active=True)
    people = Q(user__in={measure.judge_id, measure.prepared_by_id})
    if measure.unit_id:
        people |= Q(unit=measure.unit_id)
    court_side = current.filter(people, court=measure.court, role__in=COURT_ROLES)
    centre_side = current.filter(centre=centre, role__in=CENTRE_ROLES)
    # One seat a person, from the place they have held longest.
    places = [*court_side.order_by("since"), *centre_side.order_by("since")]
    return list({p.user_id: p for p in reversed(places)}.values())


def _replace_by_proposal(step: Step) -> None:
    """The recalled designation is past; its centre stays chosen in the draft."""
    past = step.current
    close = {"is_current": False, "state": DesignationState.WITHDRAWN}
    Designation.objects.filter(pk=past.pk).update(left_on=step.today, **close)
    past.refresh_from_db()
    Designation.objects.create(measure=step.measure, centre=past.centre)
