"""Until when receipts of measures are due: one truth for pages, mails and reminders.

Of a message that asks for its receipt, the days are the court's: hub.calendar.
"""

from collections.abc import Iterable
from datetime import date

from django.conf import settings

from hub.models import Designation
from hub.models.choices import DesignationState
from hub.queries import deadlines
from hub.queries.working_days import working_days_of


def measures_due(designations: Iterable[Designation]) -> dict[int, date]:
    """designation -> the last day, in its centre's working days, for its receipt.

    Only those that wait for one; each comes with its centre. Two queries.
    """
    sent = [
        one
        for one in designations
        if one.state == DesignationState.TRANSMITTED and one.transmitted_at
    ]
    working = working_days_of(one.centre for one in sent)
    days = settings.RULES.ack_reminder_days
    return {
        one.pk: deadlines.receipt_due(one, working[one.centre_id], days) for one in sent
    }
