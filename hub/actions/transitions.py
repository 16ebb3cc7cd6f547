"""Carrying out a row of hub.states: lock, right, state, guards, effects, record, event.

Every act on a measure goes through `move`; what only one act does is in its action.
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from hub import days, events, permissions, zones
from hub.actions import guards, turns
from hub.actions.messages import post_in_transaction
from hub.actions.step import Step
from hub.calendar import local_day
from hub.errors import Illegal
from hub.models import (
    SYSTEM,
    Designation,
    Measure,
    MeasureTransition,
    Membership,
    Thread,
    User,
)
from hub.models.accounts import HUB_USER_ID
from hub.models.choices import MeasureState
from hub.posting import Draft, Refused
from hub.states import DEFAULT, ROWS, Event, Row, Target, Turn

RECORD_LANGUAGE = "fr"  # Lines of the life-cycle belong to a French legal record.


def lock(measure: Measure) -> Measure:
    """The measure as it is now; nobody else acts on it until the commit.

    Its threads first, as posting does (hub.actions.messages): who takes the two locks
    in the other order would wait for a writer who waits for them.
    """
    threads = Thread.objects.filter(designation__measure=measure).order_by("pk")
    list(threads.select_for_update(no_key=True, of=("self",)).values_list("pk"))
    locked = Measure.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("court", "terms").get(pk=measure.pk)


@contextmanager
def move(
    measure: Measure, event: Event, by: User | None, **given: Any
) -> Iterator[Step]:
    """The frame of an act: everything before its own effects, everything after.

    `by` is None for a deadline. Raises NotFound, Forbidden, or Illegal with a sentence;
    then nothing has changed.
    """
    with transaction.atomic():
        step = _begin(lock(measure), ROWS[event], by, given)
        yield step
        _finish(step)


def refuse_illegal(measure: Measure, event: Event, place: Membership | None) -> None:
    """Raises Illegal, in the person's language, when the state does not allow it."""
    if measure.state in ROWS[event].sources:
        return
    last = measure.transitions.last()
    state = str(MeasureState(measure.state).label)
    if last is None or not last.by_name:
        raise Illegal(
            gettext("Not possible now: this measure is “%(s)s”.") % {"s": state}
        )
    at = zones.local(last.at)
    when = f"{days.in_words(at.date())}, {at:%H:%M}"
    raise Illegal(
        gettext("Not possible now: this measure is “%(state)s”, by %(name)s on %(at)s.")
        % {"state": state, "name": last.by_name, "at": when}
    )


def note(
    measure: Measure,
    event: Event,
    *,
    from_state: str,
    by: Membership | None,
    designation: Designation | None = None,
    facts: Mapping[str, Any] | None = None,
) -> MeasureTransition:
    """The dated record of a row that happened."""
    return MeasureTransition.objects.create(
        measure=measure,
        designation=designation,
        row=ROWS[event].number,
        event=event,
        from_state=from_state,
        to_state=measure.state,
        by=by.user if by else None,
        by_name=by.user.name if by else "",
        by_role=by.role if by else "",
        at=measure.changed_at,
        facts=dict(facts or {}),
    )


def say(thread: Thread, author: User | None, sentence: str) -> None:
    """A line of the life-cycle, in the thread's own sequence; the hub's own if None."""
    line = Draft(
        thread=thread.pk,
        author=(author or hub_itself()).pk,
        id=uuid.uuid4(),
        body=sentence,
        kind=SYSTEM,
        door="system",
    )
    [outcome] = post_in_transaction([line])
    if isinstance(outcome, Refused):
        raise Illegal(outcome.detail)


def hub_itself() -> User:
    """The author of lines that a deadline writes; it cannot sign in."""
    defaults = {"given_name": "Hub", "usual_name": "des mesures", "is_active": False}
    defaults["email"] = "hub@system.invalid"
    return User.objects.get_or_create(pk=HUB_USER_ID, defaults=defaults)[0]


def set_turn(measure: Measure, turn: Turn, now: datetime) -> None:
    """Whose act is next; the date moves only when the turn does."""
    if turn is DEFAULT:
        turn = turns.default_turn(measure)
    side, act = turn.side or "", turn.act or ""
    if (measure.awaits, measure.awaits_act) != (side, act):
        measure.awaits, measure.awaits_act = side, act
        measure.awaits_since = now


def _begin(
    measure: Measure, row: Row, by: User | None, given: Mapping[str, Any]
) -> Step:
    place = permissions.place_in_measure(by, measure, row.right) if by else None
    refuse_illegal(measure, row.event, place)
    designation = (
        measure.designations.filter(is_current=True).select_related("centre").first()
    )
    now = timezone.now()
    departement = measure.court.departement_id
    step = Step(
        measure=measure,
        designation=designation,
        thread=Thread.objects.filter(designation=designation).first()
        if designation
        else None,
        row=row,
        place=place,
        now=now,
        today=local_day(now, departement),
        given=given,
    )
    guards.check(row.guards, step)
    return step


def _finish(step: Step) -> None:
    measure, row = step.measure, step.row
    before = measure.state
    if row.target == Target.PREVIOUS:
        measure.state = measure.resumes_to
    elif row.target != Target.SAME:
        measure.state = str(row.target)
    if measure.state != before:
        suspended = measure.state == MeasureState.SUSPENDED
        measure.resumes_to = before if suspended else ""
    measure.changed_at = step.now
    if turn := step.turn or row.turn:
        set_turn(measure, turn, step.now)
    measure.save()
    if step.designation:
        if becomes := step.designation_state or row.designation:
            step.designation.state = becomes
        step.designation.save()
    note(
        measure,
        row.event,
        from_state=before,
        by=step.place,
        designation=step.designation,
        facts=step.facts,
    )
    _tell(step)


def _tell(step: Step) -> None:
    """The line in the thread, and the event for open pages and absent people."""
    if step.thread is None:
        return
    if step.sentence:
        if step.place:
            step.seat_author()
        with override(RECORD_LANGUAGE):
            line = gettext(step.sentence) % step.words
        say(step.thread, step.author, line)
    events.measure_changed.send(
        None,
        reference=step.measure.reference,
        thread_ids=[step.thread.pk],
        state=step.measure.state,
        changed_at=step.measure.changed_at,
    )
