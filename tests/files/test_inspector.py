"""Workers: woken, stopped, killed; and what an operator sees of the queue."""

import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
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
