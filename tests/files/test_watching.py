"""What monitoring sees of files: /metrics and /readyz."""

import asyncio
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from hub.actions import attachments, purging
from hub.demo import Demo
from hub.files.scanner import Health
from hub.models import Attachment
from hub.queries import file_figures
from hub.views import information
from tests.files.fakes import (
    EVIL,
    FakeScanner,
    fake_children,
    published,
    run_queue,
    send,
)


def test_metrics_are_for_whoever_holds_the_token(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_children(monkeypatch)
    made = Attachment.objects.count()  # the demonstration's own were never checked
    camille, thread = demo.people["camille"], demo.threads[0]
    for data in (b"one", b"two", EVIL):
        send(camille, thread, data)
    run_queue(FakeScanner())
    waiting = send(camille, thread)
    old = timezone.now() - timedelta(minutes=5)
    Attachment.objects.filter(pk=waiting.pk).update(received_at=old)
    bearer = {"authorization": "Bearer s3cret"}
    assert Client().get("/metrics", headers=bearer).status_code == 404
    monkeypatch.setattr(settings, "METRICS_TOKEN", "s3cret")
    assert Client().get("/metrics").status_code == 404
    wrong = {"authorization": "Bearer é"}
    assert Client().get("/metrics", headers=wrong).status_code == 404
    text = Client().get("/metrics", headers=bearer).content.decode()
    lines = dict(
        line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")
    )
    assert lines["hub_files_waiting"] == "1.0"
    assert 300 <= float(lines["hub_files_oldest_seconds"]) < 360
    assert lines['hub_files_decided_total{verdict="clean"}'] == "2.0"
    assert lines['hub_files_decided_total{verdict="infected"}'] == "1.0"
    assert lines['hub_files_seconds_bucket{le="+Inf"}'] == str(made + 3.0)
    assert lines["hub_files_seconds_gcount"] == str(made + 3.0)
    assert file_names(text) == []


def file_names(text: str) -> list[str]:
    return [word for word in ("Ordonnance", "camille", ".pdf") if word in text]


def test_readyz_tells_of_files_and_stays_ready_without_a_scanner(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner = FakeScanner()
    monkeypatch.setattr(information, "chosen", lambda: scanner)
    monkeypatch.setattr(information, "REMEMBERED_SECONDS", 0.0)

    def ask() -> tuple[int, str]:
        answer = Client().get("/readyz")
        return answer.status_code, answer.json()["files"]

    assert ask() == (200, "ok")
    scanner.down = True
    assert ask() == (200, "not scanned")
    scanner.down = False
    file = send(demo.people["camille"], demo.threads[0])
    old = timezone.now() - timedelta(hours=1)
    Attachment.objects.filter(pk=file.pk).update(received_at=old)
    status, files = ask()
    assert (status, files.startswith("waiting for 36")) == (200, True)


def test_readyz_waits_for_no_scanner_and_remembers_what_it_said(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Silent(FakeScanner):
        async def health(self) -> Health:
            asked.append(self)
            await asyncio.Event().wait()
            raise AssertionError("nobody sets it")

    monkeypatch.setattr(information, "chosen", Silent)
    monkeypatch.setattr(information, "SCANNER_SECONDS", 0.0)
    monkeypatch.setattr(information, "REMEMBERED_SECONDS", 3600.0)
    monkeypatch.setattr(information, "_remembered", None)
    for _ in range(2):
        answer = Client().get("/readyz")
        assert answer.status_code == 200
        assert answer.json()["files"] == "not scanned"
        assert answer.json()["scanner"] == "the scanner does not answer in time"
    assert len(asked) == 1


def test_totals_never_shrink(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_children(monkeypatch)
    camille = demo.people["camille"]
    file = published(camille, demo.threads[0])
    assert file_figures.decisions() == {"clean": 1}
    attachments.withdraw(camille, file.pk)
    assert file_figures.decisions() == {"clean": 1}


def test_what_was_purged_undecided_waits_no_more(demo: Demo) -> None:
    file = send(demo.people["camille"], demo.threads[0])
    assert file_figures.queue(timezone.now()).waiting == 1
    purging._remove_files(file.measure)
    assert file_figures.queue(timezone.now()) == file_figures.Queue(0, 0.0)
    file.refresh_from_db()
    assert (file.state, file.look_at) == ("refused", None)
