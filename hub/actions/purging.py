"""Removing what must not be kept, and keeping the figures (row 20, DOMAIN section 10).

What stays of a purged measure: its dates, states and centre, without anybody of the
family, and one journal line that says how much was removed.
"""

from django.db import transaction
from django.db.models import F

from hub.actions import blobs
from hub.actions.journal import record
from hub.actions.transitions import lock, move
from hub.files.reasons import Reason
from hub.models import (
    Acknowledgement,
    Assignment,
    Attachment,
    AttachmentState,
    AttendanceSummary,
    Blob,
    Child,
    DifficultyReport,
    InternalNote,
    Measure,
    MeasureTerms,
    MeasureTransition,
    Message,
    MessageWords,
    Milestone,
    Party,
    Proposal,
    SafetyContext,
    Thread,
)
from hub.models.attachments import PENDING
from hub.models.choices import MeasureState
from hub.states import Event


def purge(measure: Measure) -> bool:
    """An archived measure keeps an anonymous row; a draft leaves nothing.

    Raises Illegal while a legal hold keeps it.
    """
    if measure.state in (MeasureState.DRAFT, MeasureState.CANCELLED):
        return _remove_draft(measure)
    with move(measure, Event.PURGE, None) as step:
        step.thread = None  # nothing is said in a thread that goes
        counts = _remove_content(step.measure)
        step.measure.rg_number = ""
        step.measure.terms = None
        record(None, "measure_purged", "measure", measure.pk, counts=counts)
    MeasureTerms.objects.filter(measure=measure).delete()
    return True


def _remove_content(measure: Measure) -> dict[str, int]:
    threads = Thread.objects.filter(designation__measure=measure)
    of_designation = {"designation__measure": measure}
    MessageWords.objects.filter(thread__in=threads).delete()
    removed = {
        "files": _remove_files(measure),
        "reports": DifficultyReport.objects.filter(measure=measure).delete()[0],
        "acknowledgements": Acknowledgement.objects.filter(thread__in=threads).delete()[
            0
        ],
        "messages": Message.objects.filter(thread__in=threads).delete()[0],
        "notes": InternalNote.objects.filter(**of_designation).delete()[0],
        "children": Child.objects.filter(measure=measure).delete()[0],
        "parties": Party.objects.filter(measure=measure).delete()[0],
    }
    SafetyContext.objects.filter(measure=measure).delete()
    threads.delete()
    for kind in (Milestone, AttendanceSummary, Assignment, Proposal):
        kind.objects.filter(**of_designation).delete()
    MeasureTransition.objects.filter(measure=measure).update(by=None, by_name="")
    return removed


def _remove_files(measure: Measure) -> int:
    """Bytes and names go; digests, sizes and dates stay with the measure's row."""
    files = Attachment.objects.filter(measure=measure)
    undecided = files.filter(state__in=PENDING)
    undecided.update(state=AttachmentState.REFUSED, reason=Reason.UNSCANNABLE.value)
    blobs.remove(Blob.objects.filter(attachment__in=files))
    return files.update(
        thread=None,
        message=None,
        name="",
        look_at=None,
        held_until=None,
        attempts=F("attempts") + 1,  # a worker that holds one has been overtaken
    )


def _remove_draft(measure: Measure) -> bool:
    with transaction.atomic():
        locked = lock(measure)
        counts = _remove_content(locked)  # a recalled one has a thread
        Attachment.objects.filter(measure=locked).delete()
        Measure.objects.filter(pk=locked.pk).update(terms=None)
        MeasureTransition.objects.filter(measure=locked).delete()
        MeasureTerms.objects.filter(measure=locked).delete()
        locked.designations.all().delete()
        record(None, "draft_purged", "measure", locked.pk, counts=counts)
        locked.delete()
    return True
