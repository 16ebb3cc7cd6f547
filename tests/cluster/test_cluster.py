"""Several processes are one hub: for who writes, through kills, through restarts.

One cluster for both tests; the first counts what it did not send itself as ghosts.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from signal import SIGKILL
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.clients.session import TOKEN, sign_in
from tests.cluster.cluster import Cluster
from tests.faults.writers import (
    PEOPLE,
    WRITERS,
    open_writers,
    read_and_judge,
    writing,
)
from tests.journeys.conftest import CAMILLE, LIVE, SAMIRA, open_thread
from tests.journeys.test_two_browsers import NUMBERED, say, texts

pytestmark = pytest.mark.machine

RESTARTED = 1012  # RFC 6455's registry: Service Restart
BACK_SECONDS = 30.0  # everybody is back after a deployment
PATIENCE_MS = 30_000
PER_SECOND = 50  # messages


@asynccontextmanager
async def asking(cluster: Cluster, cookie: str) -> AsyncIterator[Counter[str]]:
    """Reads a page and writes by its form, all the time; counts what was answered."""
    answers: Counter[str] = Counter()
    session = dict([cookie.split("=", 1)])
    async with httpx.AsyncClient(
        base_url=cluster.url, cookies=session, trust_env=False, timeout=30
    ) as http:
        thread = (await http.get("/api/v1/threads")).json()[0]["thread"]

        async def ask() -> None:
            while True:
                page = await http.get(f"/fils/{thread}")
                answers[f"read {page.status_code}"] += 1
                body = page.text[page.text.index("<main") :]
                fields = {
                    "csrfmiddlewaretoken": TOKEN.findall(body)[0],
                    "id": str(uuid4()),
                    "body": "par la page",
                }
                sent = await http.post(f"/fils/{thread}", data=fields)
                answers[f"write {sent.status_code}"] += 1

        task = asyncio.create_task(ask())
        yield answers
        task.cancel()
        [ended] = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(ended, asyncio.CancelledError), ended


async def test_a_rolling_restart_loses_nothing_and_fails_no_request(
    cluster: Cluster,
) -> None:
    cookie = await asyncio.to_thread(sign_in, cluster, PEOPLE[0])
    async with open_writers(cluster) as clients:
        spread = [backend.sockets for backend in cluster.backends]
        assert spread == [WRITERS // 2] * 2, "what one writes is not read in the other"
        async with asking(cluster, cookie) as answers:
            sockets = [client.socket for client in clients]
            before = pids(cluster)
            async with writing(clients, PER_SECOND):
                await asyncio.to_thread(cluster.restart_in_turn)
        verdict = await read_and_judge(cluster, clients)
    assert verdict.clean, verdict
    assert verdict.acknowledged > PER_SECOND
    assert verdict.refusals.keys() <= {"unavailable"}
    assert not before & pids(cluster)
    assert answers.keys() == {"read 200", "write 303"}, answers
    assert {socket.close_code for socket in sockets if socket} == {RESTARTED}


@asynccontextmanager
async def kept_running(cluster: Cluster) -> AsyncIterator[None]:
    """What ends meanwhile is started again, as `make cluster` does."""
    watch = asyncio.create_task(asyncio.to_thread(cluster.keep_running))
    try:
        yield
    finally:
        cluster.leave_alone()
        await watch


def pids(cluster: Cluster) -> set[int]:
    return {web.child.pid for web in cluster.webs if web.child}


@pytest.mark.browser
async def test_two_people_lose_nothing_when_one_of_their_processes_is_killed(
    cluster: Cluster, browser: Browser
) -> None:
    camille = await open_thread(browser, cluster, CAMILLE)
    samira = await open_thread(browser, cluster, SAMIRA)
    assert [one.sockets for one in cluster.backends] == [1, 1]
    before = await texts(camille)
    killed = cluster.webs[0].child
    assert killed
    async with kept_running(cluster):
        for number in range(10):
            await say(camille, f"Juge {number}")
            await say(samira, f"Centre {number}")
            if number == 4:
                os.kill(killed.pid, SIGKILL)
        for page in (camille, samira):
            sent = page.locator(NUMBERED)
            await expect(sent).to_have_count(len(before) + 20, timeout=PATIENCE_MS)
            await page.wait_for_selector(LIVE)
        assert await texts(camille) == await texts(samira)
        for backend in cluster.backends:
            ready = partial(cluster.proxy.wait_until, lambda b=backend: b.is_ready)
            assert await asyncio.to_thread(ready, BACK_SECONDS), "not started again"
    assert killed.pid not in pids(cluster)
