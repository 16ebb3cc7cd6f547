"""Mail bombs: the child ends within its limits, and the next mail is handled."""

import ctypes
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from hub.demo import Demo
from hub.files.confine_files import ASK_VERSION, CREATE
from notifications.inbound import limits, sandbox
from notifications.inbound.child import read
from notifications.models import InboundKind
from tests.hostile import EVERYTHING
from tests.notifications.inbound import arrive, returns_address, sent_to, written

TODAY = date(2026, 11, 28)


@pytest.fixture(autouse=True)
def _returns() -> Iterator[None]:
    with returns_address():
        yield


def nested(depth: int) -> bytes:
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )


def mixed(part: bytes, count: int) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + part * count


HEAD = b"From: a@exemple.fr\r\n"
BOMBS = {
    "100,000 empty parts": mixed(b"--x\r\n\r\n", 100_000),
    "parts below the early limit": mixed(b"--x\r\n\r\n", 4_900),
    "20,000 encoded words": b"Subject: " + b"=?utf-8?q?=C3=A9?=\r\n " * 20_000 + b"\r\n",
    "encoded words in 8 KB": b"Subject: " + b"=?utf-8?q?=C3=A9?= " * 400 + b"\r\n\r\n",
    "20,000 recipients": b"To: " + b"a@b.fr,\r\n " * 20_000 + b"\r\n\r\nx",
    "60 recipients": b"To: " + b"a@b.fr, " * 60 + b"\r\n\r\nx",
    "1,000 nested multiparts": nested(1_000),
    "40 nested multiparts": nested(40),
    "30,000 nested messages": b"Content-Type: message/rfc822\r\n\r\n" * 30_000,
    "3,000 parentheses": b"To: " + b"(" * 3_000 + b"\r\n\r\nx",
    "300 headers": b"X-A: b\r\n" * 300 + b"\r\nx",
    "100,000 headers": b"X: b\r\n" * 100_000 + b"\r\nx",
    "a header of 900 KB": b"From: " + b"a@" * 450_000 + b"\r\n\r\nx",
    "groups of a report": b"Content-Type: message/delivery-status\r\n\r\n"
    + b"Status: 5.1.1\r\n\r\n" * 50_000,
    "tags": b"Subject: Out of office\r\nContent-Type: text/html\r\n\r\n<" * 15_000,
    "above the size": b"Subject: a\r\n\r\n" + b"x" * limits.MAX_MAIL_BYTES,
    "an unknown charset": b"Content-Type: text/plain; charset=nul\0\r\n\r\n\xff\xfe",
    "a broken parameter": b"Content-Type: text/plain; a*0*=b'c'%zz; a*1*=\r\n\r\nx",
    "broken base64": b"Content-Transfer-Encoding: base64\r\n\r\n=a=b=c",
    "binary": bytes(range(256)) * 4_000,
    "nothing": b"",
}  # fmt: skip
# What is not beyond a limit is read like any mail: as one that says nothing.
HARMLESS = {"3,000 parentheses", "broken base64", "an unknown charset", "binary"}
HARMLESS |= {"a broken parameter", "nothing", "tags", "encoded words in 8 KB"}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_put_aside_within_the_limits(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    reading = sandbox.read(HEAD + BOMBS[name], TODAY)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent <= limits.CHILD_CPU_SECONDS + 1
    if name not in HARMLESS:
        assert reading.kind == InboundKind.OTHER
        assert reading.outcome
    assert reading.until is None


@pytest.mark.django_db
def test_the_mail_after_a_bomb_is_handled(demo: Demo) -> None:
    samira = demo.people["samira"]
    for n, name in enumerate(("100,000 empty parts", "1,000 nested multiparts")):
        mail = arrive(BOMBS[name], sent_to(samira, n=n), sender=samira.email)
        assert mail.kind == InboundKind.OTHER
    mail = arrive(written(samira.email), sent_to(samira, n=9), sender=samira.email)
    assert mail.outcome == "answered"


HOSTILE_CHILDREN = {
    "cpu": "while True: pass",
    "memory": "x = bytearray(400 * 1024 * 1024)",
    "output": "import sys; sys.stdout.write('x' * 10_000_000); sys.stdout.flush()",
    "network": "import socket; socket.socket()",
    "processes": "import os; os.fork()",
    "files": "open(__import__('sys').argv[2]).read()",
}


@pytest.mark.parametrize("name", HOSTILE_CHILDREN)
def test_a_child_that_a_mail_has_taken_over_can_do_nothing(
    name: str, tmp_path: Path
) -> None:
    """What it would do stands where the mail is read; then it would answer."""
    if name == "files" and not has_landlock():
        pytest.skip("this kernel has no Landlock")
    assert b"reply" in run_child("pass", tmp_path)[1]
    code, said = run_child(HOSTILE_CHILDREN[name], tmp_path)
    assert code != 0
    assert b"reply" not in said
    assert len(said) <= limits.CHILD_OUTPUT_BYTES


def run_child(deed: str, folder: Path) -> tuple[int, bytes]:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from datetime import date\n"
        "from notifications.inbound import child\n"
        f"def taken_over(raw, today):\n    {deed}\n"
        "    return {'kind': 'reply'}\n"
        "child.read = taken_over\n"
        "child.main(date(2026, 11, 28))\n"
    )
    work, secret = folder / "work", folder / "secret"
    work.mkdir(exist_ok=True)
    secret.write_text("key")
    root = sandbox.PROGRAM.parent.parent.parent
    command = [sys.executable, "-I", "-c", program, str(root), str(secret)]
    with (folder / "answer").open("w+b") as answer:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=answer,
            stderr=subprocess.DEVNULL, cwd=work,
        )  # fmt: skip
    return done.returncode, (folder / "answer").read_bytes()


def has_landlock() -> bool:
    return ctypes.CDLL(None).syscall(CREATE, None, 0, ASK_VERSION) >= 1


def test_a_child_that_lies_or_says_too_much_is_not_believed() -> None:
    for said in (b"", b"[]", b'{"kind": "unread"}', b'{"kind": "boss"}', b"\xff",
                 b'{"kind": "reply", "outcome": "a@b.fr"}', b"null",
                 b'{"kind": "auto_reply", "until": "tomorrow"}'):  # fmt: skip
        assert sandbox._believed(said).outcome == "nonsense"
    assert sandbox._believed(b'{"kind": "reply"}').kind == InboundKind.REPLY


def test_hostile_texts_in_every_header_are_read_without_harm() -> None:
    for text in EVERYTHING[::7]:
        mail = EmailMessage()
        mail.set_content("x")
        head = "".join(
            f"{name}: {text}\r\n"
            for name in ("From", "To", "Subject", "Precedence", "Auto-Submitted")
        )
        raw = head.encode("utf-8", "surrogatepass") + bytes(mail)
        assert read(raw, TODAY)["kind"] in InboundKind.values
