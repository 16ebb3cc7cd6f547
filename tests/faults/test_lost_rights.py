"""Promise P8: whoever loses a right hears nothing more and does nothing more.

The hint that says so may be lost: half of the rights end while the layer is frozen.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import websockets

from tests.clients.server import ROOT, ServedHub
from tests.clients.socket_client import Client, Lost
from tests.faults.schedule import LONG
from tests.faults.world import two_processes
from tests.faults.writers import PROMISED_SECONDS, listening

LOSERS = 200 if LONG else 8
# Each line read names a way and a person; it is answered once that is committed.
CONSOLE = """
import sys
from django.utils import timezone
from hub.actions import members, sessions
from hub.models import Membership, Session, User
ways = {
    "place": lambda user: members.end_membership(Membership.objects.get(user=user)),
    "account": members.close_account,
    "logout": sessions.end_all_sessions,
    "expiry": lambda user: Session.objects.filter(user=user).update(
        expire_date=timezone.now()),
}
print("ready", flush=True)
for line in sys.stdin:
    way, pk = line.split()
    ways[way](User.objects.get(pk=pk))
    print("done", flush=True)
"""
WAYS = ("place", "account", "logout", "expiry")

pytestmark = pytest.mark.machine


class Console:
    """An operator who takes rights away, in a process of their own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        assert process.stdin
        assert process.stdout
        self._input, self._output = process.stdin, process.stdout

    def take(self, way: str, user: str) -> None:
        print(way, user, file=self._input, flush=True)
        self.hear("done")

    def hear(self, word: str) -> None:
        line = self._output.readline()
        assert line.strip() == word, line


@contextlib.contextmanager
def console(hub: ServedHub) -> Iterator[Console]:
    with subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", CONSOLE],
        cwd=ROOT,
        env=hub.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        operator = Console(process)
        try:
            operator.hear("ready")
            yield operator
        finally:
            operator._input.close()


@contextlib.asynccontextmanager
async def opened(clients: list[Client]) -> AsyncIterator[None]:
    await asyncio.gather(*(client.open() for client in clients))
    try:
        yield
    finally:
        for client in clients:
            client.drop()


async def test_whoever_loses_a_right_does_and_hears_nothing_more(
    tmp_path: Path,
) -> None:
    async with two_processes(tmp_path, guests=LOSERS) as world:
        assert world.hints
        hubs, thread = world.hubs, world.threads[0]
        losers = [
            Client(hubs[n % 2], guest.cookie, world.threads)
            for n, guest in enumerate(world.guests)
        ]
        writer, *others = [
            Client(hubs[n], world.people[n].cookie, world.threads) for n in (0, 1)
        ]
        async with opened([writer, *others, *losers]):
            ends = [asyncio.create_task(hear_out(loser)) for loser in losers]
            with console(hubs[0]) as operator:
                for number, loser in enumerate(losers):
                    if number == LOSERS // 2:
                        world.hints.pause()
                    way, guest = WAYS[number % len(WAYS)], world.guests[number]
                    await asyncio.to_thread(operator.take, way, guest.user)
                    assert not await is_posted(loser, ends[number], thread), way
                    with contextlib.suppress(httpx.TransportError):
                        said = (str(uuid4()), thread, "Encore moi")
                        assert await guest.api_status(loser.hub, said) in (
                            401,
                            403,
                            404,
                        )
            async with asyncio.timeout(PROMISED_SECONDS):
                await asyncio.gather(*ends)
            world.hints.resume()
            async with listening(others):
                last = await writer.post(thread, "Entre nous")
                head = writer.acknowledged[last][1]
                async with asyncio.timeout(PROMISED_SECONDS):
                    await others[0].complete(thread, head)
            for loser in losers:
                assert loser.socket
                assert loser.socket.close_code in (4401, 4403)
                assert head not in loser.held[thread]


async def is_posted(client: Client, end: "asyncio.Task[None]", thread: str) -> bool:
    """Whether a post through a socket that is still open, if it is, is taken."""
    message_id = str(uuid4())
    client.sent[message_id] = (thread, "Encore moi")
    try:
        fields = {"id": message_id, "thread": thread, "body": "Encore moi"}
        await client.send("post", **fields)
    except Lost:
        return False
    answer = asyncio.create_task(client.until(lambda: client.is_answered(message_id)))
    await asyncio.wait((answer, end), return_when="FIRST_COMPLETED")
    answer.cancel()
    return message_id in client.acknowledged


async def hear_out(client: Client) -> None:
    """Everything that was said to it, to the end of its socket."""
    assert client.socket
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            client.take(json.loads(await client.socket.recv()))
