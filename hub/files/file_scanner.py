"""The State's file-scanner as a scanner: one upload over HTTP, one strict reading.

Belongs here: its requests, its signed tokens, what its report means. Source: the pages
docs/api.md, security.md and categories.md of github.com/suitenumerique/file-scanner.
How HTTP goes over the wire is in http_line.py.
"""

import asyncio
import base64
import contextlib
import http.client
import json
import secrets
import time
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.files.http_line import CHUNK_BYTES, NoAnswer, connected, server
from hub.files.scanner import Answer, Clean, Colour, Health, Infected, NotScanned

SCAN_SECONDS = 120.0
UPLOAD_BYTES = 100 * 1024 * 1024  # its MAX_UPLOAD_SIZE as shipped
TOKEN_SECONDS = 120  # it refuses tokens that live longer than 300
TARGET = "/api/v1.0/scan?categories=malware"
AUDIENCE = "file-scanner"
TOO_LARGE = 413


class NoReport(Exception):
    """It answered with something that is not a report about the whole file."""

    def __init__(self, why: str, *, permanent: bool = False) -> None:
        super().__init__(why)
        self.permanent = permanent


class FileScanner:
    """A `Scanner` (hub.files.scanner) at `http://` or `https://host[:port][/path]`.

    `issuer` is the name under which it knows us, `key` our Ed25519 private key as it
    hands it out: 32 bytes in URL-safe base64. Raises ValueError when they are not.
    """

    name = "file-scanner"

    def __init__(
        self, url: str, issuer: str, key: str, *, seconds: float = SCAN_SECONDS
    ) -> None:
        self.server = server(url)
        self.issuer, self.key = issuer, private_key(key)
        self.seconds = seconds

    async def scan(self, path: Path) -> Answer:
        """Sends the whole file, without its name; OSError when it cannot be opened."""
        size = path.stat().st_size
        if not 0 < size <= UPLOAD_BYTES:
            return NotScanned(f"a size of {size} bytes is not scanned", permanent=True)
        with path.open("rb") as file:
            try:
                async with asyncio.timeout(self.seconds):
                    status, content = await self._upload(file, size)
                return _answer(status, content)
            except NoReport as trouble:
                return NotScanned(str(trouble), trouble.permanent)
            except TimeoutError:
                return NotScanned("file-scanner did not answer in time")
            except (NoAnswer, OSError) as error:
                return NotScanned(_out_of_reach(error))

    async def health(self) -> Health:
        """Of its scanners too; the age of their signatures is watched over there."""
        try:
            async with asyncio.timeout(self.seconds), connected(self.server) as line:
                line.begin("GET", f"{self.server.path}/check")
                status, _content = await line.answer()
        except (NoAnswer, OSError) as error:
            return Health(Colour.RED, False, _out_of_reach(error))
        if status != http.client.OK:
            return Health(Colour.RED, False, f"file-scanner answers {status}")
        return Health(Colour.GREEN, True, "file-scanner and its scanners answer")

    async def _upload(self, file: BinaryIO, size: int) -> tuple[int, bytes]:
        target = self.server.path + TARGET
        boundary = secrets.token_hex(16)
        head = (
            f"--{boundary}\r\n"
            'Content-Disposition: form-data; name="file"; filename="file"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        async with connected(self.server) as line:
            line.begin(
                "POST",
                target,
                f"Authorization: Bearer {self._token('POST', target)}",
                f"Content-Type: multipart/form-data; boundary={boundary}",
                f"Content-Length: {len(head) + size + len(tail)}",
            )
            sent = 0
            with contextlib.suppress(ConnectionError):  # it may refuse half-way
                await line.send(head)
                while chunk := file.read(CHUNK_BYTES):
                    await line.send(chunk)
                    sent += len(chunk)
                await line.send(tail)
            status, content = await line.answer()
        if sent != size and status == http.client.OK:
            raise NoReport("file-scanner answered before the end of the file")
        return status, content

    def _token(self, method: str, target: str) -> str:
        """A JSON Web Token (RFC 7519) for this one request, signed with EdDSA."""
        issued = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "iat": issued,
            "exp": issued + TOKEN_SECONDS,
            "htm": method,
            "htu": target,
        }
        parts = [json.dumps(part).encode() for part in ({"alg": "EdDSA"}, claims)]
        signed = b".".join(map(_base64, parts))
        return (signed + b"." + _base64(self.key.sign(signed))).decode()


def _answer(status: int, content: bytes) -> Answer:
    """Clean only if it says so, and every scanner that decides says so too."""
    if status != http.client.OK:
        why = f"file-scanner answers {status}"
        raise NoReport(why, permanent=status == TOO_LARGE)
    try:
        report = json.loads(content)
    except (ValueError, RecursionError):
        raise NoReport("file-scanner's report is not JSON") from None
    found = report.get("scanners") if isinstance(report, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NoReport("file-scanner's report has not the documented form")
    return _judged(report.get("malware"), found)


def _judged(malware: Any, found: list[dict[str, Any]]) -> Answer:
    names = sorted({str(one.get("scanner")) for one in found})
    engine = f"file-scanner ({', '.join(names)})"[:60]
    bad = [one for one in found if one.get("kind") in ("malware", "flagged")]
    if bad or malware is True:
        return Infected(engine, "", None, _signature(bad))
    kinds = {str(one.get("kind")) for one in found if _decides(one)}
    if malware is False and kinds == {"clean"}:
        return Clean(engine, "")
    # "unscannable" is said about the file, everything else about the service.
    permanent = "unscannable" in kinds and kinds <= {"clean", "unscannable"}
    raise NoReport("file-scanner could not look at the whole file", permanent=permanent)


def _decides(one: dict[str, Any]) -> bool:
    """Advisory scanners only inform: what they cannot read may pass."""
    return one.get("category") == "malware" and one.get("advisory") is not True


def _out_of_reach(error: Exception) -> str:
    return f"file-scanner cannot be reached: {type(error).__name__}"


def _signature(bad: list[dict[str, Any]]) -> str:
    reason = str(bad[0].get("reason", "")) if bad else ""
    return "".join(c for c in reason if c.isascii() and c.isprintable())[:200] or "?"


def private_key(text: str) -> Ed25519PrivateKey:
    """From 32 bytes in URL-safe base64, with or without padding; else ValueError."""
    try:
        return Ed25519PrivateKey.from_private_bytes(
            base64.b64decode(text.strip() + "==", altchars=b"-_")
        )
    except ValueError:
        raise ValueError("it is not an Ed25519 private key in base64") from None


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
