"""The secret of a link stands in no log line, whoever writes it."""

import logging
import sys

import pytest
from django.conf import settings

from notifications import tokens
from notifications.masking import MaskedJson, MaskedText


def line(message: str, *arguments: object, exc_info: object = None) -> str:
    record = logging.LogRecord(
        "daphne",
        logging.WARNING,
        "x.py",
        1,
        message,
        arguments,
        exc_info,  # type: ignore[arg-type]
    )
    return MaskedText().format(record)


@pytest.mark.parametrize(
    "shape",
    [
        "Internal Server Error: /r/%s",
        "Forbidden (CSRF token missing.): /r/%s",
        "<WebRequest at 0x7f method=GET uri=/r/%s clientproto=HTTP/1.1>",
        '127.0.0.1 "GET /r/%s HTTP/1.1" 200',
        "see https://hub.exemple.fr/r/%s?x=1, please",
        "Not Found: /connexion/lien/%s",
        "Not Found: /desinscription/%s",
    ],
)
def test_an_address_is_masked_and_the_rest_kept(shape: str) -> None:
    token = tokens.new_token()
    written = line(shape, token)
    assert token in shape % token
    assert token not in written
    assert token[:12] not in written
    before, after = shape.split("%s")
    assert written.startswith(before + "***")
    assert written.endswith(after.removeprefix("?x=1") or "***")


def test_a_stack_trace_is_masked_too() -> None:
    token = tokens.new_token()
    try:
        raise ValueError(f"cannot serve /r/{token}")
    except ValueError:
        written = line("failed", exc_info=sys.exc_info())
    assert "ValueError" in written
    assert token not in written


def test_every_line_of_the_hub_is_written_this_way() -> None:
    logs = settings.LOGGING
    assert logs["root"]["handlers"] == list(logs["handlers"])
    assert {h["formatter"] for h in logs["handlers"].values()} <= set(
        logs["formatters"]
    )
    written = {
        formatter["()"].rpartition(".")[2] for formatter in logs["formatters"].values()
    }
    assert written == {MaskedText.__name__, MaskedJson.__name__}
