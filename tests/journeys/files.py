"""Files for journeys, and a moment for them to be checked. No test here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pikepdf
from PIL import Image
from playwright.async_api import Page, Route, expect

from tests.clients.server import ServedHub

WRITING = "[data-attached] > li"  # the files of the message that is being written
SENT = "[data-log] [data-slot=files] > li:visible"
HEALED_MS = 15_000  # what was decided in a process to which no page listens
CHECK = """
from django.utils import timezone
from hub.actions import file_queue, inspection
from hub.files.scanner import NoScanner
while held := file_queue.take(timezone.now()):
    inspection.inspect(held, NoScanner())
"""
TAKE = """
from django.utils import timezone
from hub.actions import file_queue
assert file_queue.take(timezone.now())
"""
# What a person does with the mouse or the keyboard, as far as a page can see it.
BRING = """([selector, kind, names]) => {
  const given = new DataTransfer();
  for (const name of names) given.items.add(new File(["un texte"], name, { type: "text/plain" }));
  const target = document.querySelector(selector);
  const options = { bubbles: true, cancelable: true, composed: true };
  if (kind === "paste") target.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: given }));
  else for (const type of ["dragover", "drop"]) target.dispatchEvent(new DragEvent(type, { ...options, dataTransfer: given }));
}"""


def check_files(hub: ServedHub) -> None:
    """Everything in the queue, to its end, in a process that no page listens to."""
    hub.manage("shell", "-c", CHECK)


def begin_check(hub: ServedHub) -> None:
    """The next file of the queue is being looked at, and stays so."""
    hub.manage("shell", "-c", TAKE)


def pdf(folder: Path, name: str = "ordonnance.pdf", pages: int = 3) -> Path:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    document.save(folder / name)
    return folder / name


def photo(folder: Path, name: str = "photo.jpg") -> Path:
    Image.effect_noise((400, 300), 60).convert("RGB").save(folder / name)
    return folder / name


def spoiled(folder: Path, name: str = "archive.zip") -> Path:
    (folder / name).write_bytes(b"PK\3\4 nothing")
    return folder / name


def large(folder: Path, name: str = "long.txt", size: int = 3_000_000) -> Path:
    (folder / name).write_bytes(b"ligne de texte\n" * (size // 15))
    return folder / name


async def choose(page: Page, *paths: Path) -> None:
    await page.set_input_files("[name=files]", list(paths))


async def bring(page: Page, selector: str, kind: str, *names: str) -> None:
    """Drops or pastes files of these names."""
    await page.evaluate(BRING, [selector, kind, list(names)])


@asynccontextmanager
async def held_upload(page: Page) -> AsyncIterator[None]:
    """What is sent meanwhile reaches the server when this ends."""
    free = asyncio.Event()

    async def hold(route: Route) -> None:
        await free.wait()
        await route.continue_()

    await page.route("**/attachments", hold)
    yield
    free.set()


async def slow_upload(page: Page, bytes_per_second: int) -> None:
    """0: as fast as it goes."""
    session = await page.context.new_cdp_session(page)
    speed = {"latency": 0, "downloadThroughput": -1, "offline": False}
    await session.send(
        "Network.emulateNetworkConditions",
        {**speed, "uploadThroughput": bytes_per_second or -1},
    )


async def is_in_state(page: Page, name: str, state: str, of: str = SENT) -> None:
    line = page.locator(of, has_text=name)
    await expect(line).to_have_attribute("data-state", state, timeout=HEALED_MS)


async def arrived(page: Page, count: int) -> None:
    """They are with the server: nothing travels any more."""
    await expect(page.locator(WRITING)).to_have_count(count)
    await expect(page.locator(f"{WRITING}[data-file='']")).to_have_count(0)


async def send(page: Page, text: str = "Voici.") -> None:
    await page.fill("#body", text)
    await page.click("[data-send]")
