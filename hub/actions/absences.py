"""Absences: who does not answer, who does instead, and until when.

The substitute sits in the absent person's open threads at once and until the end of
the last day, so that they can read before they are alone.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hub import events, permissions
from hub.actions.absence_checks import wrong_fields
from hub.actions.journal import record
from hub.actions.seating import (
    end_seats,
    hold_threads_of,
    look_for_unread,
    seat_in,
)
from hub.calendar import local_day, today_in, zone
from hub.errors import InvalidInput, NotFound
from hub.models import (
    Absence,
    AbsenceSource,
    Membership,
    Participant,
    Thread,
    User,
)
from hub.models.threads import ThreadState


def enter_absence(
    member: User,
    *,
    first_day: date,
    last_day: date,
    substitute: Membership | None = None,
    by: User,
) -> Absence:
    """Of oneself, or of a member of an organisation whose members one manages.

    `substitute`: a colleague's place in an organisation of both. Raises NotFound for
    somebody else's absence, InvalidInput.
    """
    with transaction.atomic():
        place = _place(member, by)
        User.objects.select_for_update(no_key=True).get(pk=member.pk)
        wrong = wrong_fields(member, first_day, last_day, substitute, _today(place))
        if wrong:
            raise InvalidInput(wrong)
        absence = _enter(member, first_day, last_day, substitute, by)
        record(by, "absence_entered", "user", member.pk)
        return absence


def learn_absence(
    member: User, *, last_day: date, substitute: Membership | None = None
) -> Absence | None:
    """What an automatic reply of the person's own mailbox said: away from today on.

    `substitute`: whom the person chose for this case; left out if it no longer fits.
    None if nothing is to be entered: the days are known, past, or concern nobody.
    """
    place = next((p for p in member.places if p.organisation_code), None)
    if place is None:
        return None
    today = _today(place)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=member.pk)
        if substitute and wrong_fields(member, today, last_day, substitute, today):
            substitute = None
        if wrong_fields(member, today, last_day, None, today):
            return None
        absence = _enter(
            member, today, last_day, substitute, None, AbsenceSource.MAILBOX
        )
        record(None, "absence_learned", "user", member.pk)
        return absence


def take_back(absence_id: int, *, by: User) -> Absence:
    """Ends an absence before its last day; the substitute's seats end with it.

    Raises NotFound for one that is over or that the person may not touch.
    """
    with transaction.atomic():
        absence = (
            Absence.objects.select_for_update(of=("self",), no_key=True)
            .select_related("user", "substitute")
            .filter(pk=absence_id, ended_at=None)
            .first()
        )
        if absence is None:
            raise NotFound
        _place(absence.user, by)
        close(absence, by=by)
        record(by, "absence_taken_back", "user", absence.user_id)
        return absence


def _enter(
    member: User,
    first_day: date,
    last_day: date,
    substitute: Membership | None,
    by: User | None,
    source: AbsenceSource = AbsenceSource.PERSON,
) -> Absence:
    """For a transaction of the caller; announced."""
    absence = Absence.objects.create(
        user=member,
        substitute=substitute.user if substitute else None,
        first_day=first_day,
        last_day=last_day,
        source=source,
    )
    if substitute:
        _hand_over(absence, substitute, by)
    events.absence_entered.send(
        None,
        absence_id=absence.pk,
        user_id=member.pk,
        substitute_id=absence.substitute_id,
    )
    return absence


def close(absence: Absence, *, by: User | None = None) -> None:
    """For a transaction of the caller: the absence and its substitute's seats end."""
    absence.ended_at = timezone.now()
    absence.save(update_fields=["ended_at"])
    if absence.substitute_id:
        hold_threads_of(absence.user_id)
        seats = Participant.objects.filter(user=absence.substitute_id)
        threads = seats.filter(until=end_of(absence)).values_list("thread", flat=True)
        ended = end_seats(absence.substitute_id, threads, until=end_of(absence))
        counts = {"threads": ended}
        record(by, "substitute_ended", "user", absence.substitute_id, counts=counts)
        _seat_again(absence.substitute_id)
        events.absence_closed.send(
            None, user_id=absence.user_id, since=absence.created_at
        )


