"""What happens to the work and the sessions of somebody whose place ends."""

from collections.abc import Iterable
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone

from hub import events
from hub.actions import absences, kept_drafts
from hub.actions.assignments import sentence_of
from hub.actions.messages import post_in_transaction
from hub.actions.sessions import end_all_sessions
from hub.actions.transitions import hub_itself
from hub.models import (
    SYSTEM,
    Absence,
    Assignment,
    Membership,
    Side,
    SignInRequest,
    Thread,
    User,
)
from hub.models.threads import ThreadState
from hub.posting import Draft


def pass_on(place: Membership) -> None:
    """Before the place ends: charges are released, an open absence is over, and what
    the person had begun to write goes.

    The hub says it in each thread, in a constant number of queries; a colleague then
    takes charge. Who was left untold because of them is told by the messenger.
    Measures stay with the organisation.
    """
    held = list(
        Assignment.objects.filter(
            _of_organisation(place), user=place.user_id, released_at=None
        )
    )
    now = timezone.now()
    Assignment.objects.filter(pk__in=[a.pk for a in held]).update(released_at=now)
    _say_released(held, place)
    kept_drafts.forget_of(place)
    for absence in Absence.objects.filter(
        user=place.user_id, ended_at=None
    ).select_related("user", "substitute"):
        absences.close(absence)


def forget_person(user: User, *, by: User) -> None:
    """Once no place is left: sessions and open sign-in requests end."""
    if Membership.objects.current().filter(user=user).exists():
        return
    requests = SignInRequest.objects.filter(user=user, used_at=None)
    requests.update(used_at=timezone.now())
    end_all_sessions(user)


def _of_organisation(place: Membership) -> Q:
    """The designations of the place's side and organisation."""
    if place.centre_id:
        return Q(side=Side.CENTRE, designation__centre=place.centre_id)
    return Q(side=Side.COURT, designation__measure__court=place.court_id)


def _say_released(held: Iterable[Assignment], place: Membership) -> None:
    threads = Thread.objects.filter(
        designation__in=[a.designation_id for a in held], state=ThreadState.OPEN
    )
    sentence = sentence_of(place.user.name, place.side, released=True)
    hub = hub_itself()
    ids = list(threads.values_list("pk", flat=True))
    post_in_transaction(
        [
            Draft(thread, hub.pk, uuid4(), sentence, kind=SYSTEM, door="system")
            for thread in ids
        ]
    )
    # After the post, which holds the threads: the messenger is not looking now.
    events.charge_released.send(None, thread_ids=ids, side=place.side)
