"""The life of a measure. This far: recording one and transmitting it to a centre."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from hub import events
from hub.actions.journal import record
from hub.actions.members import seat
from hub.actions.messages import post_in_transaction
from hub.models import (
    SYSTEM,
    Centre,
    Court,
    Designation,
    Measure,
    Membership,
    Thread,
    User,
)
from hub.models.accounts import CENTRE_ROLES
from hub.models.centres import VisitKind
from hub.models.measures import MeasureState
from hub.posting import Draft

# Crockford's base 32: no I, L, O or U, so a reference can be read on the telephone.
REFERENCE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECORD_LANGUAGE = "fr"  # System messages are part of a French legal record.


@dataclass(frozen=True)
class Terms:
    """What the order fixes (CPC 1180-5). `children_ages` in years, never names."""

    nature: VisitKind
    decided_on: date
    visits_per_month: int
    visit_minutes: int | None
    duration_months: int
    children_ages: list[int]


def create_measure(*, court: Court, judge: User, by: User, terms: Terms) -> Measure:
    with transaction.atomic():
        measure = Measure.objects.create(
            reference=new_reference(),
            court=court,
            judge=judge,
            prepared_by=by,
            nature=terms.nature,
            decided_on=terms.decided_on,
            visits_per_month=terms.visits_per_month,
            visit_minutes=terms.visit_minutes,
            duration_months=terms.duration_months,
            children_ages=", ".join(map(str, terms.children_ages)),
        )
        record(by, "measure_created", "measure", measure.pk)
        return measure


def transmit_measure(measure: Measure, centre: Centre, *, by: User) -> Thread:
    """Designates the centre, opens the thread, seats both sides, says so in it."""
    with transaction.atomic():
        now = timezone.now()
        designation = Designation.objects.create(
            measure=measure, centre=centre, transmitted_at=now, transmitted_by=by
        )
        thread = Thread.objects.create(designation=designation, last_at=now)
        seat(thread, _both_sides(measure, centre))
        measure.state, measure.changed_at = MeasureState.TRANSMITTED, now
        measure.save(update_fields=["state", "changed_at"])
        with override(RECORD_LANGUAGE):
            say(
                thread, by, _("Measure transmitted to %(centre)s.") % {"centre": centre}
            )
        record(by, "measure_transmitted", "measure", measure.pk)
        _announce(measure, thread)
        return thread


def say(thread: Thread, actor: User, sentence: str) -> None:
    """A line of the life-cycle, in the thread's own sequence."""
    post_in_transaction(
        [
            Draft(
                thread=thread.pk,
                author=actor.pk,
                id=uuid.uuid4(),
                body=sentence,
                kind=SYSTEM,
                door="system",
            )
        ]
    )


def new_reference() -> str:
    letters = [secrets.choice(REFERENCE_LETTERS) for _n in range(8)]
    return f"M-{''.join(letters[:4])}-{''.join(letters[4:])}"


def _both_sides(measure: Measure, centre: Centre) -> list[Membership]:
    """The judge and the preparing clerk; every contact of the centre."""
    current = Membership.objects.current()
    people = {measure.judge_id, measure.prepared_by_id}
    court_side = current.filter(court=measure.court, user__in=people)
    centre_side = current.filter(centre=centre, role__in=CENTRE_ROLES)
    # One seat a person, from the place they have held longest.
    places = [*court_side.order_by("since"), *centre_side.order_by("since")]
    return list({p.user_id: p for p in reversed(places)}.values())


def _announce(measure: Measure, thread: Thread) -> None:
    events.measure_changed.send(
        None,
        reference=measure.reference,
        thread_ids=[thread.pk],
        state=measure.state,
        changed_at=measure.changed_at,
    )
