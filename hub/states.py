"""The life of a measure as one table: who may do what, when, and what follows.

DOMAIN section 6, rows 1 to 20 (a letter marks what a row of DOMAIN says in passing).
The table is data. hub.actions.transitions carries it out, hub.actions.guards answers
its guards, hub/permissions.toml says which roles hold its rights.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hub.models import Side
from hub.models.choices import Act, DesignationState, MeasureState

D, S = DesignationState, MeasureState
JOB = "job"  # in place of a right: only a deadline does it, no person

LIVE = (S.TRANSMITTED, S.RECEIVED, S.WAITING, S.INTAKE, S.ACTIVE, S.SUSPENDED)
OPEN = (*LIVE, S.UNABLE)  # `unable` is over for the centre, not for the court


class Event(StrEnum):
    """What can happen to a measure. Each is one action of hub.actions."""

    CREATE = "create"
    EDIT = "edit"
    DISCARD = "discard"
    TRANSMIT = "transmit"
    RECALL = "recall"
    ACKNOWLEDGE = "acknowledge"
    ACCEPT = "accept"
    CHANGE_DATE = "change_date"
    RECORD_CONTACT = "record_contact"
    RECORD_MILESTONE = "record_milestone"
    UNABLE = "unable"
    ASK_INFORMATION = "ask_information"
    REDESIGNATE = "redesignate"
    FIRST_VISIT = "first_visit"
    SUSPEND = "suspend"
    INTERRUPT = "interrupt"
    REPORT_DIFFICULTY = "report_difficulty"
    RESUME = "resume"
    MODIFY = "modify"
    PROPOSE_NOT_STARTED = "propose_not_started"
    NOT_STARTED = "not_started"
    PROPOSE_CLOSE = "propose_close"
    CLOSE = "close"
    CLOSE_BY_SILENCE = "close_by_silence"
    DECLINE = "decline"
    PROPOSE_REOPEN = "propose_reopen"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    PURGE = "purge"


class Target(StrEnum):
    """A target that depends on where the measure is or was."""

    SAME = "same"
    PREVIOUS = "previous"


class Guard(StrEnum):
    """Conditions besides state and right; hub.actions.guards holds one answer each."""

    NEVER_TRANSMITTED = "never_transmitted"
    COMPLETE = "complete"
    CENTRE_CAN_TAKE = "centre_can_take"
    CLERK_HOLDS_DECISION = "clerk_holds_decision"
    NOT_DISPLAYED = "not_displayed"
    DATE_TO_COME = "date_to_come"
    DAY_PASSED = "day_passed"
    OTHER_CENTRE = "other_centre"
    LAPSE_STATED = "lapse_stated"
    TERM_NEAR = "term_near"
    CLOSING_ALLOWED = "closing_allowed"
    NO_OPEN_PROPOSAL = "no_open_proposal"
    SILENCE_OVER = "silence_over"
    REOPENING_IN_TIME = "reopening_in_time"
    PROPOSED_BY_OTHER_SIDE = "proposed_by_other_side"
    NO_LEGAL_HOLD = "no_legal_hold"


@dataclass(frozen=True)
class Row:
    """`turn`: whose act is next; None leaves it, DEFAULT asks what is open.

    `designation`: what becomes of the current designation; None leaves it.
    """

    number: str
    event: Event
    sources: tuple[MeasureState, ...]
    target: MeasureState | Target
    right: str
    guards: tuple[Guard, ...] = ()
    designation: DesignationState | None = None
    turn: "Turn | None" = None


@dataclass(frozen=True)
class Turn:
    """Whose turn it is and for what. No side: nobody has to act."""

    side: Side | None = None
    act: Act | None = None


NOBODY = Turn()
# Stands for what follows from all that is open (hub.actions.turns), never stored.
DEFAULT = Turn(None, Act.ANSWER)
COURT_ANSWERS = Turn(Side.COURT, Act.ANSWER)
COURT_DECIDES = Turn(Side.COURT, Act.DECIDE)
COURT_CONFIRMS = Turn(Side.COURT, Act.ANSWER_PROPOSAL)

TURNS = {
    S.DRAFT: Turn(Side.COURT, Act.COMPLETE),
    S.TRANSMITTED: Turn(Side.CENTRE, Act.ACKNOWLEDGE),
    S.RECEIVED: Turn(Side.CENTRE, Act.GIVE_DATE),
    S.WAITING: Turn(Side.CENTRE, Act.BEGIN_INTAKE),
    S.INTAKE: Turn(Side.CENTRE, Act.FIRST_VISIT),
    S.UNABLE: Turn(Side.COURT, Act.REDESIGNATE),
}

_G = Guard
TABLE: tuple[Row, ...] = (
    Row("1", Event.CREATE, (), S.DRAFT, "measure.create", (), None, DEFAULT),
    Row("2", Event.EDIT, (S.DRAFT,), Target.SAME, "measure.edit"),
    Row("3", Event.DISCARD, (S.DRAFT,), S.CANCELLED, "measure.edit",
        (_G.NEVER_TRANSMITTED,), D.WITHDRAWN, NOBODY),
    Row("4", Event.TRANSMIT, (S.DRAFT,), S.TRANSMITTED, "measure.transmit",
        (_G.COMPLETE, _G.CENTRE_CAN_TAKE), D.TRANSMITTED, DEFAULT),
    Row("5", Event.RECALL, (S.TRANSMITTED,), S.DRAFT, "measure.transmit",
        (_G.NOT_DISPLAYED,), D.WITHDRAWN, DEFAULT),
    Row("6", Event.ACKNOWLEDGE, (S.TRANSMITTED,), S.RECEIVED, "measure.acknowledge",
        (), D.RECEIVED, DEFAULT),
    Row("7", Event.ACCEPT, (S.RECEIVED,), S.WAITING, "measure.accept",
        (_G.DATE_TO_COME,), D.ACCEPTED, DEFAULT),
    Row("7b", Event.CHANGE_DATE, (S.WAITING, S.INTAKE), Target.SAME, "measure.accept",
        (_G.DATE_TO_COME,)),
    Row("8", Event.RECORD_CONTACT, (S.RECEIVED, S.WAITING), S.INTAKE,
        "measure.follow", (_G.DAY_PASSED,), D.ACCEPTED, DEFAULT),
    Row("8b", Event.RECORD_MILESTONE, (S.INTAKE, S.ACTIVE, S.SUSPENDED), Target.SAME,
        "measure.follow", (_G.DAY_PASSED,)),
    Row("9", Event.UNABLE, (S.TRANSMITTED, S.RECEIVED, S.WAITING), S.UNABLE,
        "measure.report_difficulty", (), D.UNABLE, DEFAULT),
    Row("9b", Event.ASK_INFORMATION, (S.TRANSMITTED, S.RECEIVED, S.WAITING, S.INTAKE),
        Target.SAME, "measure.follow", (), None, COURT_ANSWERS),
    Row("10", Event.REDESIGNATE, (S.UNABLE,), S.TRANSMITTED, "measure.transmit",
        (_G.OTHER_CENTRE, _G.CENTRE_CAN_TAKE, _G.CLERK_HOLDS_DECISION),
        D.TRANSMITTED, DEFAULT),
    Row("11", Event.FIRST_VISIT, (S.INTAKE,), S.ACTIVE, "measure.follow",
        (_G.DAY_PASSED,), None, DEFAULT),
    Row("12", Event.SUSPEND, (S.RECEIVED, S.WAITING, S.INTAKE, S.ACTIVE), S.SUSPENDED,
        "measure.modify", (_G.CLERK_HOLDS_DECISION,), None, DEFAULT),
    Row("13", Event.INTERRUPT, (S.INTAKE, S.ACTIVE), S.SUSPENDED,
        "measure.report_difficulty", (_G.DAY_PASSED,), None, DEFAULT),
    Row("13b", Event.REPORT_DIFFICULTY, (*LIVE,), Target.SAME,
        "measure.report_difficulty", (_G.DAY_PASSED,)),
    Row("14", Event.RESUME, (S.SUSPENDED,), Target.PREVIOUS, "measure.modify",
        (_G.CLERK_HOLDS_DECISION,), None, DEFAULT),
    Row("15", Event.MODIFY, LIVE, Target.SAME, "measure.modify",
        (_G.CLERK_HOLDS_DECISION,)),  # the new version is checked when it is written
    Row("16a", Event.PROPOSE_NOT_STARTED, (S.RECEIVED, S.WAITING, S.INTAKE),
        Target.SAME, "measure.propose", (_G.NO_OPEN_PROPOSAL,), None, COURT_CONFIRMS),
    Row("16", Event.NOT_STARTED, (S.RECEIVED, S.WAITING, S.INTAKE), S.ENDED,
        "measure.decide", (_G.LAPSE_STATED,), D.ENDED, NOBODY),
    Row("17a", Event.PROPOSE_CLOSE, (S.INTAKE, S.ACTIVE, S.SUSPENDED), Target.SAME,
        "measure.propose", (_G.NO_OPEN_PROPOSAL, _G.TERM_NEAR), None, COURT_CONFIRMS),
    Row("17", Event.CLOSE, (S.INTAKE, S.ACTIVE, S.SUSPENDED, S.UNABLE), S.ENDED,
        "measure.close", (_G.CLOSING_ALLOWED,), D.ENDED, NOBODY),
    Row("17b", Event.CLOSE_BY_SILENCE, (S.INTAKE, S.ACTIVE, S.SUSPENDED), S.ENDED,
        JOB, (_G.SILENCE_OVER,), D.ENDED, NOBODY),
    Row("17c", Event.DECLINE, (S.RECEIVED, S.WAITING, S.INTAKE, S.ACTIVE, S.SUSPENDED,
        S.ENDED), Target.SAME, "measure.reopen",
        (_G.PROPOSED_BY_OTHER_SIDE,), None, DEFAULT),
    Row("18a", Event.PROPOSE_REOPEN, (S.ENDED,), Target.SAME, "measure.reopen",
        (_G.NO_OPEN_PROPOSAL, _G.REOPENING_IN_TIME)),
    Row("18", Event.REOPEN, (S.ENDED,), S.ACTIVE, "measure.reopen",
        (_G.PROPOSED_BY_OTHER_SIDE, _G.REOPENING_IN_TIME), D.ACCEPTED, DEFAULT),
    Row("19", Event.ARCHIVE, (S.ENDED,), S.ARCHIVED, JOB, (), None, NOBODY),
    Row("20", Event.PURGE, (S.ARCHIVED,), S.PURGED, JOB, (_G.NO_LEGAL_HOLD,), None,
        NOBODY),
)  # fmt: skip

ROWS = {row.event: row for row in TABLE}


def turn_in(state: str) -> Turn:
    """Whose turn it is by the state alone, when nothing else is open."""
    return TURNS.get(MeasureState(state), NOBODY)


def events_in(state: str) -> list[Event]:
    """What can happen in a state, leaving rights and guards aside."""
    return [row.event for row in TABLE if state in row.sources]


def rows_by_right(rights: Iterable[str]) -> list[Row]:
    held = set(rights)
    return [row for row in TABLE if row.right in held]
