"""How days pass in a story, and who of a side acts when they have.

Belongs here: what lives.py and course.py share. What is done then is theirs.
"""

from datetime import timedelta

from hub.models import Membership, Role, Side
from hub.models.choices import MilestoneKind
from hub.national import ending, receiving
from hub.national.cases import Case, NotYet
from hub.national.conversations import talk
from hub.states import Event

ARCHIVED_AFTER = timedelta(days=30, minutes=1)  # the default of ARCHIVE_DAYS


def advance(case: Case, days: float, monthly: float) -> None:
    """Lets days pass, with some talk in them. Raises NotYet at the present."""
    at = case.later(days)
    talk(case, at, monthly)
    case.reach(at)


def archive_later(case: Case) -> None:
    """The story is over, whether the delay has passed or not."""
    case.reach(case.clock + ARCHIVED_AFTER)
    ending.archive(case)
    raise NotYet


def coordinator(case: Case) -> Membership:
    """Whose acts a centre's staff may not do."""
    return case.seated(Side.CENTRE, Role.COORDINATOR)[0]


def contact(case: Case) -> Membership:
    """Somebody of the centre; the coordinator mostly."""
    places = case.seated(Side.CENTRE, Role.COORDINATOR, Role.STAFF)
    return case.chance.choice([places[0], *places])


def clerk_or_judge(case: Case) -> Membership:
    """Who signs for the court: the preparing clerk while in office, else the judge."""
    return case.preparer if case.preparer in case.seated(Side.COURT) else case.judge


def record_milestone(case: Case, kind: MilestoneKind) -> None:
    """Row 8b, on the day itself or the day after."""
    day = case.today - timedelta(days=case.chance.randint(0, 1))
    receiving.reach_milestone(case, contact(case), kind, day, Event.RECORD_MILESTONE)
