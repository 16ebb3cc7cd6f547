"""What is owed, what was sent and why not; links; preferences; mail that came back."""

from notifications.models.inbound import InboundKind, InboundMail
from notifications.models.links import KnownBrowser, LinkEvent, LinkSession, ReplyLink
from notifications.models.outbox import (
    Notification,
    Pause,
    Reason,
    State,
    Transport,
    key_of,
)
from notifications.models.preferences import HearingSlot, Preference, PushDevice

__all__ = [
    "HearingSlot",
    "InboundKind",
    "InboundMail",
    "KnownBrowser",
    "LinkEvent",
    "LinkSession",
    "Notification",
    "Pause",
    "Preference",
    "PushDevice",
    "Reason",
    "ReplyLink",
    "State",
    "Transport",
    "key_of",
]
