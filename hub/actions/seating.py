"""Seats that follow from a place, an absence or a chief clerk: many threads at once.

A seat alone is no right: its membership has to be in force (hub.permissions).
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from hub import events, permissions
from hub.actions.journal import record
from hub.errors import InvalidInput, NotFound
from hub.models import (
    CENTRE_ROLES,
    COURT_ROLES,
    Measure,
    Membership,
    Participant,
    Thread,
    User,
)
from hub.models.threads import ThreadState


def threads_of_place(place: Membership) -> QuerySet[Thread]:
    """The open threads that somebody in this place takes part in by right."""
    threads = Thread.objects.filter(state=ThreadState.OPEN)
    if place.role in CENTRE_ROLES:
        return threads.filter(
            designation__centre=place.centre_id, designation__is_current=True
        )
    if place.role in COURT_ROLES and place.unit_id:
        return threads.filter(designation__measure__unit=place.unit_id)
    return threads.none()


def seat_in(
    place: Membership,
    threads: Iterable[UUID],
    *,
    until: datetime | None = None,
    instead_of: UUID | None = None,
) -> None:
    """Gives seats, and gives back those that had ended. Six queries.

    A seat in force is left as it is, so that nobody changes sides in a thread; one that
    ends earlier lasts longer. Nobody is told by mail of what was said before they sat
    there; who sits `instead_of` somebody is owed what that person has not read.
    """
    threads = list(threads)
    mine = Participant.objects.filter(user=place.user_id, thread__in=threads)
    in_force = mine.filter(permissions.seats_with("thread.read"))
    kept = in_force.exclude(until__lt=until) if until else in_force.filter(until=None)
    kept_keys = list(kept.values_list("pk", flat=True))
    longer = list(in_force.exclude(pk__in=kept_keys).values_list("pk", flat=True))
    mine.filter(pk__in=longer).update(membership=place, until=until)
    again = mine.exclude(pk__in=[*kept_keys, *longer])
    again.update(membership=place, until=until, notified_seq=_told_of(instead_of))
    Participant.objects.bulk_create(
        [
            Participant(
                thread_id=thread,
                user_id=place.user_id,
                membership=place,
                until=until,
                notified_seq=seq,
            )
            for thread, seq in _told(threads, instead_of)
        ],
        ignore_conflicts=True,
    )
    events.rights_changed.send(None, user_ids=[place.user_id])


def _told(threads: list[UUID], instead_of: UUID | None) -> Iterable[tuple[UUID, int]]:
    """For each thread what a new seat in it is told of, or not owed."""
    if instead_of is None:
        return Thread.objects.filter(pk__in=threads).values_list("pk", "last_seq")
    absent = Participant.objects.filter(user=instead_of, thread__in=threads)
    return absent.values_list("thread", "read_seq")


def _told_of(instead_of: UUID | None) -> Subquery:
    """The same for one seat, inside an UPDATE of seats."""
    if instead_of is None:
        heads = Thread.objects.filter(pk=OuterRef("thread"))
        return Subquery(heads.values("last_seq")[:1])
    absent = Participant.objects.filter(user=instead_of, thread=OuterRef("thread"))
    return Subquery(absent.values("read_seq")[:1])


def hold_threads_of(user_id: UUID) -> None:
    """Before the person's rights change: nobody posts there until the caller's commit.

    In the order in which posting locks, and before seats are changed: the messenger
    holds threads while it writes seats, so the other order would be a deadlock. The
    UPDATE changes no value. It makes a post that waits for us look again, since what it
    saw of rights is older than our commit (hub.sql.posting.read).
    """
    seats = Participant.objects.filter(user=user_id).values("thread")
    threads = Thread.objects.filter(pk__in=seats, state=ThreadState.OPEN)
    locked = threads.select_for_update(no_key=True, of=("self",)).order_by("pk")
    keys = list(locked.values_list("pk", flat=True))
    Thread.objects.filter(pk__in=keys).update(state=F("state"))


def look_for_unread(threads: Iterable[UUID], reader: UUID, at: datetime) -> None:
    """The messenger looks by `at` where this reader has not read everything.

    Threads in the order of their ids, as posting locks them.
    """
    unread = Participant.objects.filter(
        user=reader, thread__in=list(threads), read_seq__lt=F("thread__last_seq")
    )
    later = Q(look_at=None) | Q(look_at__gt=at)
    rows = Thread.objects.filter(later, pk__in=unread.values("thread"))
    locked = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
    keys = list(locked.values_list("pk", flat=True))
    Thread.objects.filter(pk__in=keys).update(look_at=at)


def seat_everywhere(place: Membership) -> None:
    """A new place opens what it opens by right, from now on."""
    seat_in(place, threads_of_place(place).values_list("pk", flat=True))


def end_seats(user_id: UUID, threads: Iterable[UUID], *, until: datetime) -> int:
    """Takes back seats that were given until that moment, and no others; how many."""
    given = Participant.objects.filter(
        user=user_id, thread__in=list(threads), until=until
    )
    ended = given.update(until=timezone.now())
    events.rights_changed.send(None, user_ids=[user_id])
    return ended


def seat_colleague(
    reference: str, member: Membership | None, *, organisation: str, by: User
) -> None:
    """A chief clerk lets a colleague of the court take part, for one who is away.

    Raises NotFound for a measure of another court, InvalidInput without a colleague.
    """
    with transaction.atomic():
        permissions.place_where(by, "members.manage", organisation=organisation)
        measure = Measure.objects.filter(
            reference=reference, court=organisation
        ).first()
        if measure is None:
            raise NotFound
        _refuse_stranger(member, organisation)
        assert member is not None
        thread = Thread.objects.filter(
            Q(designation__is_current=True), designation__measure=measure
        ).first()
        if thread is None:
            sentence = _("This measure was not transmitted: there is no thread yet.")
            raise InvalidInput({"member": sentence})
        seat_in(member, [thread.pk])
        record(by, "colleague_seated", "measure", measure.pk)


def _refuse_stranger(member: Membership | None, organisation: str) -> None:
    writers = permissions.roles_with("thread.write")
    if member is None or member.court_id != organisation or member.role not in writers:
        raise InvalidInput({"member": _("Choose a colleague of this court.")})
