"""Every log line is whole, says who caused it, and holds nothing it must not."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hub import health, instruments, request_ids
from hub.access import logger as access_logger
from hub.demo import Demo
from hub.log_lines import fields
from hub.models import User
from notifications.masking import MaskedJson, MaskedText

pytestmark = pytest.mark.embedded  # the same on every database

HOSTILE = (
    "two\nlines",
    "\r\n{}",
    "\u2028\u2029\x85\x0b\x0c",
    "\ud800 alone",
    '"},{"level":"ERROR"',
    "\x00\x1b[31m",
    "é" * 20_000,
)


def record(message: str, exc_info: Any = None, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("x", logging.INFO, "x.py", 1, "%s", (message,), exc_info)
    vars(made).update(fields(**extra))
    return made


class Lines(logging.Handler):
    """Keeps what would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(MaskedJson())
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_can_end_or_break_a_json_line(text: str) -> None:
    line = MaskedJson().format(record(text, route=text))
    assert line.isascii()
    assert line.splitlines() == [line]
    assert len(line) < 120_000
    read = json.loads(line)
    assert read["message"] == text[: len(read["message"])]
    assert read["level"] == "INFO"


def test_a_secret_beside_a_quotation_mark_is_masked_and_the_line_stays_json() -> None:
    secret = 'see "/r/abcdefgh123\\" and /connexion/lien/zyxw"'
    read = json.loads(MaskedJson().format(record(secret)))
    assert "abcdefgh123" not in read["message"]
    assert "zyxw" not in read["message"]


def test_addresses_and_the_values_of_database_errors_are_masked() -> None:
    try:
        raise ValueError(
            'duplicate key\nDETAIL:  Key (email)=(anne@x) exists\nCONTEXT: COPY "Léa"'
        )
    except ValueError:
        trace = sys.exc_info()
    read = json.loads(MaskedJson().format(record("to <anne.leroy@justice.fr>", trace)))
    assert read["message"] == "to <***>"
    assert "duplicate key" in read["trace"]
    assert "anne@x" not in read["trace"]
    assert "Léa" not in json.dumps(read, ensure_ascii=False)
    assert "anne" not in MaskedText().format(record("anne.leroy@justice.fr:", trace))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0af7651916cd43dd8448eb211c80319c", True),
        ("9f0c2d9e-5a40-4a9c-9a52-0c1f6ab8e5b1", True),
        ("short", False),
        ("a" * 65, False),
        ("with space-and-more", False),
        ('quote"quote"', False),
        ("camille@justice.fr", False),
        ("", False),
    ],
)
def test_a_well_formed_id_of_the_proxy_is_kept_any_other_replaced(
    db: None, given: str, kept: bool
) -> None:
    answer = Client().get("/healthz", headers={"x-request-id": given})
    told = answer.headers["X-Request-Id"]
    assert (told == given) is kept
    assert request_ids.accepted(told) == told
    assert request_ids.current() == ""


def test_the_access_line_names_the_route_and_never_the_path(
    demo: Demo,
    sign_in: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept = Lines()
    caplog.set_level(logging.INFO, access_logger.name)  # forgets what was off before
    monkeypatch.setattr(access_logger, "handlers", [kept])
    thread = demo.threads[0].pk
    page = sign_in(demo.people["camille"])
    answer = page.get(f"/fils/{thread}", headers={"x-request-id": "from-the-proxy-1"})
    page.get("/healthz")
    page.get("/nowhere")
    first, second = kept.lines
    assert answer.status_code == 200
    assert (first["request"], first["route"]) == ("from-the-proxy-1", "hub:thread")
    assert (first["method"], first["status"]) == ("GET", 200)
    assert first["ms"] > 0
    assert str(thread) not in json.dumps(first)
    assert (second["route"], second["status"]) == ("none", 404)


def test_requests_are_counted_by_route_method_and_class(db: None) -> None:
    labels = ("hub:healthz", "GET", "2xx")

    def count(name: str = "hub_http_request_seconds_count") -> float:
        told = dict(zip(("route", "method", "status"), labels, strict=True))
        return instruments.registry.get_sample_value(name, told) or 0.0

    before = count()
    Client().get("/healthz")
    assert count() == before + 1
    labels = ("none", "other", "4xx")
    before = count()
    Client().generic("BREW", "/coffee/camille")
    assert count() == before + 1


def test_readyz_sends_nobody_to_a_process_that_ends_or_cannot_commit(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask() -> tuple[int, dict[str, str]]:
        answer = Client().get("/readyz")
        return answer.status_code, answer.json()

    status, parts = ask()
    assert status == 200
    assert [parts[name] for name in ("process", "posting", "check")] == ["ok"] * 3
    with instruments.commit([object()]):
        assert ask()[0] == 200
        monkeypatch.setattr(health, "STUCK_SECONDS", 0.0)
        status, parts = ask()
        assert (status, parts["posting"]) == (503, "stuck for 0 s")
    assert ask()[0] == 200
    monkeypatch.setattr(health, "_is_stopping", True)
    status, parts = ask()
    assert (status, parts["process"]) == (503, "stopping")
