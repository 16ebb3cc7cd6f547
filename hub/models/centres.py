"""Espaces de rencontre: who runs them, where, whom they receive, how long one waits."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.courts import Court, Departement

STALE_AFTER = timedelta(days=30)  # DOMAIN 1.5: greyed after 30 days, never hidden.


class VisitKind(models.TextChoices):
    """The three forms of reception a centre describes (DOMAIN 1.6)."""

    VISIT = "visit_on_site", _("visit on site")
    VISIT_WITH_EXITS = "visit_with_exits", _("visit with exits")
    HANDOVER = "handover", _("handover of the child")


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
    search = models.CharField(max_length=400, db_index=True)  # folded, see hub.text
    courts_served = models.ManyToManyField(Court, related_name="centres")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


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
    interpreter = models.CharField(max_length=10, default="no")
    accepts_protection_orders = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "visit_kind"], name="one_profile_per_kind"
            )
        ]


class WaitingDeclaration(models.Model):
    """What a centre says of its waiting time. Append-only: the newest one counts."""

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="declarations"
    )
    visit_kind = models.CharField(max_length=20, choices=VisitKind.choices)
    weeks = models.PositiveSmallIntegerField()
    declared_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "visit_kind", "-declared_at"])]

    @property
    def stale(self) -> bool:
        return timezone.now() - self.declared_at > STALE_AFTER

    @property
    def age_days(self) -> int:
        return (timezone.now() - self.declared_at).days
