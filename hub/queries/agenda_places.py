"""What waits for a person beside the threads they sit in: drafts, and what their court,
their espace de rencontre, the national service or the machine asks of them.

Constant queries by role, whatever there is. Nothing is cut off here: all of it counts
in the one number, and the page shows the first of it.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast

from hub import permissions
from hub.agenda import Waiting, Why
from hub.completeness import missing
from hub.models import (
    Attachment,
    AttachmentPurpose,
    AvailabilityAnswer,
    Centre,
    DifficultyReport,
    Measure,
    Role,
    TimerMark,
    User,
    WaitingDeclaration,
)
from hub.models.choices import MeasureState
from hub.queries import deadlines, national
from hub.queries.file_figures import queue
from hub.queries.order_documents import state_of_all
from hub.queries.waiting import newest_declarations

FILE_SECONDS = 600.0  # a file takes a few; after this long somebody has to look


def drafts(user: User) -> Iterator[Waiting]:
    """Whoever prepares one completes it; its judge is only shown one that is ready.

    Drafts of colleagues are on the desk. Five queries at most.
    """
    if not permissions.may(user, "measure.edit"):
        return
    found = (
        permissions.measures_open_to(user, "measure.edit")
        .filter(Q(prepared_by=user) | Q(judge=user), state=MeasureState.DRAFT)
        .select_related("terms", "court", "prepared_by")
        .prefetch_related("children", "parties")
        .order_by("changed_at")
    )
    measures = list(found)
    chosen, files = _chosen(measures), _documents(measures)
    for one in measures:
        lacks = one.terms is None or missing(
            one, one.terms, list(one.children.all()), list(one.parties.all()),
            order_document=files.get(one.pk, ""), has_centre=one.pk in chosen,
        )  # fmt: skip
        if lacks and one.prepared_by_id != user.pk:
            continue
        yield Waiting(
            Why.DRAFT if lacks else Why.READY,
            since=one.changed_at,
            measure=one,
            count=len(lacks) if isinstance(lacks, list) else 0,
            who="" if one.prepared_by_id == user.pk else one.prepared_by.name,
        )


def questions(user: User, now: datetime) -> Iterator[Waiting]:
    """What courts ask about places, to each espace de rencontre of the person's."""
    places = permissions.places_in(user, "availability.answer")
    rows = AvailabilityAnswer.objects.filter(
        centre__in=[place.centre_id for place in places],
        answered_at=None,
        request__expires_at__gt=now,
    ).select_related("request__court__departement", "centre__departement")
    for one in rows.order_by("request__expires_at", "pk"):
        due, asked = one.request.expires_at, one.request.asked_at
        yield Waiting(Why.QUESTION, since=asked, due=due, subject=one)


def waiting_times(user: User, now: datetime) -> Iterator[Waiting]:
    """Each espace de rencontre whose waiting times nobody confirmed for too long."""
    for centre, found in declared_at(user).items():
        oldest = min((one.declared_at for one in found), default=centre.created_at)
        since = oldest + timedelta(days=settings.RULES.stale_days)
        if not found or since <= now:
            yield Waiting(Why.WAITING_TIME, since=since, subject=(centre, found))


def declared_at(user: User) -> dict[Centre, list[WaitingDeclaration]]:
    """Of each espace de rencontre where the person declares: what counts now. One
    query, and one where somebody declares at all."""
    places = permissions.places_in(user, "centre.declare_waiting")
    centres = {place.centre.pk: place.centre for place in places if place.centre}
    if not centres:
        return {}
    found: dict[int, list[WaitingDeclaration]] = defaultdict(list)
    newest = newest_declarations().filter(site__centre__in=centres)
    for one in newest.select_related("site"):
        found[one.site.centre_id].append(one)
    return {centre: found[pk] for pk, centre in centres.items()}


def of_the_court(user: User) -> Iterator[Waiting]:
    """For a chief clerk: difficulties that nobody answered in time; no family's words.

    Those are the steps of which a chief clerk is told (T6)."""
    courts = [p.court_id for p in user.places if p.role == Role.CHIEF_CLERK]
    if not courts:
        return
    told = TimerMark.objects.filter(timer__startswith="T6.", object_id=OuterRef("name"))
    rows = (
        deadlines.awaiting_answer()
        .filter(measure__court__in=courts)
        .annotate(name=Cast("pk", CharField()))
        .filter(Exists(told))
        .select_related("measure__court", "measure__judge", "message")
        .order_by("message__at")
    )
    seen: set[UUID] = set()
    for report in rows:
        if report.measure_id not in seen:
            seen.add(report.measure_id)
            yield _unanswered(report)


def of_the_country(user: User, now: datetime) -> Iterator[Waiting]:
    """For the national service: one line a list of its desk, with its oldest day."""
    if not any(place.role == Role.NATIONAL for place in user.places):
        return
    if late := national.unanswered():
        count = sum(one.count for one in late)
        yield Waiting(Why.NO_RECEIPTS, since=now, count=count, subject=len(late))
    for why, rows in (
        (Why.UNREACHABLE, national.unreachable()),
        (Why.NO_CONTACT, national.without_contact()),
        (Why.STALE, national.stale_centres()),
    ):
        if count := rows.count():
            yield Waiting(why, since=now, count=count)
    if soon := list(national.expiring_approvals()):
        yield Waiting(
            Why.APPROVALS, since=now, due=soon[0].valid_until, count=len(soon)
        )


def of_the_machine(user: User, now: datetime) -> Iterator[Waiting]:
    """For the operator: files that wait although a scanner should have seen them."""
    if not any(place.role == Role.OPERATOR for place in user.places):
        return
    files = queue(now)
    if files.oldest_seconds > FILE_SECONDS:
        since = now - timedelta(seconds=files.oldest_seconds)
        yield Waiting(Why.FILES, since=since, count=files.waiting, urgent=True)


def _chosen(measures: list[Measure]) -> set[UUID]:
    """The drafts for which an espace de rencontre is chosen."""
    rows = Measure.objects.filter(
        pk__in=[one.pk for one in measures], designations__is_current=True
    )
    return set(rows.values_list("pk", flat=True))


def _documents(measures: list[Measure]) -> dict[UUID, str]:
    states: dict[UUID, list[str]] = defaultdict(list)
    rows = Attachment.objects.filter(
        measure__in=measures, purpose=AttachmentPurpose.ORDER_DOCUMENT
    ).order_by("-received_at")
    for measure, state in rows.values_list("measure", "state"):
        states[measure].append(state)
    return {measure: state_of_all(found) for measure, found in states.items()}


def _unanswered(report: DifficultyReport) -> Waiting:
    measure = report.measure
    return Waiting(
        Why.UNANSWERED,
        since=report.message.at,
        due=deadlines.answer_due(report),
        urgent=report.urgency == "immediate",
        measure=measure,
        who=measure.judge.name,
    )
