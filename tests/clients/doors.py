"""The doors without a socket: form, JSON and reply link, over HTTP, through bad lines.

Each sends one message once and says what became of it; who tries again is in
tests/faults/writers.py.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import NamedTuple

import httpx

from tests.clients.server import ServedHub

CSRF = "c" * 32  # a token may be any that cookie and form agree on
ANSWER_SECONDS = 15.0
FINAL = {400: "invalid", 403: "forbidden", 404: "forbidden", 409: "conflict"}
PLACE = re.compile(r"^/reponse/enregistree\?n=(\d+)$")


class Answer(NamedTuple):
    """`code`: "" when it was posted, else why not; `seq` where that door tells it."""

    code: str
    seq: int = 0


@dataclass
class Person:
    """Somebody of the cast with a session and, for each thread, secrets of links."""

    user: str
    cookie: str
    links: dict[str, list[str]]

    def __post_init__(self) -> None:
        self._lines: dict[str, httpx.AsyncClient] = {}
        self._signed_in = f"{self.cookie}; csrf={CSRF}"

    async def api(self, hub: ServedHub, said: tuple[str, str, str]) -> Answer:
        answer = await self._api(hub, said)
        if answer.status_code == 201:
            return Answer("", int(answer.json()["seq"]))
        return _refused(answer)

    async def api_status(self, hub: ServedHub, said: tuple[str, str, str]) -> int:
        """For whoever may have no session any more."""
        return (await self._api(hub, said)).status_code

    async def form(self, hub: ServedHub, said: tuple[str, str, str]) -> Answer:
        message_id, thread, body = said
        fields = {"csrfmiddlewaretoken": CSRF, "id": message_id, "body": body}
        answer = await self._line(hub).post(
            f"/fils/{thread}", data=fields, headers={"cookie": self._signed_in}
        )
        where = answer.headers.get("location", "")
        if answer.status_code == 303 and where == f"/fils/{thread}#fin":
            return Answer("")
        return _refused(answer)

    async def link(self, hub: ServedHub, said: tuple[str, str, str]) -> Answer:
        """Through the newest link that still serves; each serves 20 times."""
        message_id, thread, body = said
        secrets = self.links[thread]
        answer = await self._line(hub).post(
            "/reponse",
            data={"csrfmiddlewaretoken": CSRF, "id": message_id, "body": body},
            headers={
                "cookie": f"csrf={CSRF}; reponse={secrets[-1]}",
                "origin": "null",
                "sec-fetch-site": "same-origin",
            },
        )
        if place := PLACE.match(answer.headers.get("location", "")):
            return Answer("", int(place[1]))
        if answer.status_code == 429 and len(secrets) > 1:
            secrets.pop()
        return _refused(answer)

    async def close(self) -> None:
        await asyncio.gather(*(line.aclose() for line in self._lines.values()))

    async def _api(self, hub: ServedHub, said: tuple[str, str, str]) -> httpx.Response:
        message_id, thread, body = said
        return await self._line(hub).post(
            f"/api/v1/threads/{thread}/messages",
            json={"id": message_id, "body": body},
            headers={"cookie": self._signed_in, "x-csrftoken": CSRF},
        )

    def _line(self, hub: ServedHub) -> httpx.AsyncClient:
        if hub.url not in self._lines:
            self._lines[hub.url] = httpx.AsyncClient(
                base_url=hub.reached_at, trust_env=False, timeout=ANSWER_SECONDS
            )
        return self._lines[hub.url]


def _refused(answer: httpx.Response) -> Answer:
    """What is neither an answer nor a refusal of ours raises: nobody expects it."""
    if answer.status_code == 429:
        return Answer("rate_limited")
    if answer.status_code == 503:
        return Answer("unavailable")
    if code := FINAL.get(answer.status_code):
        return Answer(code)
    where = answer.headers.get("location", "")
    raise UnexpectedAnswer(f"{answer.request.url.path}: {answer.status_code} {where}")


class UnexpectedAnswer(Exception):
    """A door answered with what no door promises, such as a 500."""
