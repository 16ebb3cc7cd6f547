"""Deadlines that passed: who is reminded, step by step (DOMAIN sections 6 and 8.1).

Which step is due, and that it is taken once, is in hub.actions.timers. Every row's
window names the step and its object, so that a step taken twice owes once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from hub.calendar import local_day
from hub.models import (
    Centre,
    Designation,
    DifficultyReport,
    Measure,
    Role,
    Side,
    Site,
    Thread,
)
from hub.queries import deadlines
from notifications.audience import chief_clerks, placed, seated
from notifications.kinds import Kind
from notifications.models import Notification, State, Transport
from notifications.outbox import Owed, owe, owe_mailbox, write

# One run of the timers reaches many measures: the national service gets one mail.
NATIONAL_JOINS = timedelta(minutes=15)


@dataclass(frozen=True)
class Passed:
    """One step that was taken. `occasion`: a date or a week, where it recurs."""

    step: str
    object_id: str
    thread: UUID | None
    occasion: str = ""

    @property
    def window(self) -> str:
        parts = (self.step, self.object_id, self.occasion)
        return ":".join(part for part in parts if part)


def on_deadline_passed(**event: Any) -> None:
    """Writes what the step owes, in the transaction that took it."""
    passed = Passed(
        event["step"],
        event["object_id"],
        event["thread_id"],
        event.get("occasion", ""),
    )
    if owes := STEPS.get(passed.step):
        owes(passed)


def remind_contacts(passed: Passed) -> None:
    """T1, first: every contact with a seat, and the functional mailbox."""
    sent, facts = _designation(passed)
    thread = _thread(sent)
    people = seated(thread, Side.CENTRE)
    owe(Kind.ACK_OVERDUE, people, window=passed.window, thread=thread, facts=facts)
    _mailbox(Kind.ACK_OVERDUE, sent.centre, passed, thread, facts)


def tell_manager(passed: Passed) -> None:
    sent, facts = _designation(passed)
    thread = _thread(sent)
    people = seated(thread, Side.CENTRE, roles=[Role.CENTRE_MANAGER])
    owe(Kind.ACK_OVERDUE, people, window=passed.window, thread=thread, facts=facts)


def tell_court(passed: Passed) -> None:
    """T1, third: the court's people and its chief clerk; the mailbox once more."""
    sent, facts = _designation(passed)
    thread = _thread(sent)
    _court(Kind.ACK_OVERDUE, passed, sent.measure, thread, facts)
    _mailbox(Kind.ACK_OVERDUE, sent.centre, passed, thread, facts)


def tell_national(passed: Passed) -> None:
    """T1, last: how many, and nothing else. One mail a day; its count follows."""
    now = timezone.now()
    window = f"{passed.step}:{local_day(now, '')}"
    facts = {"step": passed.step, "count": deadlines.without_receipt(passed.step)}
    write(
        Owed(
            Kind.ACK_OVERDUE,
            window,
            user=user,
            facts=facts,
            due_at=now + NATIONAL_JOINS,
        )
        for user in placed(Role.NATIONAL)
    )
    waiting = (State.WAITING, State.GATHERED)
    Notification.objects.filter(
        kind=Kind.ACK_OVERDUE,
        transport=Transport.EMAIL,  # a push keeps its device
        window=window,
        state__in=waiting,
    ).update(facts=facts)


def tell_contact_deadline(passed: Passed) -> None:
    """T2 and T3: the coordinators are asked what became of it."""
    sent, facts = _designation(passed)
    thread = _thread(sent)
    people = seated(thread, Side.CENTRE, roles=[Role.COORDINATOR])
    owe(Kind.DEADLINE, people, window=passed.window, thread=thread, facts=facts)


def tell_ending(passed: Passed) -> None:
    _owe_ending(passed, "thread.write")


def tell_protection(passed: Passed) -> None:
    """T7: only whoever may know of the order; facts hold no date of it."""
    _owe_ending(passed, "safety.read")


def ask_for_waiting(passed: Passed) -> None:
    """T5: once a week and centre, however many sites it has."""
    centre = Site.objects.get(pk=passed.object_id).centre_id
    people = placed(Role.COORDINATOR, centres=[centre])
    window = f"{passed.step}:{centre}:{passed.occasion}"
    owe(Kind.WAITING_STALE, people, window=window, facts={"centre": centre})


def tell_difficulty(passed: Passed) -> None:
    """T6: the court's people, and the chief clerk, who can seat a colleague.

    A court has no functional mailbox in the model (Court has no address).
    """
    reports = DifficultyReport.objects.select_related("measure", "message")
    report = reports.get(pk=passed.object_id)
    facts = {"step": passed.step, "report": report.pk}
    thread = report.message.thread_id
    _court(Kind.ANSWER_OVERDUE, passed, report.measure, thread, facts)


def _court(
    kind: Kind, passed: Passed, measure: Measure, thread: UUID, facts: dict[str, Any]
) -> None:
    """A chief clerk without a seat is told without the thread: they cannot open it."""
    seated_chiefs, others = chief_clerks(measure.court_id, thread)
    people = {*seated(thread, Side.COURT), *seated_chiefs}
    owe(kind, people, window=passed.window, thread=thread, facts=facts)
    owe(kind, others, window=passed.window, facts=facts)


def _owe_ending(passed: Passed, right: str) -> None:
    measure = Measure.objects.get(reference=passed.object_id)
    thread = Thread.objects.filter(
        designation__measure=measure, designation__is_current=True
    ).first()
    if thread is None:
        return
    facts = {"step": passed.step, "measure": str(measure.pk)}
    if right == "thread.write":
        facts["day"] = passed.occasion
    people = seated(thread.pk, right=right)
    owe(Kind.ENDING, people, window=passed.window, thread=thread.pk, facts=facts)


def _mailbox(
    kind: Kind, centre: Centre, passed: Passed, thread: UUID, facts: dict[str, Any]
) -> None:
    if centre.email:
        owe_mailbox(kind, centre, window=passed.window, thread=thread, facts=facts)


def _designation(passed: Passed) -> tuple[Designation, dict[str, Any]]:
    found = Designation.objects.select_related("centre", "measure", "thread")
    sent = found.get(pk=passed.object_id)
    return sent, {"step": passed.step, "designation": sent.pk}


def _thread(sent: Designation) -> UUID:
    thread: Thread = sent.thread
    return thread.pk


STEPS: dict[str, Callable[[Passed], None]] = {
    "T1.reminder": remind_contacts,
    "T1.manager": tell_manager,
    "T1.court": tell_court,
    "T1.national": tell_national,
    "T2.contact": tell_contact_deadline,
    "T3.declared": tell_contact_deadline,
    "T4.first": tell_ending,
    "T4.second": tell_ending,
    "T5.stale": ask_for_waiting,
    "T6.hours": tell_difficulty,
    "T6.days": tell_difficulty,
    "T7.protection": tell_protection,
}
