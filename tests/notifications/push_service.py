"""A push service of the tests' own: real HTTPS, answers as told, keeps the raw request."""

import asyncio
import json
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from notifications.push_key import decode
from notifications.smtp_listener import close_server
from tests.clients.accepted import end_accepted
from tests.notifications.certificates import Authority

HOST = "localhost"
CREATED = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Asked:
    """One request, as its bytes came over the wire."""

    raw: bytes
    connection: int

    @property
    def line(self) -> str:
        return self.raw.split(b"\r\n", 1)[0].decode()

    @property
    def headers(self) -> dict[str, str]:
        head = self.raw.split(b"\r\n\r\n", 1)[0].decode().split("\r\n")[1:]
        return {k.lower(): v for k, v in (line.split(": ", 1) for line in head)}

    @property
    def body(self) -> bytes:
        return self.raw.split(b"\r\n\r\n", 1)[1]

    def claims(self, public: str) -> dict[str, Any]:
        """What the VAPID token says; raises InvalidSignature if `public` did not sign."""
        scheme, _space, rest = self.headers["authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert (scheme, parts["k"]) == ("vapid", public)
        head, claims, signature = parts["t"].split(".")
        r, s = decode(signature)[:32], decode(signature)[32:]
        der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        point = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), decode(public)
        )
        point.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        assert json.loads(decode(head)) == {"typ": "JWT", "alg": "ES256"}
        found: dict[str, Any] = json.loads(decode(claims))
        return found


@dataclass
class PushService:
    """`answers` are given in turn, then 201. An empty one ends the connection."""

    authority: Authority
    answers: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    @classmethod
    def under(cls, folder: Path) -> "PushService":
        return cls(Authority(folder, "push"))

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority.file)

    @property
    def origin(self) -> str:
        return f"https://{HOST}:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, HOST, ssl=self.authority.server(HOST)
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        await close_server(self._server)
        await end_accepted(self.port)

    def will_answer(self, status: str, *headers: str, body: str = "") -> None:
        lines: Iterable[str] = (*headers, f"Content-Length: {len(body)}")
        self.answers.append(
            f"HTTP/1.1 {status}\r\n" + "\r\n".join(lines) + f"\r\n\r\n{body}"
        )

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        number = self.connections
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.asked.append(Asked(head, number))
                answer = self.answers.pop(0) if self.answers else CREATED
                if not answer:
                    return
                writer.write(answer.encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            return
        finally:
            writer.close()
