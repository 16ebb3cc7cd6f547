"""What the proxy passes on, and what it refuses to read."""

import pytest

from tests.cluster.requests import Unreadable, read_head

pytestmark = pytest.mark.embedded  # says nothing about a database

PAGE = b"GET /fils/1 HTTP/1.1\r\nHost: hub\r\n"


def test_a_client_cannot_say_what_the_hub_believes() -> None:
    head = PAGE + b"x-forwarded-proto: https\r\nForwarded: for=1\r\n\r\n"
    passed = read_head(head).passed_on("192.0.2.1")
    assert b"https" not in passed
    assert b"for=1" not in passed
    assert b"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n" in passed
    assert passed.startswith(PAGE)


def test_a_request_ends_its_connection_and_a_socket_keeps_it() -> None:
    page = read_head(PAGE + b"Connection: keep-alive\r\n\r\n").passed_on("h")
    assert b"Connection: close" in page
    assert b"keep-alive" not in page
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    socket = read_head(PAGE + upgrade)
    assert socket.is_socket
    assert b"Connection: Upgrade" in socket.passed_on("h")


@pytest.mark.parametrize(
    ("start", "more", "repeatable"),
    [
        (b"GET", b"", True),
        (b"HEAD", b"", True),
        (b"POST", b"Content-Length: 0\r\n", False),
        (b"GET", b"Content-Length: 3\r\n", False),
        (b"GET", b"Upgrade: websocket\r\n", False),
    ],
)
def test_only_what_changes_nothing_is_asked_again(
    start: bytes, more: bytes, repeatable: bool
) -> None:
    head = start + b" / HTTP/1.1\r\nHost: hub\r\n" + more + b"\r\n"
    assert read_head(head).is_repeatable is repeatable


@pytest.mark.parametrize(
    "head",
    [
        b"GET /\r\n\r\n",
        b"GET / x HTTP/1.1\r\n\r\n",
        b"GET / SPDY/3\r\n\r\n",
        PAGE + b"Transfer-Encoding: chunked\r\n\r\n",
        PAGE + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        PAGE + b"Content-Length: +1\r\n\r\n",
        PAGE + b"Content-Length: 1, 1\r\n\r\n",
        PAGE + b"X: a\r\n folded\r\n\r\n",
        PAGE + b"no colon\r\n\r\n",
        PAGE + b"X: a\nContent-Length: 1\r\n\r\n",
        PAGE + b"X: a\0\r\n\r\n",
    ],
)
def test_what_two_programs_might_read_differently_is_refused(head: bytes) -> None:
    with pytest.raises(Unreadable):
        read_head(head)
