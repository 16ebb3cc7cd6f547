"""Who hears what of a file, when, and what becomes of hints that are lost."""

from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from hub.actions import attachments, file_queue
from hub.demo import Demo
from hub.models import Attachment, Thread, User
from realtime import relay
from realtime.database import reads
from tests.files.fakes import EVIL, FakeScanner, fake_children, run_queue, send
from tests.realtime.conftest import Frame, Open, Tab


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_children(monkeypatch)


async def received(user: User, thread: Thread, data: bytes = b"") -> Attachment:
    return await sync_to_async(send)(user, thread, data)


async def decided() -> None:
    await sync_to_async(run_queue)(FakeScanner())


async def post(tab: Tab, thread: Thread, *files: Attachment) -> Frame:
    return await tab.post(thread.pk, attachments=[str(file.pk) for file in files])


async def next_file(tab: Tab, state: str = "") -> Frame:
    """What the tab hears next of a file, or next in that state."""
    while True:
        frame = await tab.get("attachment")
        found: Frame = frame["attachment"]
        if not state or found["state"] == state:
            return found


async def hears_nothing_of_files(tab: Tab) -> bool:
    """Whatever was sent to it before this moment was no `attachment`."""
    await tab.send("ping")
    return (await tab.get("pong", "attachment"))["type"] == "pong"


async def test_only_the_sender_hears_of_a_file_until_it_is_ready_and_sent(
    tab: Open, world: Demo
) -> None:
    people, thread = world.people, world.threads[0]
    sender, second = await tab(people["camille"]), await tab(people["camille"])
    reader, colleague = await tab(people["samira"]), await tab(people["paul"])
    file = await received(people["camille"], thread)
    for own in (sender, second):
        frame = await next_file(own)
        assert (frame["id"], frame["state"], frame["seq"]) == (
            str(file.pk),
            "pending",
            None,
        )
    posted = await post(sender, thread, file)
    [shown] = (await second.get("message"))["attachments"]
    assert shown["state"] == "pending"
    for other in (reader, colleague):
        assert (await other.get("message"))["attachments"] == []
        assert await hears_nothing_of_files(other)
    await decided()
    for each in (sender, second, reader, colleague):
        frame = await next_file(each, "clean")
        assert (frame["id"], frame["seq"], frame["change"]) == (
            str(file.pk),
            posted["seq"],
            1,
        )
        assert frame["url"] == f"/pieces/{file.pk}"


async def test_a_refused_file_is_told_to_its_sender_alone(
    tab: Open, world: Demo
) -> None:
    people, thread = world.people, world.threads[0]
    sender, reader = await tab(people["camille"]), await tab(people["samira"])
    file = await received(people["camille"], thread, EVIL)
    posted = await post(sender, thread, file)
    await decided()
    frame = await next_file(sender, "refused")
    assert (frame["reason"], frame["seq"]) == ("infected", posted["seq"])
    assert "detail" not in frame
    assert (await reader.get("message"))["attachments"] == []
    assert await hears_nothing_of_files(reader)


async def test_a_file_that_was_ready_comes_with_its_message(
    tab: Open, world: Demo
) -> None:
    people, thread = world.people, world.threads[0]
    sender, reader = await tab(people["camille"]), await tab(people["samira"])
    file = await received(people["camille"], thread)
    await decided()
    assert (await next_file(sender, "clean"))["seq"] is None
    assert await hears_nothing_of_files(reader)
    await post(sender, thread, file)
    [shown] = (await reader.get("message"))["attachments"]
    assert (shown["id"], shown["state"]) == (str(file.pk), "clean")


@pytest.mark.parametrize("data", [None, b"%PDF-1.7 fine", EVIL])
async def test_a_file_that_is_taken_back_goes_from_the_senders_other_page(
    tab: Open, world: Demo, data: bytes | None
) -> None:
    camille, thread = world.people["camille"], world.threads[0]
    other_page, reader = await tab(camille), await tab(world.people["samira"])
    file = await received(camille, thread, data or b"")
    if data:
        await decided()  # ready or refused
    await sync_to_async(attachments.withdraw)(camille, file.pk)
    gone = await next_file(other_page, "withdrawn")
    assert (gone["id"], "name" in gone) == (str(file.pk), False)
    assert await hears_nothing_of_files(reader)


async def test_a_file_found_infected_afterwards_leaves_every_page(
    tab: Open, world: Demo
) -> None:
    people, thread = world.people, world.threads[0]
    sender, reader = await tab(people["camille"]), await tab(people["samira"])
    file = await received(people["camille"], thread)
    await post(sender, thread, file)
    await decided()
    await next_file(reader, "clean")
    await sync_to_async(file.refresh_from_db)()
    assert await sync_to_async(file_queue.recall)(file)
    assert (await next_file(sender, "refused"))["reason"] == "infected"
    gone = await next_file(reader)
    assert (gone["state"], gone["change"]) == ("withdrawn", 2)
    assert "reason" not in gone


