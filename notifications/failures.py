"""Mail that could not be sent: who may see it, another try, giving up.

Managers see their own organisation, the national service all, the operator all without
people. How a row fails is in notifications.queue.
"""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from hub import permissions
from hub.actions.journal import record
from hub.errors import NotFound
from hub.models import Membership, Role, User
from notifications import outbox
from notifications.kinds import Kind
from notifications.models import Notification, Reason, State

RIGHT = "notifications.failures"
EVERYWHERE = (Role.NATIONAL, Role.OPERATOR)
SHOWN = 200
# Why, for somebody else than the recipient.
CAUSES: dict[str, Promise] = {
    Reason.REFUSED: gettext_lazy("The recipient’s mail server refused it for good."),
    Reason.TOO_LONG: gettext_lazy(
        "The recipient’s mail server could not be reached for two days."
    ),
    Reason.BROKEN: gettext_lazy("It could not be written: a fault of the hub."),
    Reason.TROUBLE: gettext_lazy("The mail server did not answer so far."),
}


@dataclass(frozen=True)
class Failure:
    """One row as a person who may retry it sees it; `name` is empty for an operator."""

    row: Notification
    organisation: str
    name: str
    domain: str

    @property
    def is_dead(self) -> bool:
        return self.row.state == State.DEAD

    @property
    def cause(self) -> str:
        return str(CAUSES.get(self.row.reason, ""))


def open_failures(user: User) -> QuerySet[Notification]:
    """What could not be sent, or is in trouble, where this person may see it.

    Items of summaries are left out: they fail and come back with theirs.
    """
    trouble = Q(state=State.WAITING, reason=Reason.TROUBLE)
    failing = Notification.objects.filter(Q(state=State.DEAD) | trouble).exclude(
        digest__state=State.DEAD
    )
    places = permissions.places_in(user, RIGHT)
    if any(place.role in EVERYWHERE for place in places):
        return failing
    courts = [p.court_id for p in places if p.court_id]
    centres = [p.centre_id for p in places if p.centre_id]
    members = Membership.objects.current().filter(
        Q(court__in=courts) | Q(centre__in=centres)
    )
    return failing.filter(Q(centre__in=centres) | Q(user__in=members.values("user")))


def failures(user: User) -> list[Failure]:
    """The newest, with whose they are. Three queries whatever their number."""
    rows = list(
        open_failures(user)
        .select_related("user", "centre")
        .order_by("-ended_at", "-created_at")[:SHOWN]
    )
    places = _places(rows)
    sees_people = any(
        place.role != Role.OPERATOR for place in permissions.places_in(user, RIGHT)
    )
    return [_failure(row, places, sees_people) for row in rows]


def retry(row_id: UUID, by: User) -> None:
    """Owed again from now on; the two days begin anew. Raises NotFound.

    Its number of tries goes on, so that a worker that was lost with it cannot end it.
    """
    now = timezone.now()
    with transaction.atomic():
        row = _locked(row_id, by)
        if row.state == State.DEAD:
            _items(row).update(state=State.GATHERED, reason="", ended_at=None)
        row.state, row.reason, row.due_at = State.WAITING, "", now
        row.first_tried_at = row.lease_until = row.ended_at = None
        row.save()
        record(by, "notification_retried", "notification", row.pk)
        transaction.on_commit(partial(outbox.woken.send, None))


def give_up(row_id: UUID, by: User) -> None:
    """Nobody tries again; why it failed stays for its recipient. Raises NotFound."""
    now = timezone.now()
    with transaction.atomic():
        row = _locked(row_id, by)
        _items(row).update(state=State.DROPPED, ended_at=now)
        if row.reason == Reason.TROUBLE:
            row.reason = Reason.TOO_LONG
        row.state, row.ended_at = State.DROPPED, now
        row.save()
        record(by, "notification_given_up", "notification", row.pk)


def _locked(row_id: UUID, by: User) -> Notification:
    seen = open_failures(by).filter(pk=row_id).values("pk")
    rows = Notification.objects.select_for_update(no_key=True)
    # The states once more: a worker may have taken it while this waited for the lock.
    states = (State.DEAD, State.WAITING)
    row = rows.filter(pk__in=seen, state__in=states).first()
    if row is None:
        raise NotFound
    return row


def _items(row: Notification) -> QuerySet[Notification]:
    """What a summary carries shares its fate."""
    if row.kind != Kind.DIGEST:
        return Notification.objects.none()
    return Notification.objects.filter(
        digest=row, state__in=(State.DEAD, State.GATHERED)
    )


def _places(rows: list[Notification]) -> dict[UUID, str]:
    """person -> organisation."""
    users = {row.user_id for row in rows if row.user_id}
    current = Membership.objects.current().filter(user__in=users)
    return {
        place.user_id: place.organisation
        for place in current.select_related("court", "centre").order_by("since")
    }


def _failure(row: Notification, places: dict[UUID, str], sees_people: bool) -> Failure:
    person = row.user or row.centre
    assert person is not None
    return Failure(
        row=row,
        organisation=row.centre.name
        if row.centre
        else places.get(row.user_id or UUID(int=0), ""),
        name=row.user.name if row.user and sees_people else "",
        domain=person.email.rpartition("@")[2],
    )
