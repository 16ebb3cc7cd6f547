"""People and their places: accounts, memberships, seats in threads."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from hub import events
from hub.actions.journal import record
from hub.actions.seating import hold_threads_of
from hub.models import Centre, Court, Membership, Participant, Role, Thread, User


def create_user(*, email: str, given_name: str, usual_name: str) -> User:
    return User.objects.create(
        email=email.strip().lower(), given_name=given_name, usual_name=usual_name
    )


def add_membership(
    user: User,
    role: Role,
    *,
    court: Court | None = None,
    centre: Centre | None = None,
    by: User | None = None,
) -> Membership:
    """Gives a person a role in an organisation, from now on."""
    with transaction.atomic():
        place = Membership.objects.create(
            user=user, role=role, court=court, centre=centre
        )
        record(by, "membership_added", "user", user.pk)
        events.rights_changed.send(None, user_ids=[user.pk])
        return place


def end_membership(
    place: Membership, *, by: User | None = None, at: datetime | None = None
) -> None:
    """Takes the place away at once; its seats stop counting, its words stay."""
    with transaction.atomic():
        hold_threads_of(place.user_id)
        Membership.objects.filter(pk=place.pk).update(until=at or timezone.now())
        record(by, "membership_ended", "user", place.user_id)
        events.rights_changed.send(None, user_ids=[place.user_id])


def close_account(user: User, *, by: User | None = None) -> None:
    """Ends every right of the person at once; names stay on what was written."""
    with transaction.atomic():
        hold_threads_of(user.pk)
        User.objects.filter(pk=user.pk).update(is_active=False)
        record(by, "account_closed", "user", user.pk)
        events.rights_changed.send(None, user_ids=[user.pk])


def seat(thread: Thread, places: list[Membership]) -> None:
    """Lets people take part in a thread, each from one of their places."""
    with transaction.atomic():
        Participant.objects.bulk_create(
            [
                Participant(
                    thread=thread,
                    user_id=p.user_id,
                    membership=p,
                    notified_seq=thread.last_seq,
                )
                for p in places
            ]
        )
        events.rights_changed.send(None, user_ids=[p.user_id for p in places])
