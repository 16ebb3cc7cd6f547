"""What a person can be told, as a closed list: its class, its default, its floor.

A kind says nothing of how it is worded (notifications.words) or sent (transports).
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Frequency(models.TextChoices):
    """When somebody wants to hear of a kind."""

    AT_ONCE = "at_once", _("at once")
    TWO_HOURLY = "two_hourly", _("summary every 2 hours")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week")
    NEVER = "never", _("never")


class Subject(models.TextChoices):
    """The lines of the preferences page: kinds that people want to set together."""

    URGENT = "urgent", _("Immediate difficulty or urgent message")
    RECEIPT = "receipt", _("Measure transmitted or acknowledgement expected")
    MESSAGE = "message", _("New message")
    NEWS = "news", _("Progress of a measure")
    REMINDER = "reminder", _("Reminder of a deadline")
    AVAILABILITY = "availability", _("Question about availability, and its answer")
    WAITING = "waiting", _("Waiting time to confirm")
    CLOSURE = "closure", _("Closure of an espace de rencontre")
    ACCOUNT = "account", _("Your account")


@dataclass(frozen=True)
class Rule:
    """`usual`: when nothing was chosen. `is_floor`: nobody can choose otherwise, and
    neither quiet hours nor a hearing hold it back."""

    usual: Frequency
    is_floor: bool = False


# DOMAIN section 8.1, column "E-mail default"; a floor is what must not be missed.
RULES = {
    Subject.URGENT: Rule(Frequency.AT_ONCE, is_floor=True),
    Subject.RECEIPT: Rule(Frequency.AT_ONCE),
    Subject.MESSAGE: Rule(Frequency.AT_ONCE),
    Subject.NEWS: Rule(Frequency.DAILY),
    Subject.REMINDER: Rule(Frequency.AT_ONCE),
    Subject.AVAILABILITY: Rule(Frequency.AT_ONCE),
    # The timer asks once a week by itself; a summary would not carry its link.
    Subject.WAITING: Rule(Frequency.AT_ONCE),
    Subject.CLOSURE: Rule(Frequency.AT_ONCE),
    Subject.ACCOUNT: Rule(Frequency.AT_ONCE, is_floor=True),
}


class Kind(models.TextChoices):
    """What a Notification is about. `MESSAGES` and `DIGEST` are written by the worker,
    all others in the transaction of their cause."""

    MESSAGES = "messages", _("unread messages")
    DIGEST = "digest", _("summary")
    ACK_OVERDUE = "ack_overdue", _("acknowledgement of receipt overdue")
    ANSWER_OVERDUE = "answer_overdue", _("answer to a difficulty overdue")
    DEADLINE = "deadline", _("a deadline of a measure")
    ENDING = "ending", _("end of a measure to come")
    WAITING_STALE = "waiting_stale", _("waiting time to confirm")
    AVAILABILITY_ASKED = "availability_asked", _("question about availability")
    AVAILABILITY_ANSWERED = "availability_answered", _("answer about availability")
    CLOSURE = "closure", _("closure announced")
    FILE_REFUSED = "file_refused", _("file refused")
    SUBSTITUTION = "substitution", _("you replace a colleague")
    INVITATION = "invitation", _("invitation")
    ROLE_CHANGED = "role_changed", _("change of role")
    NEW_BROWSER = "new_browser", _("first use of a new browser")
    USE_THE_LINK = "use_the_link", _("your e-mail was read by nobody")
    TEST = "test", _("test mail")


SUBJECTS = {
    Kind.MESSAGES: Subject.MESSAGE,  # the worker sets URGENT, RECEIPT or NEWS
    Kind.DIGEST: Subject.MESSAGE,
    Kind.ACK_OVERDUE: Subject.REMINDER,
    Kind.ANSWER_OVERDUE: Subject.REMINDER,
    Kind.DEADLINE: Subject.REMINDER,
    Kind.ENDING: Subject.NEWS,
    Kind.WAITING_STALE: Subject.WAITING,
    Kind.AVAILABILITY_ASKED: Subject.AVAILABILITY,
    Kind.AVAILABILITY_ANSWERED: Subject.AVAILABILITY,
    Kind.CLOSURE: Subject.CLOSURE,
    Kind.FILE_REFUSED: Subject.MESSAGE,
    Kind.SUBSTITUTION: Subject.ACCOUNT,
    Kind.INVITATION: Subject.ACCOUNT,
    Kind.ROLE_CHANGED: Subject.ACCOUNT,
    Kind.NEW_BROWSER: Subject.ACCOUNT,
    Kind.USE_THE_LINK: Subject.ACCOUNT,
    Kind.TEST: Subject.ACCOUNT,
}
