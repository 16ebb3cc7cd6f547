"""What the proxy reads of a request before it passes it on: one head, RFC 9112.

Belongs here: reading and rewriting bytes. Connections are in proxy.py.
"""

from dataclasses import dataclass

SAFE = (b"GET", b"HEAD", b"OPTIONS")
# Ours to say, never a client's: the hub believes X-Forwarded-Proto (RFC 7239).
OURS = (b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host")


class Unreadable(Exception):
    """Not a request that two programs would read in the same way."""


@dataclass(frozen=True)
class Request:
    """`length`: bytes of its body. `lines`: its header lines as they came."""

    method: bytes
    target: bytes
    lines: tuple[bytes, ...]
    length: int
    is_socket: bool

    @property
    def is_repeatable(self) -> bool:
        """May be asked again elsewhere when nothing was answered (RFC 9110, 9.2.2)."""
        return self.method in SAFE and not self.length and not self.is_socket

    def passed_on(self, client: str) -> bytes:
        """The head for a backend. Each request gets a connection of its own."""
        start = b"%s %s HTTP/1.1" % (self.method, self.target)
        dropped = OURS if self.is_socket else (*OURS, b"connection", b"keep-alive")
        kept = [line for line in self.lines if _name(line) not in dropped]
        if not self.is_socket:
            kept.append(b"Connection: close")
        kept.append(b"X-Forwarded-For: " + client.encode())
        kept.append(b"X-Forwarded-Proto: http")
        return b"\r\n".join([start, *kept, b"", b""])


def read_head(head: bytes) -> Request:
    """Raises Unreadable also for chunked bodies: no browser sends one."""
    start, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    parts = start.split(b" ")
    if len(parts) != 3 or not parts[2].startswith(b"HTTP/1."):
        raise Unreadable("start line")
    if any(line[:1] in (b" ", b"\t") or b":" not in line for line in lines):
        raise Unreadable("header line")
    if any(byte in line for line in lines for byte in (b"\n", b"\r", b"\0")):
        raise Unreadable("header line")
    if _values(lines, b"transfer-encoding"):
        raise Unreadable("transfer-encoding")
    lengths = _values(lines, b"content-length")
    if len(lengths) > 1 or not all(length.isdigit() for length in lengths):
        raise Unreadable("content-length")
    upgrade = b"".join(_values(lines, b"upgrade")).lower()
    length = int(lengths[0]) if lengths else 0
    return Request(parts[0], parts[1], tuple(lines), length, upgrade == b"websocket")


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()


def _values(lines: list[bytes], name: bytes) -> list[bytes]:
    return [line.partition(b":")[2].strip() for line in lines if _name(line) == name]
