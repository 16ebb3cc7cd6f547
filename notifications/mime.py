"""One mail as bytes: header lines that nobody can break, and two bodies, all in ASCII.

The library's own writer takes a millisecond for each mail, because it parses every
header again. This one only writes what our mails have, and refuses the rest. Which
headers a mail has is in notifications.letter_headers.
"""

import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterable
from email.quoprimime import body_encode
from unicodedata import category

CRLF = "\r\n"
LONGEST_LINE = 76  # of quoted-printable
LONGEST_NAME = 60  # characters; a header line of e-mail has 78
# Bytes in one encoded word: with "Content-Language: " before it, a line stays under 76
# characters (RFC 2047 section 2).
_WORD_BYTES = 30
_CHUNK = re.compile(r"[\x20-\x7e]{1,900}")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}")
# In quoted-printable "=" is followed by hexadecimal digits or a line end: a boundary
# that begins with "=_" can be in no body.
_BOUNDARY = "=_{}"

# A value in one or more pieces, between which the line may be folded.
Header = tuple[str, tuple[str, ...]]


class Unsafe(ValueError):
    """What cannot stand in a header as it is. Says nothing of the value."""


def write(headers: Iterable[Header], text: str, html: str, key: str) -> bytes:
    """The mail with CRLF line ends. `key`: letters and digits, the same for the same
    mail. Raises Unsafe."""
    boundary = _BOUNDARY.format(key)
    lines = [_line(name, value) for name, value in headers]
    lines.append("MIME-Version: 1.0")
    lines.append(f'Content-Type: multipart/alternative; boundary="{boundary}"')
    head = CRLF.join(lines).encode("ascii")
    parts = (_part(boundary, "plain", text), _part(boundary, "html", html))
    return b"".join((head, b"\r\n\r\n", *parts, f"--{boundary}--\r\n".encode()))


def plain(text: str) -> tuple[str, ...]:
    """Free text as a header value: as it is, or in encoded words (RFC 2047)."""
    line = one_line(text)
    return (line,) if line.isascii() and "=?" not in line else _encoded(line)


def mailbox(name: str, email: str) -> tuple[str, ...]:
    """One address. A name cannot add another one: it keeps only what needs no quotes,
    and little of it. Raises Unsafe for an address that could."""
    address = ascii_address(email)
    shown = clean_name(name)
    if not shown:
        return (address,)
    words = (shown,) if shown.isascii() else _encoded(shown)
    return (*words, f"<{address}>")


def split(mailbox: str) -> tuple[str, str]:
    """Name and address of "Name <address>" as a setting holds it.

    What stands in the last angle brackets is the address, whatever the name holds: the
    library's parser takes the first thing that looks like one.
    """
    name, bracket, rest = mailbox.rpartition("<")
    if not bracket:
        return "", mailbox.strip()
    return name.strip().strip('"'), rest.partition(">")[0].strip()


def ascii_address(email: str) -> str:
    """The address with its domain in ASCII (IDNA). Raises Unsafe."""
    local, _, domain = email.rpartition("@")
    try:
        address = f"{local}@{domain if domain.isascii() else _idna(domain)}"
    except UnicodeError:
        raise Unsafe from None
    if not _ADDRESS.fullmatch(address):
        raise Unsafe
    return address


def clean_name(name: str) -> str:
    """Letters, digits, hyphens and apostrophes of a name; spaces for all else."""
    kept = "".join(c if _is_of_a_name(c) else " " for c in name)
    return " ".join(kept.split())[:LONGEST_NAME].strip()


def one_line(text: str) -> str:
    """Without control characters, line ends of any kind and marks of direction."""
    if text.isascii() and text.isprintable():
        return text
    kept = "".join(" " if category(c)[0] in "CZ" else c for c in text)
    return " ".join(kept.split())


def _line(name: str, value: tuple[str, ...]) -> str:
    if not value or not all(_CHUNK.fullmatch(chunk) for chunk in value):
        raise Unsafe
    return f"{name}: " + "\r\n ".join(value)


def _encoded(text: str) -> tuple[str, ...]:
    """Words that hold whole characters: each is decoded alone (RFC 2047 section 5)."""
    words, current = [], b""
    for character in text:
        encoded = character.encode()
        if len(current) + len(encoded) > _WORD_BYTES:
            words.append(current)
            current = b""
        current += encoded
    words.append(current)
    return tuple(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)


def _part(boundary: str, subtype: str, body: str) -> bytes:
    head = (
        f"--{boundary}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    lines = body.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
    return head.encode() + _quoted_printable(lines.replace("\n", CRLF).encode())


def _quoted_printable(body: bytes) -> bytes:
    """Lines of 76 at most (RFC 2045 section 6.7). The library's fast way now and then
    makes one of 78; its slow way never does."""
    content = b2a_qp(body)
    if max(map(len, content.split(b"\r\n"))) <= LONGEST_LINE:
        return content
    return body_encode(body.decode("latin-1"), LONGEST_LINE, CRLF).encode()


def _idna(domain: str) -> str:
    return domain.encode("idna").decode()


def _is_of_a_name(character: str) -> bool:
    return category(character)[0] in "LMN" or character in "-'’"
