"""The errors of the domain, and nothing else. Catch the one you can answer.

HubError
|-- NotFound          missing, or a stranger's: never say which
|-- Forbidden         may read, may not do this
|-- InvalidText       a text that cannot be stored (code: invalid, too_long)
|-- SignInFailed      wrong, used or expired code or link
|   `-- TooManyTries  blocked for a while (until)
|-- InvalidInput      fields of a form that cannot be accepted (fields)
|-- Illegal           not possible in this state, or a guard says no (detail)
|   |-- StaleForm     somebody changed it meanwhile (by)
|   |-- TakenCharge   a colleague already answers for it (name)
|   `-- NoRoom        the files of a measure reached their limit
|-- Frozen            terms that were transmitted never change
|-- Unavailable       the record is out of reach: try again, under the same id
|-- ImportFailed      a file of centres with wrong rows (rows)
`-- DemoRefused       demonstration rows in a deployment with real centres
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise


class HubError(Exception):
    """Root of everything the domain raises on purpose."""


class NotFound(HubError):
    pass


class Forbidden(HubError):
    pass


class InvalidText(HubError):
    """`code` is a refusal code of PROTOCOL section 1; the text is for a person.

    `sentence` speaks the language of whoever reads it, `detail` that of now.
    """

    def __init__(self, code: str, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence

    @property
    def detail(self) -> str:
        return str(self.sentence)


class SignInFailed(HubError):
    pass


@dataclass
class TooManyTries(SignInFailed):
    until: datetime


@dataclass
class InvalidInput(HubError):
    """`fields`: name of the field -> a sentence for the person who filled it."""

    fields: dict[str, str]


class Illegal(HubError):
    """`detail` is a sentence for a person: why not, and what is possible."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class StaleForm(Illegal):
    pass


class TakenCharge(Illegal):
    """`name`: of the colleague who answers for the thread."""

    def __init__(self, detail: str, name: str) -> None:
        super().__init__(detail)
        self.name = name


class NoRoom(Illegal):
    pass


class Frozen(HubError):
    pass


class Unavailable(HubError):
    pass


@dataclass
class ImportFailed(HubError):
    """`rows`: (row number in the file, sentence), header = row 1."""

    rows: list[tuple[int, str]]


class DemoRefused(HubError):
    pass