def _seat_again(substitute_id: UUID) -> None:
    """The same substitute may replace somebody else until the same moment."""
    others = Absence.objects.filter(
        substitute=substitute_id, ended_at=None, last_day__gte=today_in()
    )
    places = Membership.objects.current().filter(
        user=substitute_id, role__in=permissions.roles_with("thread.write")
    )
    for absence in others.select_related("user"):
        for place in places.select_related("court", "centre"):
            _hand_over(absence, place, None)


def seat_substitutes(thread: Thread, places: Iterable[Membership]) -> None:
    """For a transaction of the caller: a new thread reaches who replaces its people."""
    organisations = {p.user_id: (p.court_id, p.centre_id) for p in places}
    running = Absence.objects.filter(
        user__in=organisations,
        ended_at=None,
        last_day__gte=today_in(),
        substitute__isnull=False,
    )
    for absence in running.select_related("user"):
        court, centre = organisations[absence.user_id]
        writers = permissions.roles_with("thread.write")
        place = (
            Membership.objects.current()
            .filter(user=absence.substitute_id, court=court, centre=centre)
            .filter(user__is_active=True, role__in=writers)
            .first()
        )
        if place:
            seat_in(
                place,
                [thread.pk],
                until=end_of(absence),
                instead_of=absence.user_id,
            )
            _journal(place, 1, None)


def _hand_over(absence: Absence, substitute: Membership, by: User | None) -> None:
    """Seats, and what the absent person has not read: owed from the first day on."""
    threads, absent = _threads(absence, substitute), absence.user_id
    hold_threads_of(absent)
    seat_in(substitute, threads, until=end_of(absence), instead_of=absent)
    begins = _midnight(absence, absence.first_day)
    look_for_unread(threads, absent, max(begins, timezone.now()))
    _journal(substitute, len(threads), by)


def _journal(substitute: Membership, threads: int, by: User | None) -> None:
    counts = {"threads": threads}
    record(by, "substitute_seated", "user", substitute.user_id, counts=counts)


def end_of(absence: Absence) -> datetime:
    """Midnight after the last day, where the absent person works."""
    return _midnight(absence, absence.last_day + timedelta(days=1))


def _midnight(absence: Absence, day: date) -> datetime:
    """With which that day begins, where the absent person works."""
    place = absence.user.places[0] if absence.user.places else None
    return datetime.combine(day, time(), zone(_departement(place)))


def _threads(absence: Absence, substitute: Membership) -> list[UUID]:
    """The open threads in which the absent person sits from the same organisation."""
    same = {"court": substitute.court_id, "centre": substitute.centre_id}
    shared = {f"membership__{k}": v for k, v in same.items() if v}
    seats = Participant.objects.filter(
        permissions.seats_with("thread.read"), user=absence.user_id, **shared
    )
    threads = Thread.objects.filter(
        pk__in=seats.values("thread"), state=ThreadState.OPEN
    )
    return list(threads.values_list("pk", flat=True))


def _place(member: User, by: User) -> Membership:
    """The place that the absence is about: one's own, or one that `by` manages."""
    places = [p for p in member.places if p.organisation_code]
    if member.pk != by.pk:
        managed = {p.organisation_code: p for p in permissions.places_in(by, MANAGE)}
        places = [
            p
            for p in places
            if p.organisation_code in managed
            and p.role
            in permissions.roles_managed_by(managed[p.organisation_code].role)
        ]
    if not places:
        raise NotFound
    return places[0]


MANAGE = "members.manage"


def _departement(place: Membership | None) -> str:
    organisation = (place.court or place.centre) if place else None
    return organisation.departement_id if organisation else ""


def _today(place: Membership) -> date:
    return local_day(timezone.now(), _departement(place))
