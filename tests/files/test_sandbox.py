"""A child process can do nothing but read, compute and write one file.

Each test runs a real child: the real one, or one of a few lines that misbehaves
behind the same walls. Tried: leaving out the filter of system calls, the closing of
open files, and the rule that the output is no link each turn a test red.
"""

import os
import signal
from pathlib import Path

import pytest

from hub.files import limits, sandbox
from hub.files.kinds import KINDS
from hub.files.reasons import FileRefused, Reason
from hub.files.sandbox import Rebuilt, SandboxFailed
from tests.files.pdfs import document, revised

pytestmark = pytest.mark.embedded  # says nothing about a database

PDF = KINDS["pdf"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(document())
    return path


def rebuild(source: Path) -> Rebuilt:
    return sandbox.rebuild(source, source.with_name("target"), PDF)


def test_a_file_goes_through_all_three_steps(source: Path) -> None:
    assert sandbox.inspect(source) == PDF
    done = rebuild(source)
    target, picture = source.with_name("target"), source.with_name("picture")
    assert done == Rebuilt(pages=1, size=target.stat().st_size)
    assert sandbox.preview(target, picture, PDF)
    assert picture.read_bytes()[8:12] == b"WEBP"
    assert sorted(os.listdir(source.parent)) == ["picture", "source", "target"]


def test_this_machine_can_confine_children() -> None:
    assert sandbox.trouble() == ""


ATTEMPTS = """
possible = []
def attempt(name, act):
    try:
        act()
    except (OSError, MemoryError):
        return
    possible.append(name)
attempt("internet", lambda: socket.create_connection(("127.0.0.1", 9), 1))
attempt("socket", lambda: socket.socket(socket.AF_UNIX))
attempt("fork", os.fork)
attempt("program", lambda: os.execv("/bin/true", ["true"]))
attempt("spawn", lambda: os.posix_spawn("/bin/true", ["true"], {}))
attempt("kill", lambda: os.kill(os.getppid(), 0))
attempt("memory", lambda: bytearray(2 << 30))
attempt("files", lambda: [open("/dev/null") for _ in range(100)])
attempt("large file", lambda: open("large", "wb").write(b"0" * (65 << 20)))
attempt("secrets", lambda: open("/etc/passwd"))
attempt("secrets of the project", lambda: open(ROOT + "/settings.py"))
attempt("writing elsewhere", lambda: open("/tmp/elsewhere", "w"))
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x10000000) == 0: possible.append("name space")
variables = [name for name in os.environ if name != "LC_CTYPE"]
def is_open(number):
    try:
        return bool(os.fstat(number))
    except OSError:
        return False
files = [number for number in range(64) if is_open(number)]
print(json.dumps({"kind": "pdf", "possible": possible, "variables": variables,
    "files": files}))
"""


def test_the_walls_leave_nothing_but_computing(misbehave, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    walls = sandbox.judge(sandbox.run(tmp_path, "probe"))["walls"]
    misbehave(ATTEMPTS)
    with open(os.devnull) as kept:
        os.set_inheritable(kept.fileno(), True)
        os.environ["A_SECRET"] = "in the parent"
        answer = sandbox.judge(sandbox.run(tmp_path, "inspect"))
    del os.environ["A_SECRET"]
    secrets = ["secrets", "secrets of the project", "writing elsewhere"]
    possible = [] if "files" in walls else secrets  # an old kernel
    expected = {"possible": possible, "variables": [], "files": [0, 1, 2]}
    assert answer == {"kind": "pdf", **expected}


NO_SPACE = "confine.CLONE_NEWNET = 0xFFFFFFFF"
NO_FILTER = "confine._filter_calls = lambda libc: False"
ONE_WALL = """
try:
    socket.create_connection(("127.0.0.1", 9), 1)
except OSError as error:
    print(json.dumps({"error": error.errno}))
"""


@pytest.mark.parametrize(("missing", "error"), [(NO_SPACE, 1), (NO_FILTER, 101)])
def test_one_wall_against_the_network_is_enough(  # type: ignore[no-untyped-def]
    missing: str, error: int, misbehave, tmp_path: Path
) -> None:
    misbehave(ONE_WALL, before=missing)
    assert sandbox.judge(sandbox.run(tmp_path)) == {"error": error}


def test_without_any_wall_no_file_is_opened_and_health_says_so(  # type: ignore[no-untyped-def]
    misbehave, source: Path
) -> None:
    misbehave("print('{}')", before=f"{NO_SPACE}\n{NO_FILTER}")
    with pytest.raises(SandboxFailed, match="NotConfined"):
        sandbox.inspect(source)
    assert "NotConfined" in sandbox.trouble()


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            "resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass",
            "too_big_inside",
        ),
        ("ctypes.string_at(0)", "broken"),
        ("os.abort()", "broken"),
        ("print(json.dumps({'refused': 'macros', 'detail': 'x'}))", "macros"),
    ],
    ids=["CPU", "crash", "abort", "answer"],
)
def test_a_child_that_ends_by_its_file_refuses_the_file(  # type: ignore[no-untyped-def]
    lines: str, reason: str, misbehave, source: Path
) -> None:
    misbehave(lines)
    with pytest.raises(FileRefused) as refused:
        rebuild(source)
    assert refused.value.reason == reason
    assert not source.with_name("target").exists()