async def test_a_lost_hint_about_a_file_is_healed_by_the_check(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, thread = world.people, world.threads[0]
    sender, reader = await tab(people["camille"]), await tab(people["samira"])
    file = await received(people["camille"], thread)
    await post(sender, thread, file)
    with monkeypatch.context() as patched:
        patched.setattr("realtime.broadcasts.publish", lambda hint: None)
        await decided()
    assert await hears_nothing_of_files(reader)
    await relay.check()
    for each in (sender, reader):
        assert (await next_file(each, "clean"))["change"] == 1


async def test_a_check_that_finds_nothing_lost_asks_three_questions(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in ("camille", "samira", "luc"):
        await tab(world.people[person])
    asked: list[str] = []

    def noted(work: Any) -> Any:
        with CaptureQueriesContext(connection) as queries:
            done = work()
        asked.extend(query["sql"] for query in queries)
        return done

    run = reads.run
    monkeypatch.setattr(reads, "run", lambda work: run(lambda: noted(work)))
    await relay.check()
    assert len(asked) == 3


async def test_a_lost_message_brings_no_words_in_the_language_of_the_server(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    camille, thread = world.people["camille"], world.threads[0]
    sender, second = await tab(camille), await tab(camille)
    file = await received(camille, thread, EVIL)
    with monkeypatch.context() as patched:
        patched.setattr("realtime.broadcasts.publish", lambda hint: None)
        await post(sender, thread, file)
        await decided()
    await relay.check()
    [shown] = (await second.get("message"))["attachments"]
    assert (shown["reason"], "detail" in shown) == ("infected", False)


async def test_a_number_whose_file_is_gone_is_looked_for_once(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    camille, thread = world.people["camille"], world.threads[0]
    page = await tab(camille)
    file = await received(camille, thread)
    with monkeypatch.context() as patched:
        patched.setattr("realtime.broadcasts.publish", lambda hint: None)
        await decided()
        await sync_to_async(attachments.withdraw)(camille, file.pk)
    await relay.check()
    await page.send("ping")
    assert (await page.get("pong"))["files"][str(thread.pk)] == 1


async def test_a_hint_after_a_hole_brings_both_files_in_order(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    camille, thread = world.people["camille"], world.threads[0]
    sender = await tab(camille)
    first = await received(camille, thread)
    with monkeypatch.context() as patched:
        patched.setattr("realtime.broadcasts.publish", lambda hint: None)
        await decided()
    second = await received(camille, thread)
    await decided()
    heard = [await next_file(sender, "clean") for _ in range(2)]
    assert [frame["id"] for frame in heard] == [str(first.pk), str(second.pk)]
    assert [frame["change"] for frame in heard] == [1, 2]


async def test_a_page_that_comes_back_hears_what_it_missed_and_may_know(
    tab: Open, world: Demo
) -> None:
    people, thread = world.people, world.threads[0]
    writer = await tab(people["camille"])
    sent, loose = [await received(people["camille"], thread) for _ in range(2)]
    refused = await received(people["camille"], thread, EVIL)
    await post(writer, thread, sent)
    await decided()

    async def missed(user: User, after: int) -> list[tuple[str, str]]:
        back = await tab(user, files={str(thread.pk): after})
        await back.send("ping")
        heard = []
        while (frame := await back.get("attachment", "pong"))["type"] != "pong":
            heard.append((frame["attachment"]["id"], frame["attachment"]["state"]))
        counts.append(frame["files"].get(str(thread.pk)))
        return heard

    counts: list[int | None] = []

    assert await missed(people["samira"], 0) == [(str(sent.pk), "clean")]
    assert await missed(people["samira"], 1) == []
    assert await missed(people["camille"], 0) == [
        (str(sent.pk), "clean"),
        (str(loose.pk), "clean"),
        (str(refused.pk), "refused"),
    ]
    assert await missed(people["anne"], 0) == []  # a stranger
    assert counts == [3, 3, 3, None]


async def test_a_page_whose_missed_files_cannot_be_read_is_told_to_come_back(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, thread = world.people, world.threads[0]
    writer = await tab(people["camille"])
    await post(writer, thread, await received(people["camille"], thread))
    await decided()

    def away(*_: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr("realtime.consumer.wire_changes", away)
        back = await tab(people["samira"], files={str(thread.pk): 0})
        assert await back.close_code() == 1013
    again = await tab(people["samira"], files={str(thread.pk): 0})
    assert (await next_file(again))["change"] == 1


@pytest.mark.parametrize("count", [11, 200])
async def test_more_than_ten_files_in_a_frame_are_refused(
    tab: Open, world: Demo, count: int
) -> None:
    writer = await tab(world.people["camille"])
    ids = [str(UUID(int=number)) for number in range(count)]
    refused = await writer.post(world.threads[0].pk, attachments=ids)
    assert (refused["type"], refused["code"]) == ("refused", "invalid")
