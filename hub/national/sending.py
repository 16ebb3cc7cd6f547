"""The court's acts in a life: creating, sending, recalling, sending elsewhere.

Each does to the case what the action of the same name (hub.actions.drafts,
transmission) does in the database, with the same sentences.
"""

from datetime import timedelta

from django.utils.translation import gettext as _

from hub import wording
from hub.models import (
    Child,
    Designation,
    MeasurePhase,
    MeasureTerms,
    Membership,
    MessageKind,
    Participant,
    Party,
    SafetyContext,
    Side,
    Thread,
)
from hub.models.choices import Act, DesignationState
from hub.models.threads import ThreadState
from hub.national import decisions
from hub.national.cases import Case, Told
from hub.national.chance import identifier
from hub.national.people import CentreTeam, in_force
from hub.states import DEFAULT, Event, Turn

STEPS = 4  # decision, family, terms, centre: one revision each


def create(case: Case) -> None:
    case.act(Event.CREATE, case.preparer)
    case.measure.changed_at = case.clock
    case.record(case.preparer, "measure_created")


def fill(case: Case, visit_kind: str, steps: int = STEPS) -> None:
    """The first `steps` steps of the form, in its order; the last one is `choose`."""
    measure, chance = case.measure, case.chance
    decided_on = case.today - timedelta(days=int(chance.expovariate(1 / 5)))
    if steps >= 1:
        decisions.decide(measure, decided_on, chance)
    if steps >= 2:
        case.rows[Child] += decisions.children(measure, chance)
        case.rows[Party] += decisions.parties(measure, chance)
        context = decisions.safety(measure, chance)
        case.rows[SafetyContext].append(context or SafetyContext(measure=measure))
    if steps >= 3:
        decisions.fix_terms(case.terms, visit_kind, chance)
        case.phases = decisions.phases(case.terms)
        case.rows[MeasurePhase] += case.phases
    measure.revision += steps - (steps == STEPS)


def choose(case: Case, team: CentreTeam, shown: int) -> None:
    case.proposed = _designation(case, team)
    case.measure.revision += 1
    counts = {"shown": shown, "left_out": 0, "rank": case.chance.randint(1, shown)}
    case.record(case.preparer, "centre_chosen", **counts)


def discard(case: Case) -> None:
    case.act(Event.DISCARD, case.preparer)
    case.record(case.preparer, "measure_discarded")


def transmit(case: Case, team: CentreTeam, by: Membership) -> None:
    """Row 4: v1 is frozen, both sides are seated, the terms are the first message."""
    assert case.proposed is not None
    decisions.notify(case.measure, case.today, case.chance)
    _send(case, team, case.proposed, by, Event.TRANSMIT)
    case.proposed = None
    case.record(by, "measure_transmitted")


def recall(case: Case, by: Membership) -> None:
    """Row 5: the centre's seats end unread, another draft version is opened."""
    told, team = case.now, case.now.team
    for seat in told.seats:
        if seat.membership.side == Side.CENTRE:
            seat.until = case.clock
    case.terms = _copy(case, by)
    sentence = _("Transmission recalled before it was opened.")
    case.act(Event.RECALL, by, sentence)
    told.thread.state = ThreadState.SEALED
    told.designation.is_current = False
    told.designation.left_on = case.today
    case.proposed = _designation(case, team)
    case.record(by, "measure_recalled")


def redesignate(case: Case, team: CentreTeam, by: Membership) -> None:
    """Row 10: the first centre's thread is sealed, another one is opened."""
    past = case.now
    past.designation.is_current = False
    past.thread.state = ThreadState.SEALED
    _send(case, team, _designation(case, team), by, Event.REDESIGNATE)
    case.record(by, "measure_redesignated")


def modify(case: Case, by: Membership) -> None:
    """Row 15: a new frozen version, with a message that asks for its receipt."""
    case.terms = _copy(case, by)
    case.terms.frozen_at, case.terms.effective_from = case.clock, case.today
    set_end(case)
    version = case.terms.version
    head = _("Version %(n)d of the terms, from %(day)s.") % {
        "n": version,
        "day": f"{case.today:%d/%m/%Y}",
    }
    body = f"{head}\n\n{wording.as_text(case.terms, case.phases)}"
    case.post(MessageKind.MODIFICATION, by, body, needs_ack=True)
    turn = answered(case)
    sentence = _("Terms modified: version %(n)d.") % {"n": version}
    case.act(Event.MODIFY, by, sentence, turn=turn, facts={"version": version})


def answered(case: Case) -> Turn | None:
    """An act of the court answers what waited for it; the turn that this gives."""
    case.answer_difficulties()
    waited = case.measure.awaits_act in (Act.ANSWER, Act.DECIDE)
    return DEFAULT if waited else None


def set_end(case: Case) -> None:
    first = case.now.designation.first_visit_on
    decisions.set_last_day(case.measure, case.terms, first)


def _send(
    case: Case,
    team: CentreTeam,
    designation: Designation,
    by: Membership,
    event: Event,
) -> None:
    terms = case.terms
    if terms.frozen_at is None:
        terms.frozen_at, terms.effective_from = case.clock, case.today
    designation.visit_kind = terms.visit_kind
    designation.transmitted_at, designation.transmitted_by = case.clock, by.user
    designation.state = DesignationState.TRANSMITTED
    thread = Thread(
        id=identifier(case.chance), designation=designation, last_at=case.clock
    )
    told = Told(designation, team, thread)
    case.contacts, case.proposal = {}, None
    told.seats = _seats(case, thread, team)
    case.told.append(told)
    case.post(MessageKind.TRANSMISSION, by, wording.as_text(terms, case.phases))
    thread.awaits = ""
    set_end(case)
    sentence = _("Measure transmitted to %(centre)s.") % {"centre": team.centre}
    case.act(event, by, sentence)


def _seats(case: Case, thread: Thread, team: CentreTeam) -> list[Participant]:
    """As both_sides seats them: one each, the place held longest."""
    unit = case.measure.unit
    here = {case.judge.user_id, case.preparer.user_id}
    court_side = [
        p
        for p in case.court.places
        if in_force(p, case.clock) and (p.user_id in here or (unit and p.unit is unit))
    ]
    centre_side = [p for p in team.places if in_force(p, case.clock)]
    return [
        Participant(thread=thread, user=p.user, membership=p)
        for p in (*court_side, *centre_side)
    ]


def _designation(case: Case, team: CentreTeam) -> Designation:
    designation = Designation(measure=case.measure, centre=team.centre)
    case.rows[Designation].append(designation)
    return designation


def _copy(case: Case, by: Membership) -> MeasureTerms:
    terms = decisions.next_terms(case.terms, case.chance)
    terms.entered_by, terms.created_at = by.user, case.clock
    case.rows[MeasureTerms].append(terms)
    case.phases = decisions.copy_phases(case.phases, terms)
    case.rows[MeasurePhase] += case.phases
    return terms
