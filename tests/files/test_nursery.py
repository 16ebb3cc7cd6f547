"""A nursery serves, is renewed, dies with those it belongs to, and is believed nothing.

Real processes. What a child may do is in test_sandbox.py. Tried: keeping a nursery
after a crash, not asking the kernel to end it with its parent, and serving on after a
job without an answer each turn a test red.
"""

import json
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from hub.files import nursery, sandbox
from hub.files.refusals import FileRefused, Reason
from hub.files.sandbox import SandboxFailed
from tests.files.conftest import BEGIN, ROOT

pytestmark = pytest.mark.embedded  # says nothing about a database

DEADLINE = 60_000  # milliseconds; only a test that fails waits so long
FAMILY = "print(json.dumps({'child': os.getpid(), 'nursery': os.getppid()}))"
CRASH = "ctypes.string_at(0)"


def answer(folder: Path) -> dict[str, Any]:
    return sandbox.judge(sandbox.run(folder, "inspect"))


def ended(process: int) -> bool:
    """Whether it ends, or has ended."""
    try:
        watch = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    poll = select.poll()
    poll.register(watch, select.POLLIN)
    gone = bool(poll.poll(DEADLINE))
    os.close(watch)
    return gone


def test_each_child_is_new_and_finds_nothing_of_the_one_before(  # type: ignore[no-untyped-def]
    misbehave, tmp_path: Path
) -> None:
    misbehave(f"assert not hasattr(sys, 'left'); sys.left = 1\n{FAMILY}")
    first, second = answer(tmp_path), answer(tmp_path)
    assert first["nursery"] == second["nursery"] != os.getpid()
    assert len({first["child"], second["child"], first["nursery"]}) == 3


WITHIN = """
print(json.dumps({"modules": sorted(sys.modules), "threads": THREADS}))
"""


def test_a_nursery_holds_the_libraries_one_thread_and_no_django(  # type: ignore[no-untyped-def]
    misbehave, tmp_path: Path
) -> None:
    misbehave(WITHIN, before="THREADS = len(os.listdir(f'/proc/{os.getppid()}/task'))")
    found = answer(tmp_path)
    assert found["threads"] == 1
    assert {"pikepdf", "PIL.WebPImagePlugin", "pypdfium2"} <= set(found["modules"])
    assert not {"django", "hub.models", "settings"} & set(found["modules"])


def test_a_crash_takes_the_layout_of_memory_with_it(misbehave, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    misbehave(f"if 'crash' in sys.argv: {CRASH}\n{FAMILY}")
    before = answer(tmp_path)["nursery"]
    with pytest.raises(FileRefused) as refused:
        sandbox.judge(sandbox.run(tmp_path, "crash"))
    assert refused.value.reason == Reason.BROKEN
    assert answer(tmp_path)["nursery"] != before
    assert ended(before)


def test_a_nursery_is_renewed_after_its_share_of_jobs(  # type: ignore[no-untyped-def]
    misbehave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nursery, "JOBS", 2)
    misbehave(FAMILY)
    first, second, third = (answer(tmp_path)["nursery"] for _ in range(3))
    assert first == second != third
    assert ended(first)


def test_one_that_was_killed_while_nobody_needed_it_is_replaced(  # type: ignore[no-untyped-def]
    misbehave, tmp_path: Path
) -> None:
    misbehave(FAMILY)
    before = answer(tmp_path)["nursery"]
    os.kill(before, signal.SIGKILL)
    assert ended(before)
    assert answer(tmp_path)["nursery"] != before


def test_killed_in_the_midst_of_a_job_it_takes_its_child_along(  # type: ignore[no-untyped-def]
    misbehave, tmp_path: Path
) -> None:
    misbehave(
        "time.sleep(600)",
        before="open('child', 'w').write(str(os.getpid())); os.kill(os.getppid(), 9)",
    )
    with pytest.raises(SandboxFailed):
        answer(tmp_path)
    assert ended(int((tmp_path / "child").read_text()))
    misbehave(FAMILY)
    assert answer(tmp_path)


ODD = """
link = socket.socket(fileno=0)
link.recv(9999)
link.send({answer!r})
link.recv(9999)
"""


@pytest.mark.parametrize(
    "said", [b"nonsense", b"{}", b"[]", b'{"returncode": "one"}', b"\xff", b"exit"]
)
def test_nonsense_is_no_verdict_and_the_next_job_gets_another_nursery(  # type: ignore[no-untyped-def]
    said: bytes, misbehave, tmp_path: Path
) -> None:
    misbehave("")
    odd = ODD.format(answer=said) if said != b"exit" else "sys.exit()"
    nursery.PROGRAM.write_text(BEGIN + odd)
    with pytest.raises(SandboxFailed):
        answer(tmp_path)
    misbehave(FAMILY)
    assert answer(tmp_path)


def test_one_that_is_silent_is_not_waited_for_and_killed(  # type: ignore[no-untyped-def]
    misbehave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nursery, "GRACE_SECONDS", 1)
    monkeypatch.setattr(nursery.limits, "CHILD_WALL_SECONDS", 0)
    monkeypatch.setattr(nursery, "STOP_SECONDS", 0)
    misbehave("")
    note = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
    nursery.PROGRAM.write_text(f"{BEGIN}{note}time.sleep(600)")
    with pytest.raises(SandboxFailed, match="TimeoutError"):
        answer(tmp_path)
    assert ended(int((tmp_path / "pid").read_text()))


def test_a_nursery_ends_with_the_thread_that_it_served(  # type: ignore[no-untyped-def]
    misbehave, tmp_path: Path
) -> None:
    misbehave(FAMILY)
    found: list[int] = []
    worker = threading.Thread(target=lambda: found.append(answer(tmp_path)["nursery"]))
    worker.start()
    worker.join()
    assert found[0] != answer(tmp_path)["nursery"]
    assert ended(found[0])


HUB = """
import json, sys
sys.path.append({root!r})
from hub.files import nursery, sandbox
assert sandbox.trouble() == ""
print(nursery._own.nursery._process.pid, flush=True)
sys.stdin.read()
"""


def test_a_nursery_ends_with_a_hub_that_is_killed() -> None:
    program = HUB.format(root=str(ROOT))
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as hub:
        assert hub.stdout
        pid = json.loads(hub.stdout.readline())
        hub.kill()
    assert ended(pid)
