"""Standard answers (réponses types): texts that an organisation prepares to reuse.

Nothing here is part of a thread: whoever inserts one may still change every word. What
a text may hold is decided by hub.answer_variables.
"""

import uuid
from typing import cast

from django.db import models
from django.utils import timezone

from hub.models.accounts import User
from hub.models.centres import Centre
from hub.models.courts import Court

MAX_TITLE = 80  # characters: a title is one line of a menu


class StandardAnswer(models.Model):
    """One text of a court or of a centre; its words are those of version `version`.

    A retired one is no longer offered. It is kept, and can be offered again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    court = models.ForeignKey(Court, on_delete=models.PROTECT, null=True)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1)
    retired_at = models.DateTimeField(null=True)
    retired_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(court__isnull=False, centre=None)
                | models.Q(centre__isnull=False, court=None),
                name="standard_answer_of_one_organisation",
            )
        ]

    @property
    def organisation(self) -> Court | Centre:
        return cast("Court | Centre", self.court or self.centre)


class StandardAnswerVersion(models.Model):
    """Immutable: the words as somebody left them. Their name is frozen.

    `taken_from`: the number of the older version whose words were taken again.
    """

    answer = models.ForeignKey(
        StandardAnswer, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=MAX_TITLE)
    body = models.TextField()
    taken_from = models.PositiveIntegerField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=201)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "number"], name="standard_answer_version_once"
            )
        ]
