"""Somebody who sends files to a served hub over HTTP and asks what became of them."""

import time
from types import TracebackType
from typing import Any, Self

import httpx

from tests.clients.server import ServedHub
from tests.clients.session import sign_in

ANSWER_SECONDS = 60.0


class Sender:
    """One person with a session, in the first of their threads."""

    def __init__(self, hub: ServedHub, email: str) -> None:
        session = {"session": sign_in(hub, email).partition("=")[2]}
        self.http = httpx.Client(
            base_url=hub.url, cookies=session, trust_env=False, timeout=ANSWER_SECONDS
        )
        self.thread = self.http.get("/api/v1/threads").json()[0]["thread"]
        self.page = f"/fils/{self.thread}"
        self.http.get(self.page)  # brings the other cookie

    def send(self, name: str, data: bytes) -> str:
        """The id of the file."""
        answer = self.http.post(
            f"/api/v1/threads/{self.thread}/attachments",
            files={"file": (name, data)},
            headers={"x-csrftoken": self.http.cookies["csrf"]},
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def ended(self, after: int = 0) -> dict[str, dict[str, Any]]:
        """By id: one's own files that came to their end, from that count on."""
        found: dict[str, dict[str, Any]] = {}
        more = True
        while more:
            address = f"/api/v1/threads/{self.thread}/attachments"
            answer = self.http.get(address, params={"after": after}).json()
            found |= {file["id"]: file for file in answer["attachments"]}
            after, more = answer["change"], answer["more"]
        return {i: f for i, f in found.items() if f["state"] in ("clean", "refused")}

    def timed(self, address: str) -> tuple[int, float]:
        """The status of a page, and the seconds until all of it was there."""
        began = time.perf_counter()
        status = self.http.get(address).status_code
        return status, time.perf_counter() - began

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()
