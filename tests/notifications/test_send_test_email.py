"""`manage.py send_test_email`: each stage is told, each failure says what to do."""

from email import message_from_bytes, policy
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from notifications.mail_settings import MailSettings
from notifications.transports import guard
from tests.notifications.certificates import Authority
from tests.notifications.smtp_faults import Fault
from tests.notifications.smtp_server import SmtpServer

ANA = "ana@centre.example"


@pytest.fixture
def authority(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Authority:
    authority = Authority(tmp_path)
    monkeypatch.setattr(settings.MAIL, "smtp_ca_file", authority.file)
    return authority


def told(settings: Any, url: str, address: str = ANA) -> str:
    settings.SMTP_URL = url
    out = StringIO()
    call_command("send_test_email", address, stdout=out)
    return out.getvalue()


def failure(settings: Any, url: str, address: str = ANA) -> str:
    with pytest.raises(CommandError) as failed:
        told(settings, url, address)
    assert failed.value.returncode == 1
    assert "secret" not in str(failed.value)
    return str(failed.value)


def test_each_stage_is_told_and_one_mail_arrives(
    db: None, settings: Any, authority: Authority
) -> None:
    with SmtpServer(starttls=authority.server(), login=("hub", "secret")) as server:
        said = told(settings, server.url)
        assert said.splitlines() == [
            f"Connecting to 127.0.0.1, port {server.port}, STARTTLS required",
            "Connected, TLSv1.3",
            "Signed in",
            "Sender and recipient accepted",
            "Mail accepted: smtp 250 2.0.0",
        ]
        [mail] = server.mails
    parsed = message_from_bytes(mail.content, policy=policy.default)
    assert mail.to == parsed["To"] == ANA
    assert parsed["Auto-Submitted"] == "auto-generated"


def test_without_tls_it_says_so(db: None, settings: Any) -> None:
    with SmtpServer() as server:
        assert "without TLS" in told(settings, server.url)


def test_a_pause_does_not_hold_the_test_back(db: None, settings: Any) -> None:
    guard.pause("trial")
    with SmtpServer() as server:
        assert "Mail is paused" in told(settings, server.url)
        assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("fault", "advice"),
    [(Fault.CONNECT_421, "try again later"), (Fault.CONNECT_554, "let us in"),
     (Fault.TLS_NOT_OFFERED, "smtps://"), (Fault.AUTH_535, "user and password"),
     (Fault.MAIL_553, "MAIL_FROM"), (Fault.RCPT_550, "check the address"),
     (Fault.DATA_554, "its log"), (Fault.NONSENSE, "no SMTP server")],
    ids=str,
)  # fmt: skip
def test_a_failure_says_what_to_do(
    db: None, settings: Any, authority: Authority, fault: Fault, advice: str
) -> None:
    with SmtpServer(starttls=authority.server(), login=("hub", "secret")) as server:
        server.fail(fault)
        said = failure(settings, server.url)
        assert said.startswith("Not sent: ")
        assert advice in said
        assert not server.mails


def test_a_wrong_certificate_says_where_to_look(
    db: None, settings: Any, authority: Authority
) -> None:
    with SmtpServer(tls=authority.server("mail.example")) as server:
        assert "SMTP_CA_FILE" in failure(settings, server.url)


def test_nobody_there_and_addresses_that_are_not_written_to(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "host and port" in failure(settings, "smtp://127.0.0.1:1")
    assert "SMTP_URL" in failure(settings, "")
    with SmtpServer() as server:
        assert "MAIL_ALLOW_INVALID" in failure(settings, server.url, "a@demo.invalid")
        assert "name@domain" in failure(
            settings, server.url, "a@b.example, c@d.example"
        )
        assert "name@domain" in failure(settings, server.url, "nobody")
        assert "name@domain" in failure(settings, server.url, "a@b\r\nBcc: c@d.example")
        monkeypatch.setattr(settings.MAIL, "mail_allowed_domains", "essai.example")
        assert "MAIL_ALLOWED_DOMAINS" in failure(settings, server.url)
        assert not server.mails


def test_an_authority_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    wrong = ["SMTP_CA_FILE: no certificates (PEM) can be read there."]
    assert problems(file) == wrong
    file.write_text("not a certificate")
    assert problems(file) == wrong
    assert problems(Authority(tmp_path, "good").file) == []


def problems(file: Path) -> list[str]:
    return MailSettings(smtp_ca_file=file).mail_problems()
