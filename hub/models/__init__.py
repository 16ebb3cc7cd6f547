"""The record: one family of concepts a file. No rule beyond shape and integrity."""

from hub.models.accounts import (
    COURT_ROLES,
    Membership,
    Role,
    Session,
    Side,
    SignInGuard,
    SignInRequest,
    User,
)
from hub.models.centres import Centre, ReceptionProfile, Site, WaitingDeclaration
from hub.models.courts import AppealCourt, Court, Departement
from hub.models.journal import JournalEntry
from hub.models.measures import Designation, Measure
from hub.models.threads import (
    GENESIS,
    ORDINARY,
    SYSTEM,
    Acknowledgement,
    Message,
    Participant,
    ReadMark,
    Thread,
)

__all__ = [
    "COURT_ROLES",
    "GENESIS",
    "ORDINARY",
    "SYSTEM",
    "Acknowledgement",
    "AppealCourt",
    "Centre",
    "Court",
    "Departement",
    "Designation",
    "JournalEntry",
    "Measure",
    "Membership",
    "Message",
    "Participant",
    "ReadMark",
    "ReceptionProfile",
    "Role",
    "Session",
    "Side",
    "SignInGuard",
    "SignInRequest",
    "Site",
    "Thread",
    "User",
    "WaitingDeclaration",
]
