"""How much a request may carry, at the real server and in the application."""

import json
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from select import select

import pytest
from django.test import Client

from hub.demo import Demo
from hub.files.limits import MIB
from hub.uploads import (
    FORM_BYTES,
    MOST_IN_FLIGHT,
    ONE_FILE_BYTES,
    ORDINARY_BYTES,
    body_limit,
)
from tests.clients.server import ServedHub
from tests.clients.session import sign_in

SAMIRA = "samira.benali@centre.demo.invalid"
SOME = "4f4c9f1e-6c2b-4a58-9d3e-0b7f5e1a2c3d"  # the same in every worker
THREAD = f"/fils/{SOME}"
UPLOAD = f"/api/v1/threads/{SOME}/attachments"


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        (THREAD, FORM_BYTES),
        (UPLOAD, ONE_FILE_BYTES),
        ("/mesures/M-1/completer/decision", FORM_BYTES),
        (f"{THREAD}/lecture", ORDINARY_BYTES),
        (f"/api/v1/threads/{SOME}/messages", ORDINARY_BYTES),
        ("/connexion", ORDINARY_BYTES),
        ("/", ORDINARY_BYTES),
        (f"http://elsewhere{THREAD}", ORDINARY_BYTES),
    ],
)
def test_only_paths_that_take_files_take_much(path: str, limit: int) -> None:
    assert body_limit(path) == limit


def test_the_application_refuses_what_another_server_let_through(demo: Demo) -> None:
    body = b"x" * (ORDINARY_BYTES + 1)
    answer = Client().post("/connexion", body, content_type="text/plain")
    assert answer.status_code == 413
    path = f"/api/v1/threads/{demo.threads[0].pk}/messages"
    refused = Client().post(path, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def talk(hub: ServedHub, head: str, chunks: int = 0, chunk: bytes = b"") -> bytes:
    """Sends a head and as much of a body as the server takes; its first answer."""
    with socket.create_connection(("127.0.0.1", hub.port), timeout=20) as line:
        line.sendall(head.replace("\n", "\r\n").encode())
        for _ in range(chunks):
            try:
                line.sendall(chunk)
            except OSError:
                break
        return line.recv(65536)


@pytest.mark.embedded
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_form_full_of_files_costs_about_what_it_weighs(tmp_path: Path) -> None:
    """A parser of the server's own would take ten times as much."""
    weight = 200 * MIB
    edge = (
        b'--edge\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"'
        b"\r\n\r\n"
    )
    end = b"\r\n--edge--\r\n"
    length = len(edge) + weight + len(end)
    with ServedHub(tmp_path) as hub:
        cookie = sign_in(hub, SAMIRA)
        head = (
            f"POST {THREAD} HTTP/1.1\nHost: 127.0.0.1:{hub.port}\n"
            f"Content-Length: {length}\nCookie: {cookie}\n"
            "Content-Type: multipart/form-data; boundary=edge\n\n"
        )
        assert hub.process
        before = peak(hub.process.pid)
        with socket.create_connection(("127.0.0.1", hub.port), timeout=60) as line:
            line.sendall(head.replace("\n", "\r\n").encode() + edge)
            for _ in range(weight // MIB):
                line.sendall(b"x" * MIB)
            line.sendall(end)
            assert line.recv(65536).startswith(b"HTTP/1.1 403 ")  # no CSRF token
        assert peak(hub.process.pid) - before < 2 * weight


def peak(process: int) -> int:
    """The most memory that a process ever had, in bytes."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


@pytest.mark.embedded
def test_the_server_refuses_before_the_body_has_arrived(tmp_path: Path) -> None:
    with ServedHub(tmp_path) as hub:
        host = f"Host: 127.0.0.1:{hub.port}\n"
        said = f"POST /connexion HTTP/1.1\n{host}Content-Length: {2 * MIB}\n\n"
        assert talk(hub, said).startswith(b"HTTP/1.1 413 ")
        stranger = f"POST {THREAD} HTTP/1.1\n{host}Content-Length: {2 * MIB}\n\n"
        assert talk(hub, stranger).startswith(b"HTTP/1.1 413 ")
        forged = stranger.replace(host, f"{host}Cookie: session=any\n")
        assert talk(hub, forged).startswith(b"HTTP/1.1 413 ")
        host += f"Cookie: {sign_in(hub, SAMIRA)}\n"
        huge = f"POST {THREAD} HTTP/1.1\n{host}Content-Length: {FORM_BYTES + 1}\n\n"
        refused = talk(hub, huge)
        assert refused.startswith(b"HTTP/1.1 413 ")
        assert b'<a href="">' in refused  # a page, and the way back: its own address
        untold = f"POST {UPLOAD} HTTP/1.1\n{host}Transfer-Encoding: chunked\n\n"
        piece = b"100000\r\n" + b"x" * MIB + b"\r\n"
        told = talk(hub, untold, 40, piece)
        assert told.startswith(b"HTTP/1.1 413 ")
        assert b'"code": "too_large"' in told
        small = f"GET /healthz HTTP/1.1\n{host}\n"
        assert talk(hub, small).startswith(b"HTTP/1.1 200 ")


@pytest.mark.embedded
def test_a_client_that_leaves_while_it_is_looked_up_holds_no_room() -> None:
    command = [sys.executable, "-m", "tests.files.leaving_client", THREAD]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    stayed, *gone = json.loads(done.stdout)
    assert stayed == {
        "held": FORM_BYTES, "left_over": 0, "read_again": True, "errors": []
    }  # fmt: skip
    for one in gone:
        assert one == {"held": 0, "left_over": 0, "read_again": False, "errors": []}


@pytest.mark.embedded
def test_so_many_large_bodies_at_a_time_and_room_again_when_they_end(
    tmp_path: Path,
) -> None:
    with ServedHub(tmp_path) as hub:
        cookie = sign_in(hub, SAMIRA)
        head = (
            f"POST {THREAD} HTTP/1.1\r\nHost: 127.0.0.1:{hub.port}\r\n"
            f"Cookie: {cookie}\r\nContent-Length: {FORM_BYTES}\r\n\r\n"
        ).encode()
        with ExitStack() as open_lines:
            lines = [
                open_lines.enter_context(
                    socket.create_connection(("127.0.0.1", hub.port), timeout=20)
                )
                for _ in range(MOST_IN_FLIGHT // FORM_BYTES + 1)
            ]
            for line in lines:
                line.sendall(head)
            # All but one wait for their bodies; whichever came last is told.
            [answered], _, _ = select(lines, [], [], 20)
            assert answered.recv(65536).startswith(b"HTTP/1.1 503 ")
        # Their connections are gone, and with them what they held.
        empty = head.decode().replace("\r\n", "\n").replace(str(FORM_BYTES), "0")
        assert talk(hub, empty).startswith(b"HTTP/1.1 403 ")
        with socket.create_connection(("127.0.0.1", hub.port), timeout=20) as line:
            line.sendall(head + b"x")
            line.shutdown(socket.SHUT_WR)
            assert not line.recv(65536).startswith(b"HTTP/1.1 503 ")
