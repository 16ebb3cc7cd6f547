"""A hostile mail taken apart: headers and parts within limits, every access guarded.

Standard library only: this runs in the child (child.py). What the parts mean is judged
in bounces.py and automatic.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from typing import TypeAlias

from notifications.inbound import limits

# No `email.headerregistry`: it parses addresses by recursion, for as long as it takes.
_RULES = policy.compat32
_BOUNDARY = re.compile(rb"boundary\s{0,9}=", re.IGNORECASE)
_LINE = re.compile(rb"^--", re.MULTILINE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_ADDRESS = re.compile(r"[^\s<>()\"',:;@]{1,64}@[^\s<>()\"',:;@]{1,255}")
_TAG = re.compile(r"<[^<>]{0,2000}>")

Part: TypeAlias = "Message[str, str]"


class TooMuch(Exception):
    """Beyond a limit: nobody needs to know what it would have said."""


@dataclass(frozen=True)
class Mail:
    """`parts`: the leaves and the messages within, outermost first."""

    head: Part
    parts: list[Part]


def take_apart(raw: bytes) -> Mail:
    """Raises TooMuch, or whatever the parser raises at a hostile mail."""
    _refuse_early(raw)
    head = message_from_bytes(raw, policy=_RULES)
    parts = list(_walk(head, 0))
    if len(parts) > limits.MAX_PARTS:
        raise TooMuch("parts")
    for part in parts:
        _refuse_headers(part)
    addresses = header(head, "To").count("@") + header(head, "Cc").count("@")
    if addresses > limits.MAX_ADDRESSES:
        raise TooMuch("addresses")
    return Mail(head, parts)


def header(part: Part, name: str) -> str:
    """One header, decoded as far as it can be, on one line; empty if it is broken."""
    try:
        value = _raw(part, name)[: limits.MAX_HEADER_BYTES]
        if "=?" in value and value.count("=?") <= limits.MAX_ADDRESSES:
            pieces = decode_header(value)
            value = "".join(_decoded(piece, charset) for piece, charset in pieces)
        return " ".join(value.split())
    except Exception:  # headers of strangers raise anything
        return ""


def _raw(part: Part, name: str) -> str:
    """As it came; bytes above ASCII, which nobody may send and many do, are UTF-8."""
    values = (str(v) for n, v in part.raw_items() if n.lower() == name.lower())
    value = next(values, "")
    return _decoded(value.encode("ascii", "surrogateescape"), None)


def has(part: Part, name: str) -> bool:
    return bool(header(part, name))


def sender(mail: Mail) -> str:
    """The one address of From, in lower case; empty if there is none or several."""
    found = set(_ADDRESS.findall(header(mail.head, "From").lower()))
    return found.pop() if len(found) == 1 else ""


def text_of(part: Part) -> str:
    """What a text part says, cut, without its tags; empty if it is broken."""
    try:
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            return ""
        text = _decoded(payload[: limits.MAX_TEXT_BYTES], part.get_content_charset())
        if part.get_content_type() == "text/html":
            text = _TAG.sub(" ", text.split("<blockquote", 1)[0])
            text = text.replace("&nbsp;", " ")
        return text
    except Exception:  # unknown charsets, broken encodings
        return ""


def first_text(mail: Mail) -> str:
    """The first plain text, or else the first text in HTML."""
    for kind in ("text/plain", "text/html"):
        for part in mail.parts:
            if part.get_content_type() == kind and (text := text_of(part)):
                return text
    return ""


def _refuse_early(raw: bytes) -> None:
    """What the parser itself would spend too much on."""
    if len(raw) > limits.MAX_MAIL_BYTES:
        raise TooMuch("bytes")
    boundaries = sum(1 for _ in _BOUNDARY.finditer(raw))
    if boundaries > limits.MAX_PARTS or _count(_LINE, raw) > 100 * limits.MAX_PARTS:
        raise TooMuch("parts")
    end = _BLANK.search(raw)
    head = raw[: end.start() if end else len(raw)]
    if len(head) > limits.MAX_HEADERS * limits.MAX_HEADER_BYTES // 4:
        raise TooMuch("headers")


def _count(pattern: re.Pattern[bytes], raw: bytes) -> int:
    return sum(1 for _ in pattern.finditer(raw))


def _walk(part: Part, depth: int) -> Iterator[Part]:
    if depth > limits.MAX_DEPTH:
        raise TooMuch("depth")
    yield part
    inner = part.get_payload()
    if isinstance(inner, list):
        if len(inner) > limits.MAX_PARTS:
            raise TooMuch("parts")
        for one in inner:
            if isinstance(one, Message):
                yield from _walk(one, depth + 1)


def _refuse_headers(part: Part) -> None:
    items = part.raw_items()
    sizes = [len(name) + len(str(value)) for name, value in items]
    if len(sizes) > limits.MAX_HEADERS:
        raise TooMuch("headers")
    if max(sizes, default=0) > limits.MAX_HEADER_BYTES:
        raise TooMuch("header")


def _decoded(piece: str | bytes, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    try:
        return piece.decode(charset or "utf-8")
    except (LookupError, ValueError):  # an unknown charset, or not that one
        return piece.decode("latin-1")
