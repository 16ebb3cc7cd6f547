"""What leaves the hub compressed: its static files, its pages and its JSON.

Not what people sent: files are compressed already, and their ranges must stay true.
Words for those who read the source stay here: they are a quarter of every script. Who
takes nothing compressed gets scripts and sheets as they are written.
"""

import gzip
import io
import re
import zlib
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import Response, StaticFile

from hub.script_packs import pack

PACKED_FILES = frozenset({".css", ".js", ".svg"})
# The length is another one; the ETag says what the date would, at each of forty files.
REPLACED = frozenset({"Content-Length", "Last-Modified"})
ROOT = Path(__file__).resolve().parent.parent
STYLE_COMMENT = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)  # "/*!": to be kept
# Behind code, words without quotes or slashes: what a string ends with is no comment.
SCRIPT_COMMENT = re.compile(r"^//.*|\s//[^\"'`/]*$")
PACKED_TYPES = ("text/html", "application/json")


@cache
def leaving(path: Path) -> bytes:
    """A static file as it is sent compressed; made once per process."""
    sent = _as_sent(path) if is_ours(path) else path.read_bytes()
    return gzip.compress(sent, mtime=0)


def lean(source: str, suffix: str) -> str:
    """A script or style sheet without comments and indentation; others as they are.

    By lines: no script of ours lets a string go over several of them (tested).
    """
    if suffix == ".css":
        source = STYLE_COMMENT.sub("", source)
    lines = (line.strip() for line in source.splitlines())
    if suffix == ".js":
        lines = (SCRIPT_COMMENT.sub("", line) for line in lines)
    return "\n".join(filter(None, lines)) if suffix in (".css", ".js") else source


def is_ours(path: Path) -> bool:
    """Others' files leave as they are: their licence may ask for its lines to stay."""
    home = path.resolve()
    return home.is_relative_to(ROOT) and home.relative_to(ROOT).parts[1] == "static"


def _as_sent(path: Path) -> bytes:
    in_app = path.resolve().relative_to(ROOT).parts[2:]  # behind <app>/static
    source = pack("/".join(in_app)) if path.suffix == ".js" else path.read_text()
    return lean(source, path.suffix).encode()


class PackedFile:
    """A static file that is also kept compressed in memory; whole files only."""

    def __init__(self, plain: StaticFile, path: str) -> None:
        self.plain = plain
        self.packed = leaving(Path(path))

    def get_response(self, method: str, headers: dict[str, str]) -> Any:
        accepted = headers.get("HTTP_ACCEPT_ENCODING", "")
        whole = method in ("GET", "HEAD") and "HTTP_RANGE" not in headers
        if not whole or "gzip" not in accepted:
            return self.plain.get_response(method, headers)
        answer = self.plain.get_response("HEAD", headers)
        if answer.status != 200:  # not modified
            return answer
        told = [one for one in answer.headers if one[0] not in REPLACED]
        told += [
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(self.packed))),
        ]
        return Response(
            answer.status, told, None if method == "HEAD" else io.BytesIO(self.packed)
        )


class StaticMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise, compressing at the start what no build step has compressed."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> Any:
        plain = super().get_static_file(path, url, stat_cache=stat_cache)
        return PackedFile(plain, path) if _is_packed(path) else plain

    def add_mime_headers(self, headers: Any, path: str, url: str) -> None:
        super().add_mime_headers(headers, path, url)
        if _is_packed(path):
            headers["Vary"] = "Accept-Encoding"


class PagesMiddleware(GZipMiddleware):
    """Django's, which pads each answer at random (BREACH), for pages and JSON only."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith(PACKED_TYPES):
            return response
        if not isinstance(response, StreamingHttpResponse) or not response.is_async:
            return super().process_response(request, response)
        pieces: Any = response.streaming_content
        packed = super().process_response(request, response)
        if packed.headers.get("Content-Encoding") == "gzip":
            response.streaming_content = _in_one_stream(pieces)
        return packed


async def _in_one_stream(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Django makes a stream of each piece; Chromium reads the first of them only."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)  # as gzip
    async for piece in pieces:
        yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


def _is_packed(path: str) -> bool:
    return Path(path).suffix in PACKED_FILES
