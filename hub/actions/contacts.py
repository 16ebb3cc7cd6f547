"""Several contacts: invite, change a role, end a place, within one organisation.

What a manager of members may give or take is hub/permissions.toml, `[members]`.
Accounts and bare memberships are in hub.actions.members.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from hub import events, permissions, text
from hub.actions.departures import forget_person, pass_on
from hub.actions.journal import record
from hub.actions.members import create_user, end_membership
from hub.actions.seating import hold_threads_of, seat_everywhere
from hub.errors import Forbidden, Illegal, InvalidInput, InvalidText, NotFound
from hub.models import (
    CENTRE_ROLES,
    COURT_ROLES,
    Centre,
    Court,
    CourtUnit,
    Membership,
    Participant,
    Role,
    User,
)
from hub.models.accounts import MembershipQuerySet

Organisation = Centre | Court
MANAGE = "members.manage"
MAX_NAME = 100


@dataclass(frozen=True)
class Invitation:
    email: str
    given_name: str
    usual_name: str
    role: str
    unit: int | None = None


def invite(
    organisation: Organisation, invitation: Invitation, *, by: User
) -> Membership:
    """Gives a person a place; somebody who has an account keeps it and its name.

    Seats follow at once: every open thread of the centre, or of the unit. Raises
    NotFound, Forbidden for a role that the person may not give, InvalidInput.
    """
    with transaction.atomic():
        manager = _lock(organisation, by)
        given = _checked(invitation)
        _refuse_role(manager, given.role, organisation)
        unit = unit_of(organisation, given.unit)
        user = _account(given)
        if _places(organisation).filter(user=user).exists():
            sentence = _("%(name)s already has a place here.") % {"name": user.name}
            raise InvalidInput({"email": sentence})
        place = _give(organisation, user, given.role, unit, by)
        record(by, "member_invited", "user", user.pk)
        events.member_invited.send(
            None,
            email=user.email,
            name=user.name,
            locale=user.locale or translation.get_language(),
            organisation=organisation.name,
            role=given.role,
            place_id=place.pk,
        )
        return place


def change_role(
    place_id: int,
    *,
    organisation: Organisation,
    role: str,
    unit: int | None = None,
    by: User,
) -> Membership:
    """A new place from now on, the old one kept with its dates; seats move along.

    Raises NotFound, Forbidden, InvalidInput, Illegal for the last coordinator.
    """
    with transaction.atomic():
        manager = _lock(organisation, by)
        old = place_in(organisation, place_id)
        _refuse_role(manager, old.role, organisation)
        _refuse_role(manager, role, organisation)
        found = unit_of(organisation, unit)
        if (old.role, old.unit_id) == (role, found.pk if found else None):
            return old
        if role != Role.COORDINATOR:
            _keep_a_coordinator(organisation, old)
        end_membership(old, by=by)
        new = _give(organisation, old.user, role, found, by)
        Participant.objects.filter(membership=old).update(membership=new)
        seat_everywhere(new)
        record(by, "role_changed", "user", old.user_id)
        events.role_changed.send(None, user_id=old.user_id, place_id=new.pk)
        return new


def leave(
    place_id: int, *, organisation: Organisation, by: User, confirmed: bool = False
) -> None:
    """Ends a place at once. What it answered for is released, and threads say so.

    One's own place asks to be confirmed. Raises NotFound, Forbidden, InvalidInput, and
    Illegal for the last coordinator of a centre: two who leave at once wait for each
    other on the centre's row.
    """
    with transaction.atomic():
        manager = _lock(organisation, by)
        place = place_in(organisation, place_id)
        _refuse_role(manager, place.role, organisation)
        _keep_a_coordinator(organisation, place)
        if place.user_id == by.pk and not confirmed:
            sentence = _("Confirm that you give up your own place and its rights.")
            raise InvalidInput({"confirmed": sentence})
        hold_threads_of(place.user_id)  # all at once, before lines are posted in some
        pass_on(place)
        end_membership(place, by=by)
        forget_person(place.user, by=by)
        events.member_left.send(
            None, user_id=place.user_id, organisation=organisation.name
        )


def place_in(organisation: Organisation, place_id: int) -> Membership:
    """A place in force here. Raises NotFound."""
    places = _places(organisation).select_related("user", "court", "centre", "unit")
    place = places.filter(pk=place_id).first()
    if place is None:
        raise NotFound
    return place


def unit_of(organisation: Organisation, unit: int | None) -> CourtUnit | None:
    """An active unit of this court; none for a centre. Raises InvalidInput."""
    if not unit or isinstance(organisation, Centre):
        return None
    found = organisation.units.filter(pk=unit, is_active=True).first()
    if found is None:
        raise InvalidInput({"unit": _("Choose a unit of this court.")})
    return found


def _lock(organisation: Organisation, by: User) -> Membership:
    """The place from which `by` manages, read again under the organisation's lock."""
    model = type(organisation)
    model.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    fresh = User.objects.get(pk=by.pk)  # its places may have ended while we waited
    return permissions.place_over(fresh, MANAGE, organisation=organisation.code)


def _places(organisation: Organisation) -> MembershipQuerySet:
    here = Membership.objects.current()
    if isinstance(organisation, Centre):
        return here.filter(centre=organisation)
    return here.filter(court=organisation)


def _refuse_role(manager: Membership, role: str, organisation: Organisation) -> None:
    here = CENTRE_ROLES if isinstance(organisation, Centre) else COURT_ROLES
    if role not in here or role not in permissions.roles_managed_by(manager.role):
        raise Forbidden(MANAGE)


def _keep_a_coordinator(organisation: Organisation, leaving: Membership) -> None:
    if leaving.role != Role.COORDINATOR:
        return
    others = _places(organisation).filter(role=Role.COORDINATOR, user__is_active=True)
    if not others.exclude(user=leaving.user_id).exists():
        raise Illegal(
            _(
                "%(name)s is the last coordinator: invite a successor first, so that "
                "somebody receives the measures."
            )
            % {"name": leaving.user.name}
        )


def _give(
    organisation: Organisation,
    user: User,
    role: str,
    unit: CourtUnit | None,
    by: User,
) -> Membership:
    place = Membership(user=user, role=role, unit=unit, invited_by=by)
    if isinstance(organisation, Centre):
        place.centre = organisation
    else:
        place.court = organisation
    place.save()
    seat_everywhere(place)
    return place


def _account(given: Invitation) -> User:
    user = User.objects.filter(email=given.email).first()
    if user is None:
        return create_user(
            email=given.email,
            given_name=given.given_name,
            usual_name=given.usual_name,
        )
    if not user.is_active:
        sentence = _("This account was closed. Ask the national service.")
        raise InvalidInput({"email": sentence})
    return user


def _checked(invitation: Invitation) -> Invitation:
    email = invitation.email.strip().lower()
    wrong, names = {}, {}
    try:
        validate_email(email)
    except ValidationError:
        wrong["email"] = _("Write the address in full, for example name@example.fr.")
    for field in ("given_name", "usual_name"):
        try:
            words = text.normalise(getattr(invitation, field), MAX_NAME)
        except InvalidText as error:
            wrong[field] = error.detail
            continue
        names[field] = " ".join(words.split())
        if not names[field]:
            wrong[field] = _("Write the first name and the last name.")
    if invitation.role not in Role.values:
        wrong["role"] = _("Choose a role.")
    if wrong:
        raise InvalidInput(wrong)
    return Invitation(email, role=invitation.role, unit=invitation.unit, **names)
