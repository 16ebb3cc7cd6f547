"""Which first steps a person has done. A query a step, and none once all is closed."""

from collections.abc import Callable
from dataclasses import dataclass

from hub.first_steps import STEPS, Step, checks
from hub.models import (
    Centre,
    Court,
    Designation,
    JournalEntry,
    Measure,
    Membership,
    Role,
    User,
    WaitingDeclaration,
)
from hub.models.choices import MeasureState


@dataclass(frozen=True)
class FirstSteps:
    """Of the person's first place: its steps with whether each is done."""

    place: Membership
    steps: list[tuple[Step, bool]]

    @property
    def left(self) -> int:
        return sum(not done for _step, done in self.steps)


def first_steps_of(user: User) -> FirstSteps | None:
    """None for whoever closed them, has done all, or has a role without any."""
    place = next((one for one in user.places if one.role in STEPS), None)
    if user.first_steps_closed_at or place is None:
        return None
    found = FirstSteps(place, [])
    for step in STEPS[place.role]:
        if step in checks:
            found.steps.append((step, checks[step](user)))
        elif step == Step.RECEIPT and _had_acknowledged(place):
            continue  # others did it before this person came: no first step of theirs
        elif step in CHECKS:
            found.steps.append((step, CHECKS[step](place)))
    return found if found.left else None


def _is_described(centre: Centre | None) -> bool:
    """Somebody of the espace de rencontre looked at what it says of itself."""
    assert centre is not None
    return JournalEntry.objects.filter(
        action="centre_described", object_kind="centre", object_id=str(centre.pk)
    ).exists()


def _is_declared(centre: Centre | None) -> bool:
    """By a person: what came with a list of centres was said by nobody."""
    return WaitingDeclaration.objects.filter(
        site__centre=centre, declared_by__isnull=False
    ).exists()


def _has_colleagues(place: Membership) -> bool:
    here = Membership.objects.current().filter(centre=place.centre)
    return here.exclude(user=place.user_id).exists()


def _has(role: Role, court: Court | None) -> bool:
    return Membership.objects.current().filter(court=court, role=role).exists()


def _has_sent(**whose: object) -> bool:
    sent = Measure.objects.exclude(state=MeasureState.DRAFT)
    return sent.filter(**whose).exists()


def _own_measure(place: Membership) -> bool:
    mine = {"judge": place.user_id}
    return _has_sent(**mine) or _has_sent(prepared_by=place.user_id)


def _has_acknowledged(place: Membership) -> bool:
    return Designation.objects.filter(
        centre=place.centre, acknowledged_at__isnull=False
    ).exists()


def _had_acknowledged(place: Membership) -> bool:
    return Designation.objects.filter(
        centre=place.centre, acknowledged_at__lt=place.since
    ).exists()


CHECKS: dict[Step, Callable[[Membership], bool]] = {
    Step.PROFILE: lambda place: _is_described(place.centre),
    Step.WAITING_TIME: lambda place: _is_declared(place.centre),
    Step.COLLEAGUES: _has_colleagues,
    Step.JUDGES: lambda place: _has(Role.JUDGE, place.court),
    Step.CLERKS: lambda place: _has(Role.CLERK, place.court),
    Step.COURT_MEASURE: lambda place: _has_sent(court=place.court),
    Step.MEASURE: _own_measure,
    Step.RECEIPT: _has_acknowledged,
}
