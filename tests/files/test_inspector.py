"""Workers: woken, stopped, killed; and what an operator sees of the queue."""

import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from hub.actions import file_queue, tidying
from hub.demo import Demo
from hub.files import storage
from hub.files.kinds import KINDS, Kind
from hub.inspector import Inspector
from hub.models import Attachment
from tests.cast import create_small_demo
from tests.clients.server import ROOT
from tests.files.endings import endings
from tests.files.fakes import EVIL, FakeScanner, fake_children, run_queue, send

DEADLINE = 60  # seconds; only a test that fails waits so long


@pytest.mark.django_db(transaction=True)
def test_workers_bring_every_file_to_its_end_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake_children(monkeypatch)
    demo = create_small_demo()
    camille, thread = demo.people["camille"], demo.threads[0]
    workers = Inspector(3, FakeScanner)
    workers.start()
    try:
        with endings() as ended:
            each_third = [EVIL if n % 3 == 0 else b"" for n in range(12)]
            files = [send(camille, thread, data) for data in each_third]
            workers.wake()
            assert ended(12, time.monotonic() + DEADLINE)
    finally:
        workers.finish(DEADLINE)
    ends = Attachment.objects.filter(pk__in=[f.pk for f in files])
    assert sorted(f.change for f in ends) == list(range(1, 13))
    assert {f.attempts for f in ends} == {1}
    assert sum(f.state == "refused" for f in ends) == 4


@pytest.mark.django_db(transaction=True)
def test_a_file_in_hand_goes_back_when_its_worker_must_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(source: Path) -> Kind:
        begun.set()
        go_on.wait(DEADLINE)
        return KINDS["pdf"]

    fake_children(monkeypatch, inspect=slow)
    demo = create_small_demo()
    file = send(demo.people["camille"], demo.threads[0])
    workers = Inspector(1, FakeScanner)
    workers.start()
    assert begun.wait(DEADLINE)
    workers.finish(0)
    file.refresh_from_db()
    assert (file.state, file.held_until) == ("waiting", None)
    fake_children(monkeypatch)
    run_queue(FakeScanner())
    go_on.set()
    workers.finish(DEADLINE)
    file.refresh_from_db()
    assert (file.state, file.attempts, file.change) == ("clean", 2, 1)


def test_an_error_that_nobody_thought_of_does_not_end_the_worker(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: Path) -> Kind:
        raise ZeroDivisionError

    fake_children(monkeypatch, inspect=fail)
    file = send(demo.people["camille"], demo.threads[0])
    with pytest.raises(ZeroDivisionError):
        run_queue(FakeScanner())
    file.refresh_from_db()
    assert file.state == "inspecting"  # the hold ends by itself
    fake_children(monkeypatch)
    later = timezone.now() + file_queue.HELD + timedelta(seconds=1)
    assert file_queue.take(later) == file


def test_what_a_killed_inspection_left_is_cleared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = storage.workshop() / "tmp-left"
    left.mkdir()
    (left / "source").write_bytes(b"clear bytes")
    tidying.clear_workshop()
    assert left.exists()  # it may be in use
    monkeypatch.setattr(tidying, "LEFT_BEHIND_SECONDS", -1.0)
    assert tidying.clear_workshop() == 1
    assert not left.exists()


@pytest.mark.embedded
def test_the_command_ends_well_when_it_is_told_to(tmp_path: Path) -> None:
    environment = {"DATA_FOLDER": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    run = [sys.executable, "manage.py"]
    subprocess.run([*run, "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
    process = subprocess.Popen(
        [*run, "inspect_files", "--workers", "1"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert "Checking files" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE) == 0
    process.stdout.close()


def test_metrics_are_for_whoever_holds_the_token(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_children(monkeypatch)
    made = Attachment.objects.count()  # the demonstration's own are clean
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
    assert lines['hub_files_decided_total{verdict="clean"}'] == str(made + 2.0)
    assert lines['hub_files_decided_total{verdict="infected"}'] == "1.0"
    assert lines['hub_files_seconds_bucket{le="+Inf"}'] == str(made + 3.0)
    assert lines["hub_files_seconds_count"] == str(made + 3.0)
    assert file_names(text) == []


def file_names(text: str) -> list[str]:
    return [word for word in ("Ordonnance", "camille", ".pdf") if word in text]


def test_readyz_tells_of_files_and_stays_ready_without_a_scanner(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner = FakeScanner()
    monkeypatch.setattr("hub.views.information.chosen", lambda: scanner)

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
