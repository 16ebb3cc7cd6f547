"""What somebody new has to do next: the lists, and who else knows whether it is done.

Belongs here: which steps a role has, in their order. Whether each is done is asked by
hub.queries.first_steps, the words are in templates/home/steps.html.
"""

from collections.abc import Callable
from enum import StrEnum

from hub.models import Role, User


class Step(StrEnum):
    PROFILE = "profile"
    WAITING_TIME = "waiting_time"
    COLLEAGUES = "colleagues"
    JUDGES = "judges"
    CLERKS = "clerks"
    COURT_MEASURE = "court_measure"
    MEASURE = "measure"
    RECEIPT = "receipt"
    MAIL = "mail"


_CENTRE = (Step.PROFILE, Step.WAITING_TIME, Step.MAIL, Step.COLLEAGUES, Step.RECEIPT)
_COURT = (Step.MEASURE, Step.MAIL)
STEPS: dict[str, tuple[Step, ...]] = {
    Role.COORDINATOR: _CENTRE,
    Role.CENTRE_MANAGER: _CENTRE,
    Role.STAFF: (Step.WAITING_TIME, Step.MAIL, Step.RECEIPT),
    Role.CHIEF_CLERK: (Step.JUDGES, Step.CLERKS, Step.MAIL, Step.COURT_MEASURE),
    Role.JUDGE: _COURT,
    Role.CLERK: _COURT,
}

# What other packages know to be done; filled when the process starts. A step that
# nobody answers for is left out.
checks: dict[Step, Callable[[User], bool]] = {}
