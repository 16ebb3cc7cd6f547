"""Log lines without secrets and addresses: reply links, sign-in links, summaries'
unsubscribing, e-mail addresses, and the values that a database names in its errors.

The hub logs none of them on purpose. This is for what others write: servers, drivers,
stack traces.
"""

import re

from hub.log_lines import JsonLines, TextLines

# Whatever wrote the line: a path, a whole address, or the repr of a request.
_SECRET = re.compile(r"(/r/|/connexion/lien/|/desinscription/)[^\s'\"<>?#]+")
_ADDRESS = re.compile(r"[^\s@<>\"'=:,;()]+@[\w-]+(?:\.[\w-]+)+")
# PostgreSQL: `DETAIL:  Key (email)=(...) already exists.`, `CONTEXT: ... "words"`.
_VALUES = re.compile(r"\b(DETAIL|CONTEXT): [^\n]*")


def mask(text: str) -> str:
    """The text without what may stand in no log."""
    if "/" in text:
        text = _SECRET.sub(r"\1***", text)
    if "@" in text:
        text = _ADDRESS.sub("***", text)
    return _VALUES.sub(r"\1: ***", text) if ": " in text else text


class MaskedText(TextLines):
    """Formats as usual, stack traces too, and then masks."""

    def clean(self, text: str) -> str:
        return mask(text)


class MaskedJson(JsonLines):
    """Masks each text before it is encoded, so that the line stays JSON."""

    def clean(self, text: str) -> str:
        return mask(text)
