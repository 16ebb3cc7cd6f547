"""What happens to a designated measure: transitions, milestones, proposals, answers.

Append-only facts with their date and author; nothing here decides anything.
"""

from django.db import models
from django.utils import timezone

from hub.models.accounts import Side, User
from hub.models.choices import DifficultyCategory, MeasureState, MilestoneKind, Urgency
from hub.models.measures import Designation, Measure
from hub.models.threads import Message


class MeasureTransition(models.Model):
    """One row of the state table that happened. `row` is its number there.

    `by` is empty when a deadline did it. `facts` holds codes and dates, no words.
    """

    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="transitions"
    )
    designation = models.ForeignKey(Designation, on_delete=models.PROTECT, null=True)
    row = models.CharField(max_length=4)
    event = models.CharField(max_length=20)
    from_state = models.CharField(max_length=12, choices=MeasureState.choices)
    to_state = models.CharField(max_length=12, choices=MeasureState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    by_name = models.CharField(max_length=201, blank=True)
    by_role = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(default=timezone.now)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["event", "at"])]


class Milestone(models.Model):
    """Something that took place in the centre, on a day."""

    designation = models.ForeignKey(
        Designation, on_delete=models.PROTECT, related_name="milestones"
    )
    kind = models.CharField(max_length=24, choices=MilestoneKind.choices)
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["designation", "kind"], name="milestone_once"
            )
        ]


class AttendanceSummary(models.Model):
    """Counts of a period, and nothing observed (DOMAIN 0, point 12)."""

    designation = models.ForeignKey(
        Designation, on_delete=models.PROTECT, related_name="attendance"
    )
    first_day = models.DateField()
    last_day = models.DateField()
    planned = models.PositiveSmallIntegerField()
    held = models.PositiveSmallIntegerField()
    missed_visiting = models.PositiveSmallIntegerField(default=0)
    missed_hosting = models.PositiveSmallIntegerField(default=0)
    missed_centre = models.PositiveSmallIntegerField(default=0)
    excused = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["first_day", "pk"]


class DifficultyReport(models.Model):
    """The structured part of a `difficulty_report` message (CPC 1180-5 al. 3).

    `answered_at`: the court answered, by a judge's message or by an act.
    """

    message = models.OneToOneField(
        Message, on_delete=models.PROTECT, related_name="difficulty"
    )
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="difficulties"
    )
    category = models.CharField(max_length=20, choices=DifficultyCategory.choices)
    urgency = models.CharField(max_length=13, choices=Urgency.choices)
    occurred_on = models.DateField()
    measure_interrupted = models.BooleanField(default=False)
    families_informed = models.BooleanField(default=False)
    child_protection_alert_made = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)


class ProposalKind(models.TextChoices):
    CLOSE = "close"
    NOT_STARTED = "not_started"
    REOPEN = "reopen"


class Proposal(models.Model):
    """What one side may only propose: the other answers, or a deadline does."""

    designation = models.ForeignKey(
        Designation, on_delete=models.PROTECT, related_name="proposals"
    )
    kind = models.CharField(max_length=11, choices=ProposalKind.choices)
    reason = models.CharField(max_length=26, blank=True)  # of ClosureReason
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=6, choices=Side.choices)
    at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    accepted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["designation"],
                condition=models.Q(answered_at=None),
                name="one_open_proposal",
            )
        ]


class Assignment(models.Model):
    """ "Je prends en charge": the one person of a side who answers for a thread."""

    designation = models.ForeignKey(
        Designation, on_delete=models.PROTECT, related_name="assignments"
    )
    side = models.CharField(max_length=6, choices=Side.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["designation", "side"],
                condition=models.Q(released_at=None),
                name="one_assignee_a_side",
            )
        ]


class InternalNote(models.Model):
    """Words between colleagues: the other side never reads them."""

    designation = models.ForeignKey(
        Designation, on_delete=models.PROTECT, related_name="notes"
    )
    side = models.CharField(max_length=6, choices=Side.choices)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=201)
    body = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]


class TimerMark(models.Model):
    """A step of a timer that was done, once for ever per object and occasion."""

    timer = models.CharField(max_length=20)  # "T1.reminder"
    object_id = models.CharField(max_length=40)
    occasion = models.CharField(max_length=20, blank=True)  # a date, a version
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["timer", "object_id", "occasion"], name="timer_step_once"
            )
        ]


class ScheduledRun(models.Model):
    """A slot of scheduled work that somebody took: the unique row says who won."""

    job = models.CharField(max_length=20)
    slot = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "slot"], name="slot_once")
        ]