@pytest.mark.parametrize(
    "lines",
    [
        "signal.raise_signal(signal.SIGTERM)",
        "signal.raise_signal(signal.SIGKILL)",
        "raise ImportError('a library is missing')",
        "print('no JSON')",
        "print('[]')",
        "print(json.dumps({'refused': 'nobody knows'}))",
        "print(json.dumps({'kind': 'exe'}))",
        "",
        "os.symlink('/etc/passwd', sys.argv[3]); print('{}')",
        "open('x', 'w').write('x'); os.link('x', sys.argv[3]); print('{}')",
        "os.mkdir(sys.argv[3]); print('{}')",
    ],
)
def test_a_child_that_fails_says_nothing_about_the_file(  # type: ignore[no-untyped-def]
    lines: str, misbehave, source: Path
) -> None:
    misbehave(lines)
    with pytest.raises(SandboxFailed):
        rebuild(source)
    assert not source.with_name("target").exists()


def test_an_answer_is_read_where_it_was_written_and_not_where_a_child_points(  # type: ignore[no-untyped-def]
    misbehave, source: Path
) -> None:
    misbehave(
        "print(json.dumps({'pages': 7})); os.unlink('answer')\n"
        "os.mkfifo('answer'); open(sys.argv[3], 'w').write('x')"
    )
    assert rebuild(source).pages == 7


def test_what_a_child_says_of_the_content_is_not_repeated(
    misbehave, source: Path
) -> None:  # type: ignore[no-untyped-def]
    misbehave("raise ValueError('Jeanne Martin')")
    with pytest.raises(SandboxFailed) as failed:
        rebuild(source)
    assert "ValueError" in str(failed.value)
    assert "Jeanne" not in str(failed.value)


def test_time_is_up_for_a_busy_child_and_a_waiting_one(  # type: ignore[no-untyped-def]
    misbehave, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CHILD_WALL_SECONDS", 1)
    monkeypatch.setattr(limits, "CHILD_CPU_SECONDS", 0.5)
    misbehave("while True: pass")
    with pytest.raises(FileRefused) as refused:
        rebuild(source)
    assert refused.value.reason == Reason.TOO_BIG_INSIDE
    misbehave("time.sleep(30)")
    ended = sandbox.run(source.parent, "rebuild")
    assert (ended.returncode, ended.timed_out) == (-signal.SIGKILL, True)
    with pytest.raises(SandboxFailed):
        sandbox.judge(ended)


def test_a_preview_that_fails_refuses_nothing(misbehave, source: Path) -> None:  # type: ignore[no-untyped-def]
    misbehave("ctypes.string_at(0)")
    assert not sandbox.preview(source, source.with_name("picture"), PDF)


def test_a_protected_or_revised_file_is_judged_by_the_real_child(source: Path) -> None:
    source.write_bytes(revised(document(), {50: "(earlier)"}))
    assert rebuild(source).pages == 1
    source.write_bytes(document(trailer="/Encrypt << /Filter /Standard /V 9 >>"))
    with pytest.raises(FileRefused) as refused:
        sandbox.inspect(source)
    assert refused.value.reason == Reason.ENCRYPTED
