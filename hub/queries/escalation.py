"""The chain of reminders of one thread: who was told when, who is told next.

What happened are the TimerMark rows of hub.actions.timers; what comes follows from the
same dates. Constant queries.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.calendar import local_day
from hub.models import (
    SYSTEM,
    Designation,
    DifficultyReport,
    Message,
    Side,
    Thread,
    TimerMark,
)
from hub.models.choices import Act, DesignationState, Urgency
from hub.models.threads import ThreadState
from hub.queries import deadlines
from hub.queries.working_days import working_days_of

RECEIPT, ANSWER = "T1.", "T6."
# A proposal comes before a difficulty that waits too (hub.actions.turns).
MAY_WAIT_FOR_ANSWER = (Act.ANSWER, Act.DECIDE, Act.ANSWER_PROPOSAL)
TOLD = {
    "T1.reminder": _("every contact of the espace de rencontre, and its mailbox"),
    "T1.manager": _("the manager of the espace de rencontre"),
    "T1.court": _("the court"),
    "T1.national": _("the national service (a number only)"),
    "T6.hours": _("the court’s people and the chief clerk"),
    "T6.days": _("the court’s people and the chief clerk"),
}


@dataclass(frozen=True)
class Rung:
    """One step. `at`: when it was taken; `day`: from when it is due, if nobody acts."""

    step: str
    told: str | Promise
    at: datetime | None = None
    day: date | None = None

    @property
    def is_receipt(self) -> bool:
        """About the acknowledgement of receipt; else about an answer."""
        return self.step.startswith(RECEIPT)


@dataclass(frozen=True)
class Chain:
    taken: list[Rung] = field(default_factory=list)
    to_come: list[Rung] = field(default_factory=list)
    wrote_at: datetime | None = None  # the centre, which has not acknowledged yet

    def __bool__(self) -> bool:
        return bool(self.taken or self.to_come or self.wrote_at)


def chain_of(thread: Thread) -> Chain:
    """What was done because nobody acted, in order, and the next step of each wait.

    `thread` comes with its designation, measure, court and centre.
    """
    marks = list(_marks(thread))
    taken = [Rung(m.timer, TOLD[m.timer], at=m.at) for m in marks if m.timer in TOLD]
    if thread.state != ThreadState.OPEN or not thread.designation.is_current:
        return Chain(taken)
    done = {(m.timer, m.object_id) for m in marks}
    is_asked, wrote_at = _receipt(thread.designation)
    receipt = _receipt_to_come(thread, done) if is_asked else ()
    return Chain(taken, [*receipt, *_answers_to_come(thread, done)], wrote_at)


def _receipt(sent: Designation) -> tuple[bool, datetime | None]:
    """Whether its receipt is still asked for, and since when it is not although it is
    missing: somebody of the centre is there, and wrote. One query."""
    if sent.state != DesignationState.TRANSMITTED:
        return False, None
    written = Message.objects.filter(
        thread__designation=OuterRef("pk"), author_side=Side.CENTRE
    ).exclude(kind=SYSTEM)
    found = Designation.objects.filter(pk=sent.pk).values_list(
        Exists(deadlines.awaiting_receipt().filter(pk=OuterRef("pk"))),
        Subquery(written.order_by("seq").values("at")[:1]),
    )
    is_asked, wrote_at = found.get()
    return is_asked, wrote_at


def _marks(thread: Thread) -> Iterable[TimerMark]:
    reports = DifficultyReport.objects.filter(message__thread=thread)
    of_answers = Q(
        timer__startswith=ANSWER,
        object_id__in=reports.annotate(name=Cast("pk", CharField())).values("name"),
    )
    of_receipt = Q(timer__startswith=RECEIPT, object_id=str(thread.designation_id))
    return TimerMark.objects.filter(of_receipt | of_answers).order_by("at", "pk")


def _receipt_to_come(thread: Thread, done: set[tuple[str, str]]) -> Iterable[Rung]:
    """Only the next one: after it the chain may have ended."""
    sent, rules = thread.designation, settings.RULES
    working = working_days_of([sent.centre])[sent.centre_id]
    steps = {
        "T1.reminder": rules.ack_reminder_days,
        "T1.manager": rules.ack_manager_days,
        "T1.court": rules.ack_court_days,
        "T1.national": rules.ack_national_days,
    }
    for step, days in steps.items():
        if (step, str(sent.pk)) not in done:
            last = deadlines.receipt_due(sent, working, days)
            yield Rung(step, TOLD[step], day=last + timedelta(days=1))
            return


def _answers_to_come(thread: Thread, done: set[tuple[str, str]]) -> Iterable[Rung]:
    """At most one a report; a report for information waits for nothing."""
    measure = thread.designation.measure
    if measure.awaits_act not in MAY_WAIT_FOR_ANSWER:
        return
    reports = deadlines.awaiting_answer().filter(message__thread=thread)
    found = reports.exclude(urgency=Urgency.INFO).select_related("message")
    for report in found.order_by("pk"):
        report.measure = measure
        step = "T6.hours" if report.urgency == Urgency.IMMEDIATE else "T6.days"
        if (step, str(report.pk)) not in done:
            due = deadlines.answer_due(report)
            day = local_day(due, measure.court.departement_id)
            yield Rung(step, TOLD[step], day=day)
