"""HTTP of one file: its headers, its name, a part of it. No rights, no rows.

RFC 9110 section 14 (ranges), RFC 6266 and 8187 (names).
"""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

# A file is data: wherever a browser shows it, it may do nothing.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Accept-Ranges": "bytes",
}
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
# RFC 8187 attr-char, besides letters and digits.
_PLAIN = "!#$&+-.^_`|~"


@dataclass(frozen=True)
class Part:
    """The bytes from `start` up to `stop`, of all."""

    start: int
    stop: int


class Unsatisfiable(Exception):
    """The range begins behind the end."""


@dataclass(frozen=True)
class Content:
    """What is sent. `read` gives the clear bytes from a start up to a stop."""

    size: int
    sha256: str
    media_type: str
    name: str
    read: Callable[[int, int], Iterator[bytes]]
    inline: bool = False  # only for pictures that we drew


def answer(request: HttpRequest, content: Content) -> HttpResponse:
    """200, 206 or 416, by GET or HEAD. The first bytes are opened before answering.

    Raises what `read` raises for them.
    """
    try:
        part = _part(request, content)
    except Unsatisfiable:
        response = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{content.size}"
        return _dressed(response, content)
    whole = part is None
    start, stop = (0, content.size) if part is None else (part.start, part.stop)
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        response = _streamed(request, content.read(start, stop))
    response.status_code = 200 if whole else 206
    if not whole:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{content.size}"
    response.headers["Content-Length"] = str(stop - start)
    return _dressed(response, content)


def disposition(name: str, inline: bool = False) -> str:
    """A name for old programs in ASCII, and the true one for all others."""
    kind = "inline" if inline else "attachment"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .()-]", "_", plain).strip() or "document"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_PLAIN)}"


def _dressed(response: HttpResponse, content: Content) -> HttpResponse:
    response.headers["Content-Type"] = content.media_type
    response.headers["Content-Disposition"] = disposition(content.name, content.inline)
    response.headers["ETag"] = f'"{content.sha256}"'
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _part(request: HttpRequest, content: Content) -> Part | None:
    """None: all of it. What we do not understand is ignored, as RFC 9110 asks."""
    if request.method != "GET":  # ranges are defined for GET alone (14.2)
        return None
    condition = request.headers.get("If-Range")
    if condition is not None and condition != f'"{content.sha256}"':
        return None
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not match or match.groups() == ("", ""):
        return None
    return _between(match[1], match[2], content.size)


def _between(first: str, last: str, size: int) -> Part | None:
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= stop:
        raise Unsatisfiable
    return Part(start, stop)


def _streamed(request: HttpRequest, chunks: Iterator[bytes]) -> HttpResponse:
    first = next(chunks, b"")  # an error of the first frame is still an answer

    def rest() -> Iterator[bytes]:
        yield first
        yield from chunks

    # Django reads a plain iterator to its end before it sends, under ASGI.
    given = _in_threads(rest()) if isinstance(request, ASGIRequest) else rest()
    response: HttpResponse = StreamingHttpResponse(given)  # type: ignore[assignment]
    return response


async def _in_threads(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Reading and opening frames is not for the event loop."""
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk
