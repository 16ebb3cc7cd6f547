"""Every act that has a page of its own: its address, its words, its form, its action.

One line an act. What is asked is in hub.forms.acts, what it does in hub.actions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.actions import course, reception, transmission
from hub.forms import acts as forms
from hub.models import Measure, User
from hub.models.choices import Act, ClosureReason, MilestoneKind, UnableReason, Urgency
from hub.states import Event

Given = Mapping[str, Any]
Run = Callable[[Measure, User, Given], object]


@dataclass(frozen=True)
class ActPage:
    """`answers`: what the measure waits for when this is the act to do next."""

    slug: str
    event: Event
    button: Promise | str
    why: Promise | str
    form: type[forms.ActForm]
    run: Run
    answers: tuple[Act, ...] = ()
    is_grave: bool = False

    @property
    def is_one_click(self) -> bool:
        """Nothing is asked, so that the button alone may stand in a list."""
        return self.form is forms.ActForm and not self.is_grave


def _difficulty(given: Given, urgency: str) -> reception.Difficulty:
    return reception.Difficulty(
        category=given["category"],
        urgency=Urgency(urgency),
        occurred_on=given["occurred_on"],
        body=given["body"],
        families_informed=given["families_informed"],
        child_protection_alert_made=given["child_protection_alert_made"],
    )


PAGES: tuple[ActPage, ...] = (
    ActPage(
        "accuse", Event.ACKNOWLEDGE, _("Acknowledge receipt of the measure"),
        _("The receipt is dated and the court sees it."), forms.ActForm,
        lambda m, by, _g: reception.acknowledge_measure(m, by=by),
        (Act.ACKNOWLEDGE,),
    ),
    ActPage(
        "acceptation", Event.ACCEPT, _("Accept with a date"),
        _("The family is on your list; the court sees the expected date."),
        forms.ExpectedForm,
        lambda m, by, g: reception.accept(m, expected_on=g["expected_on"], by=by),
        (Act.GIVE_DATE,),
    ),
    ActPage(
        "etape", Event.RECORD_CONTACT, _("Record a contact or an interview"),
        _("A first contact or interview begins the intake."), forms.MilestoneForm,
        lambda m, by, g: reception.record_milestone(
            m, MilestoneKind(g["kind"]), on=g["on"], by=by
        ),
        (Act.BEGIN_INTAKE,),
    ),
    ActPage(
        "premiere-rencontre", Event.FIRST_VISIT, _("Record the first meeting"),
        _("Waiting ends on this day."), forms.FirstVisitForm,
        lambda m, by, g: reception.hold_first_visit(m, on=g["on"], by=by),
        (Act.FIRST_VISIT,),
    ),
    ActPage(
        "etape-suivante", Event.RECORD_MILESTONE, _("Record a step"),
        _("What took place, on which day; nothing else."), forms.MilestoneForm,
        lambda m, by, g: reception.record_milestone(
            m, MilestoneKind(g["kind"]), on=g["on"], by=by
        ),
    ),
    ActPage(
        "date", Event.CHANGE_DATE, _("Propose another date"),
        _("The court sees the new expected date."), forms.ExpectedForm,
        lambda m, by, g: reception.change_date(m, expected_on=g["expected_on"], by=by),
    ),
    ActPage(
        "piece-manquante", Event.ASK_INFORMATION, _("Ask for what is missing"),
        _("A document or an information: the court has to answer."), forms.BodyForm,
        lambda m, by, g: reception.ask_information(m, body=g["body"], by=by),
    ),
    ActPage(
        "difficulte", Event.REPORT_DIFFICULTY, _("Report a difficulty"),
        _("The measure goes on; the judge is told (art. 1180-5 CPC)."),
        forms.DifficultyForm,
        lambda m, by, g: reception.report_difficulty(
            m, _difficulty(g, g["urgency"]), by=by
        ),
    ),
    ActPage(
        "impossibilite", Event.UNABLE, _("Cannot be taken up"),
        _("The judge is told at once; the decision stands until it is changed."),
        forms.UnableForm,
        lambda m, by, g: reception.declare_unable(
            m, reason=UnableReason(g["reason"]), body=g["body"], by=by
        ),
        is_grave=True,
    ),
    ActPage(
        "interruption", Event.INTERRUPT, _("Interrupt for safety"),
        _("The measure stops now; the judge is told at once and decides."),
        forms.InterruptForm,
        lambda m, by, g: reception.interrupt(
            m, _difficulty(g, Urgency.IMMEDIATE), by=by
        ),
        is_grave=True,
    ),
    ActPage(
        "proposition-de-fin", Event.PROPOSE_CLOSE, _("Propose to close"),
        _("The court confirms; without an answer the measure ends by itself."),
        forms.ProposeCloseForm,
        lambda m, by, g: course.propose_close(
            m, reason=ClosureReason(g["reason"]), by=by
        ),
    ),
    ActPage(
        "non-commencee", Event.PROPOSE_NOT_STARTED, _("Say that nobody came"),
        _("The judge decides whether the measure ends."), forms.ActForm,
        lambda m, by, _g: course.propose_not_started(m, by=by), is_grave=True,
    ),
    ActPage(
        "rappel", Event.RECALL, _("Recall the transmission"),
        _("Possible until the espace de rencontre opens it; the trace stays."),
        forms.ActForm, lambda m, by, _g: transmission.recall(m, by=by), is_grave=True,
    ),
    ActPage(
        "suspension", Event.SUSPEND, _("Suspend"),
        _("By decision. The espace de rencontre is told."), forms.DecisionForm,
        lambda m, by, g: course.suspend(m, by=by, holds_decision=g["holds_decision"]),
        is_grave=True,
    ),
    ActPage(
        "reprise", Event.RESUME, _("Resume"),
        _("The measure goes on where it stopped."), forms.DecisionForm,
        lambda m, by, g: course.resume(m, by=by, holds_decision=g["holds_decision"]),
        (Act.DECIDE,),
    ),
    ActPage(
        "fin", Event.CLOSE, _("End the measure"),
        _("Confirms the proposal of the espace de rencontre, or the judge’s decision."),
        forms.CloseForm,
        lambda m, by, g: course.close(m, by=by, reason=g["reason"]),
        (Act.ANSWER_PROPOSAL,), is_grave=True,
    ),
    ActPage(
        "fin-non-commencee", Event.NOT_STARTED, _("End: never started"),
        _("By decision of the judge, or where the decision states a lapse."),
        forms.NotStartedForm,
        lambda m, by, g: course.end_not_started(
            m, by=by, reason=ClosureReason(g["reason"]),
            condition_met=g["condition_met"],
        ),
        is_grave=True,
    ),
    ActPage(
        "maintien", Event.DECLINE, _("Decline the proposal"),
        _("The measure stays as it is."), forms.ActForm,
        lambda m, by, _g: course.decline(m, by=by), (Act.ANSWER_PROPOSAL,),
    ),
    ActPage(
        "reouverture-proposee", Event.PROPOSE_REOPEN, _("Propose to reopen"),
        _("Closed by mistake: the other side has to agree."), forms.ActForm,
        lambda m, by, _g: course.propose_reopen(m, by=by), is_grave=True,
    ),
    ActPage(
        "reouverture", Event.REOPEN, _("Reopen"),
        _("Both sides agree that it was closed by mistake."), forms.ActForm,
        lambda m, by, _g: course.reopen(m, by=by), (Act.ANSWER_PROPOSAL,),
    ),
)  # fmt: skip

BY_SLUG = {page.slug: page for page in PAGES}
