"""E-mail addresses: which ones were proven to reach somebody, and which came back."""

from django.db import models


class AddressRecord(models.Model):
    """One address, of a person or a functional mailbox; no row: nothing is known.

    Doubtful after one hard bounce, suspended after three (hub.actions.addresses).
    """

    email = models.EmailField(primary_key=True)  # lower case
    proven_at = models.DateTimeField(null=True)  # a code sent there came back typed
    hard_bounces = models.PositiveSmallIntegerField(default=0)  # since it was proven
    bounced_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
