"""How a log record becomes a line: JSON for machines, or text for people.

Belongs here: what every line holds. Secrets of addresses are taken out by subclasses
(notifications/masking.py); what is logged at all is decided where it is logged.
"""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hub import request_ids

MOST_CHARACTERS = 8_000  # of a message or a trace; collectors cut lines near 16 KiB


def fields(**values: Any) -> dict[str, Any]:
    """What a JSON line tells beside its message: `logger.info(..., extra=fields(...))`.

    Codes, counts and ids of the machine; never words of a person.
    """
    return {"fields": values}


def process_name() -> str:
    """Which process writes, like `serve/1234`: the command and its number."""
    return f"{_command()}/{os.getpid()}"


@cache
def _command() -> str:
    program = Path(sys.argv[0]).name
    return sys.argv[1] if program == "manage.py" and sys.argv[1:] else program


class TextLines(logging.Formatter):
    """`time level logger: message`, and `[id]` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        request_id = _id_of(record)
        return self.clean(f"{line} [{request_id}]" if request_id else line)

    def clean(self, text: str) -> str:
        """What may be written of a text; subclasses take out more."""
        return text


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII, so that no character can end or break it."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": self.clean(record.getMessage())[:MOST_CHARACTERS],
            "process": process_name(),
        }
        if request_id := _id_of(record):
            line["request"] = request_id
        for name, value in _fields_of(record).items():
            if isinstance(value, str):  # cut after masking: half a secret is one
                value = self.clean(value)[:MOST_CHARACTERS]
            line[name] = value
        if record.exc_info:
            trace = self.clean(self.formatException(record.exc_info))
            line["trace"] = trace[-MOST_CHARACTERS:]
        return json.dumps(line, default=str)

    def clean(self, text: str) -> str:
        """What may be written of a text; subclasses take out more."""
        return text


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    given: dict[str, Any] = getattr(record, "fields", {})
    return given


def _id_of(record: logging.LogRecord) -> str:
    """Its own, where one line tells of another request than the one that runs."""
    own: str = _fields_of(record).get("request", "")
    return own or request_ids.current()
