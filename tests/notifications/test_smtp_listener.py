"""The hub's own SMTP servers let go of whoever is connected when they stop."""

import socket

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


def test_it_stops_while_people_come(listener: Listener) -> None:
    listener.start()
    line = (listener.hostname, listener.port)
    clients = [socket.create_connection(line, timeout=PATIENCE) for _n in range(20)]
    listener.stop()
    for client in clients:
        with client:
            assert _until_the_end(client)[:4] in (b"", b"220 ")


def _until_the_end(client: socket.socket) -> bytes:
    """Raises TimeoutError if there is none."""
    read = b""
    try:
        while more := client.recv(100):
            read += more
    except ConnectionResetError:
        pass
    return read
