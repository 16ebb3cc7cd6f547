"""What the tests of the transport share: a parcel, a pool, and what came of it."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from notifications.transports.base import Parcel
from notifications.transports.pool import Pool
from notifications.transports.smtp import Server
from tests.notifications.smtp_server import SmtpServer


def parcel(number: int = 1, to: str = "samira@centre.example") -> Parcel:
    content = (
        f"Message-ID: <{number}@hub.example>\r\nSubject: [Hub]\r\n\r\n"
        "A message waits.\r\n.a line with a dot\r\n"
    )
    return Parcel(to, content.encode(), f"retours+{number}@hub.example")


def pool(
    server: SmtpServer, url: str = "", ca_file: Path | None = None, **choices: Any
) -> Pool:
    choices = {"size": 2, "in_doubt": 1, **choices}
    return Pool(Server.from_url(url or server.url, "hub.example", ca_file), **choices)


@dataclass
class Book:
    """Writes down what was accepted; can be told to take its time."""

    answers: list[str] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_end.set()

    async def accepted(self, answer: str) -> None:
        self.started.set()
        await self.may_end.wait()
        self.answers.append(answer)
