"""A served hub and two real browsers for the journeys."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright
from tests.clients.server import ServedHub
from tests.conftest import chromium

FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-sync")
READY = "body[data-connection=live]"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ServedHub]:
    """`manage.py serve --prepare` on SQLite, as a newcomer gets it."""
    with ServedHub(tmp_path) as served:
        yield served


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=list(FLAGS)
        )
        yield browser
        await browser.close()
