"""People, their places in organisations, and how they sign in.

What a role may do is not here: hub/permissions.toml.
"""

import uuid
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from hub.models.centres import Centre
from hub.models.courts import Court, CourtUnit
from hub.prepared import Prepared, Whole


class Role(models.TextChoices):
    """DOMAIN section 7; the letters there are J K D C S G N T."""

    JUDGE = "judge", _("judge")
    CLERK = "clerk", _("clerk")
    CHIEF_CLERK = "chief_clerk", _("chief clerk")
    COORDINATOR = "coordinator", _("coordinator")
    STAFF = "staff", _("staff")
    CENTRE_MANAGER = "centre_manager", _("manager of the espace de rencontre")
    NATIONAL = "national", _("national service")
    OPERATOR = "operator", _("operator")


COURT_ROLES = (Role.JUDGE, Role.CLERK, Role.CHIEF_CLERK)
CENTRE_ROLES = (Role.COORDINATOR, Role.STAFF, Role.CENTRE_MANAGER)


class Side(models.TextChoices):
    """The two sides of a thread."""

    COURT = "court", _("the court")
    CENTRE = "centre", _("the espace de rencontre")

    @property
    def other(self) -> "Side":
        return Side.CENTRE if self is Side.COURT else Side.COURT


# The hub itself, as the author of lines that a deadline writes. It cannot sign in.
HUB_USER_ID = uuid.UUID(int=1)


def full_name(given_name: str, usual_name: str) -> str:
    """A person's name as it is shown and frozen on messages."""
    return f"{given_name} {usual_name}"


class User(AbstractBaseUser):
    """A person. There is no password anywhere: see SignInRequest."""

    password = None  # type: ignore[assignment]
    last_login = None
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)  # lower case, see hub.actions.members
    given_name = models.CharField(max_length=100)
    usual_name = models.CharField(max_length=100)
    locale = models.CharField(max_length=5, blank=True)  # empty: the browser's
    # A key of hub.zones.NAMES; empty: that of the place where they work.
    zone = models.CharField(max_length=40, blank=True, default="", db_default="")
    is_active = models.BooleanField(default=True)
    seen_at = models.DateTimeField(null=True)  # last sign of a page; to the minute
    first_steps_closed_at = models.DateTimeField(null=True)  # by the person's own wish
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return full_name(self.given_name, self.usual_name)

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.usual_name[:1]).upper()

    @cached_property
    def places(self) -> "list[Membership]":
        """Current memberships, read once per request."""
        rows = _places.rows(user=self.pk, now=timezone.now())
        return [_place.made(row) for row in rows]

    def get_session_auth_hash(self) -> str:
        """Sessions are rows that can be deleted, so no password takes part here."""
        return salted_hmac("hub.session", str(self.pk)).hexdigest()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, now: datetime | None = None) -> "MembershipQuerySet":
        return self.filter(current_membership("", now))


def current_membership(prefix: str, now: datetime | None = None) -> models.Q:
    """The condition "in force now" on a membership reached through `prefix`."""
    now = now or timezone.now()
    ends = f"{prefix}until"
    begun = models.Q(**{f"{prefix}since__lte": now})
    return begun & (models.Q(**{ends: None}) | models.Q(**{f"{ends}__gt": now}))


class Membership(models.Model):
    """A role in a court, in a centre, or (national, operator) in neither."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    court = models.ForeignKey(Court, on_delete=models.PROTECT, null=True)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, null=True)
    unit = models.ForeignKey(CourtUnit, on_delete=models.PROTECT, null=True)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    invited_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    role__in=COURT_ROLES, court__isnull=False, centre=None
                )
                | models.Q(role__in=CENTRE_ROLES, centre__isnull=False, court=None)
                | models.Q(
                    role__in=(Role.NATIONAL, Role.OPERATOR), court=None, centre=None
                ),
                name="membership_role_fits_organisation",
            )
        ]

    @property
    def organisation(self) -> str:
        place = self.court or self.centre
        return place.name if place else ""

    @property
    def organisation_code(self) -> str:
        place = self.court or self.centre
        return place.code if place else ""

    @property
    def side(self) -> Side:
        """Which side of a thread this place sits on; only for court and centre."""
        return Side.COURT if self.court_id else Side.CENTRE


_place = Whole(Membership, "court", "centre")
_places = Prepared(
    lambda user, now: (
        Membership.objects.current(now)
        .filter(user=user)
        .order_by("since")
        .values_list(*_place.columns)
    ),
    user=uuid.UUID,
    now=datetime,
)


class AbsenceSource(models.TextChoices):
    """Who told the hub of an absence."""

    PERSON = "person", _("entered here")
    MAILBOX = "mailbox", _("read from an automatic reply")


class Absence(models.Model):
    """Days on which a person does not answer, and who does instead."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    first_day = models.DateField()
    last_day = models.DateField()
    ended_at = models.DateTimeField(null=True)  # taken back before the last day
    source = models.CharField(
        max_length=8, choices=AbsenceSource.choices, default=AbsenceSource.PERSON
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")),
                name="absence_ends_after_it_starts",
            )
        ]


class Session(AbstractBaseSession):
    """A signed-in browser, listed to its owner and ended by deleting the row."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    browser = models.CharField(max_length=60, blank=True)  # "Firefox, Windows"
    created_at = models.DateTimeField(default=timezone.now)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)  # key stays secret


class SignInRequest(models.Model):
    """One e-mail with a link and a code. Secrets are kept only as digests.

    `user` is empty for an unknown address, so that both kinds of address take the
    same path and get the same answers (RELIABILITY section 5).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    address_digest = models.CharField(max_length=64, db_index=True)
    link_digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64)
    needs_code_elsewhere = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class SignInGuard(models.Model):
    """Wrong codes per address, known or not; the delay grows with each."""

    address_digest = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)
