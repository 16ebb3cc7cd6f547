"""Why a file is refused, as codes. Without Django: a child reads this at every file.

The sentences for people: hub.files.reasons, which also passes these two names on.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Final: the same bytes would be refused again (`UNSCANNABLE`: after 24 hours)."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_ACCEPTED = "not_accepted"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    EMBEDDED = "embedded"
    TOO_BIG_INSIDE = "too_big_inside"
    BROKEN = "broken"
    INFECTED = "infected"
    UNSCANNABLE = "unscannable"


class FileRefused(Exception):
    """The file can never be published. `detail` is for the log, never for a person."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.detail = detail
