"""Espaces de rencontre: who runs them, where, whom they receive, how long one waits."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.courts import Court, Departement


class VisitKind(models.TextChoices):
    """The three forms of reception a centre describes (DOMAIN 1.6)."""

    VISIT = "visit_on_site", _("visit on site")
    VISIT_WITH_EXITS = "visit_with_exits", _("visit with outings")
    HANDOVER = "handover", _("handover of the child")


class CentreStatus(models.TextChoices):
    ACTIVE = "active", _("open")
    PAUSED = "paused", _("paused")
    CLOSED = "closed", _("closed")


class Centre(models.Model):
    """An approved espace de rencontre (CASF D. 216-1). `is_demo`: invented."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    manager = models.CharField(max_length=160)  # the managing legal person
    siret = models.CharField(max_length=14, blank=True)
    approval_number = models.CharField(max_length=60)
    approved_on = models.DateField(null=True)
    departement = models.ForeignKey(Departement, on_delete=models.PROTECT)
    email = models.EmailField()
    phone = models.CharField(max_length=20, blank=True)
    is_demo = models.BooleanField(default=False)
    status = models.CharField(
        max_length=6, choices=CentreStatus.choices, default=CentreStatus.ACTIVE
    )
    search = models.CharField(max_length=400, db_index=True)  # folded, see hub.text
    courts_served = models.ManyToManyField(Court, related_name="centres")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class ApprovalStatus(models.TextChoices):
    VALID = "valid", _("valid")
    SUSPENDED = "suspended", _("suspended")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Approval(models.Model):
    """The prefect's approval, per département (CASF D. 216-2, R. 216-2).

    A centre that has none in force cannot be designated.
    """

    centre = models.ForeignKey(
        Centre, on_delete=models.CASCADE, related_name="approvals"
    )
    departement = models.ForeignKey(Departement, on_delete=models.PROTECT)
    number = models.CharField(max_length=60)
    granted_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    status = models.CharField(
        max_length=9, choices=ApprovalStatus.choices, default=ApprovalStatus.VALID
    )

    def in_force(self, day: date) -> bool:
        """Whether a designation made on `day` may rely on it."""
        begun = self.granted_on is None or self.granted_on <= day
        lasting = self.valid_until is None or self.valid_until >= day
        return self.status == ApprovalStatus.VALID and begun and lasting


class Site(models.Model):
    """A place where families are received. Demonstration sites have no street."""

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="sites")
    address = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100)
    insee = models.CharField(max_length=5, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    wheelchair = models.BooleanField(default=False)
    separate_entrances = models.BooleanField(default=False)
    public_transport = models.BooleanField(default=False)


class ReceptionProfile(models.Model):
    """Whom a site receives, for one kind of visit."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="profiles")
    visit_kind = models.CharField(max_length=20, choices=VisitKind.choices)
    min_age_months = models.PositiveSmallIntegerField(default=0)
    max_age_years = models.PositiveSmallIntegerField(default=18)
    max_siblings = models.PositiveSmallIntegerField(null=True)  # null: no limit said
    families_per_slot = models.PositiveSmallIntegerField(default=1)
    visit_minutes_min = models.PositiveSmallIntegerField(default=30)
    visit_minutes_max = models.PositiveSmallIntegerField(default=480)
    visits_per_month_max = models.PositiveSmallIntegerField(null=True)
    accompaniment = models.JSONField(default=list)  # of terms.Accompaniment
    languages = models.JSONField(default=list)  # ISO 639-1
    interpreter = models.CharField(max_length=10, default="no")
    accepts_protection_orders = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "visit_kind"], name="one_profile_per_kind"
            )
        ]


class OpeningSlot(models.Model):
    """A weekly time at which a site receives. Local time of the site."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField()  # 0 = Monday, as date.weekday()
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        ordering = ["weekday", "start"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start__lt=models.F("end"), weekday__lt=7),
                name="slot_ends_after_it_starts",
            )
        ]


class Closure(models.Model):
    """Days on which a centre does not receive, announced to all concerned."""

    centre = models.ForeignKey(
        Centre, on_delete=models.CASCADE, related_name="closures"
    )
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=200)
    announced_at = models.DateTimeField(default=timezone.now)
    announced_by = models.ForeignKey(
        "hub.User", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")),
                name="closure_ends_after_it_starts",
            )
        ]


class Intake(models.TextChoices):
    OPEN = "open", _("open")
    PAUSED = "paused", _("paused")


class DeclarationSource(models.TextChoices):
    WEB = "web"
    EMAIL_LINK = "email_link"
    IMPORT = "import"


class WaitingDeclaration(models.Model):
    """What a centre says of its waiting time. Append-only: the newest one counts."""

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="declarations"
    )
    visit_kind = models.CharField(max_length=20, choices=VisitKind.choices)
    weeks = models.PositiveSmallIntegerField()
    intake = models.CharField(max_length=6, choices=Intake.choices, default=Intake.OPEN)
    paused_until = models.DateField(null=True)
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(
        "hub.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    source = models.CharField(
        max_length=10,
        choices=DeclarationSource.choices,
        default=DeclarationSource.WEB,
    )

    class Meta:
        indexes = [models.Index(fields=["site", "visit_kind", "-declared_at"])]

    @property
    def stale(self) -> bool:
        """Greyed, never hidden (DOMAIN 1.5)."""
        return self.age_days >= settings.RULES.stale_days

    @property
    def age_days(self) -> int:
        return (timezone.now() - self.declared_at).days

    def takes_new_measures(self, day: date) -> bool:
        """Whether intake is open on `day`: not paused, or paused until before it."""
        if self.intake == Intake.OPEN:
            return True
        return self.paused_until is not None and self.paused_until <= day
