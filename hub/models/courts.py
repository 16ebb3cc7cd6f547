"""The courts of France and where they are. Filled from hub/data, never by hand.

Units are the exception: a court names its own cabinets and poles.
"""

from django.db import models


class Departement(models.Model):
    """A département or overseas collectivity (INSEE code)."""

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=60)
    region = models.CharField(max_length=60)

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class AppealCourt(models.Model):
    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=100, unique=True)


class Court(models.Model):
    """A tribunal judiciaire, or a tribunal de première instance overseas."""

    code = models.CharField(max_length=10, primary_key=True)
    kind = models.CharField(max_length=3)  # TJ or TPI
    name = models.CharField(max_length=120)
    city = models.CharField(max_length=80)
    departement = models.ForeignKey(Departement, on_delete=models.PROTECT)
    appeal_court = models.ForeignKey(AppealCourt, on_delete=models.PROTECT)
    latitude = models.FloatField()
    longitude = models.FloatField()

    def __str__(self) -> str:
        return self.name


class CourtUnit(models.Model):
    """A cabinet or pole of a court. Its members share the measures given to it."""

    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="units")
    label = models.CharField(max_length=80)
    functional_email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["court", "label"], name="unit_label_once")
        ]

    def __str__(self) -> str:
        return self.label
