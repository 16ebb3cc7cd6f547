"""What stands in the record of a thread, whatever a page shows; no test here."""

from dataclasses import dataclass

from playwright.async_api import Page

from tests.clients.server import ServedHub


@dataclass(frozen=True)
class Entry:
    seq: int
    author: str
    body: str
    kind: str
    files: tuple[str, ...]


async def record(page: Page, hub: ServedHub, thread: str) -> list[Entry]:
    """Every message, oldest first. Raises AssertionError where a number is missing or
    given twice."""
    address = f"{hub.url}/api/v1/threads/{thread}/messages?after=0&limit=200"
    answer = await page.request.get(address)
    assert answer.ok, answer.status
    part = await answer.json()
    assert not part["more"]
    entries = [
        Entry(
            one["seq"],
            one["author"]["name"],
            one["body"],
            one["kind"],
            tuple(file["name"] for file in one["attachments"]),
        )
        for one in part["messages"]
    ]
    assert [one.seq for one in entries] == list(range(1, len(entries) + 1))
    return entries


def thread_of(page: Page) -> str:
    """The thread whose page is open."""
    return page.url.partition("/fils/")[2].partition("?")[0].partition("#")[0]


async def acknowledged_by(page: Page, hub: ServedHub, thread: str, seq: int) -> bool:
    """Whether the page, as the server makes it, says that a message's receipt is given."""
    source = await (await page.request.get(f"{hub.url}/fils/{thread}")).text()
    _before, _id, item = source.partition(f'id="m-{seq}"')
    return "data-acknowledged" in item.partition('id="m-')[0]
