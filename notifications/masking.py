"""Log lines without the secrets that stand in addresses: reply links, sign-in links,
summaries' unsubscribing."""

import logging
import re

# Whatever wrote the line: a path, a whole address, or the repr of a request.
_SECRET = re.compile(r"(/r/|/connexion/lien/|/desinscription/)[^\s'\"<>?#]+")


class MaskedFormatter(logging.Formatter):
    """Formats as usual, stack traces too, and then masks."""

    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub(r"\1***", super().format(record))
