"""The hub's own SMTP servers let go of whoever is connected when they stop."""

import contextlib
import gc
import socket
import threading

import pytest

from notifications import catcher
from notifications.smtp_listener import Listener
from tests.notifications.smtp_server import PATIENCE


@pytest.fixture
def listener() -> Listener:
    return Listener(catcher.Mailbox(), "127.0.0.1", catcher._free_port())


def test_whoever_is_connected_reads_the_end(listener: Listener) -> None:
    listener.start()
    line = (listener.hostname, listener.port)
    with socket.create_connection(line, timeout=PATIENCE) as client:
        assert client.recv(100).startswith(b"220 ")
        listener.stop()
        assert client.recv(100) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(line, timeout=PATIENCE)


def test_it_stops_while_people_come() -> None:
    """Ten times: who comes at the very end is let in, and let go like the others."""
    for _time in range(10):
        listener = Listener(catcher.Mailbox(), "127.0.0.1", catcher._free_port())
        listener.start()
        clients: list[socket.socket] = []
        coming = threading.Thread(target=_come_until_refused, args=(listener, clients))
        coming.start()
        listener.stop()
        coming.join()
        for client in clients:
            with client:
                assert _until_the_end(client)[:4] in (b"", b"220 ")
    gc.collect()  # pytest fails on a connection that nobody closed


def _come_until_refused(listener: Listener, clients: list[socket.socket]) -> None:
    line = (listener.hostname, listener.port)
    with contextlib.suppress(OSError):
        while True:
            clients.append(socket.create_connection(line, timeout=PATIENCE))


def _until_the_end(client: socket.socket) -> bytes:
    """Raises TimeoutError if there is none."""
    read = b""
    try:
        while more := client.recv(100):
            read += more
    except ConnectionResetError:
        pass
    return read
