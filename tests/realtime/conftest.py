"""Sockets of the cast, in process, on the real layer of the shape."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connections
from django.test import Client

from asgi import application
from hub.demo import Demo
from hub.models import User
from realtime.database import reads, writes
from realtime.ledger import ledger
from realtime.relay import relay
from tests.cast import create_small_demo

Frame = dict[str, Any]
PATIENCE_SECONDS = 8.0  # longer than the relay's check


class PatientCommunicator(WebsocketCommunicator):  # type: ignore[misc] (untyped)
    """One that waits for a busy machine, and not one second."""

    async def connect(self, timeout: float = PATIENCE_SECONDS) -> Any:
        return await super().connect(timeout)

    async def disconnect(
        self, code: int = 1000, timeout: float = PATIENCE_SECONDS
    ) -> None:
        await super().disconnect(code, timeout)


class Tab:
    """One browser tab: sends frames, waits for the type it wants."""

    def __init__(self, user: User, cookie: str) -> None:
        headers = [
            (b"origin", settings.ALLOWED_ORIGINS[0].encode()),
            (b"cookie", cookie.encode()),
            (b"accept-language", b"en"),
        ]
        self.user = user
        self.socket = PatientCommunicator(
            application, "/ws/", headers=headers, subprotocols=["hub.v1"]
        )

    async def open(self, *, files: Frame | None = None, **held: int) -> "Tab":
        accepted, chosen = await self.socket.connect()
        assert accepted, chosen
        assert chosen == "hub.v1"
        await self.send("hello", threads=held, files=files or {})
        self.welcome = await self.get("welcome")
        return self

    async def send(self, type_: str, **fields: Any) -> None:
        await self.socket.send_to(text_data=json.dumps({"type": type_, **fields}))

    async def post(self, thread: object, body: str = "Bonjour", **more: Any) -> Frame:
        fields = {"id": str(uuid4()), "thread": str(thread), "body": body, **more}
        await self.send("post", **fields)
        return await self.get("posted", "refused")

    async def get(self, *types: str) -> Frame:
        """The next frame of one of these types; others are passed over."""
        while True:
            text = await self.socket.receive_from(PATIENCE_SECONDS)
            frame: Frame = json.loads(text)
            if frame["type"] in types:
                return frame

    async def close_code(self) -> int:
        while True:
            event = await self.socket.receive_output(PATIENCE_SECONDS)
            if event["type"] == "websocket.close":
                return int(event["code"])


Open = Callable[..., Awaitable[Tab]]


@pytest.fixture
async def tab(transactional_db: None) -> AsyncIterator[Open]:
    """Opens a tab for somebody: `await tab(user, held..., files={...})`."""
    opened: list[Tab] = []

    async def open_tab(user: User, **held: Any) -> Tab:
        client = Client()
        await sync_to_async(client.force_login)(user)
        cookie = f"session={client.cookies['session'].value}"
        one = Tab(user, cookie)
        opened.append(one)
        return await one.open(**held)

    yield open_tab
    for one in opened:
        # A tab that never opened is the failure of its own test, not of all that follow.
        with suppress(TimeoutError, asyncio.CancelledError):
            await one.socket.disconnect()
    await ledger.stop()
    await relay.stop()
    reads.close()
    writes.close()
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def world(transactional_db: None) -> Demo:
    return await sync_to_async(create_small_demo)()
