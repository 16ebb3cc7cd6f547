"""GET .../attachments?after=: what a page without a socket hears of files."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from hub.actions import file_queue
from hub.actions.messages import post_messages
from hub.demo import Demo
from hub.models import Attachment, User
from hub.posting import Draft, Posted
from hub.queries import attachments
from tests.files.fakes import EVIL, FakeScanner, fake_children, run_queue, send

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_children(monkeypatch)


@pytest.fixture
def sent(demo: Demo) -> list[Attachment]:
    """Of Camille: a clean one in a message, a refused one there, a clean loose one."""
    camille, thread = demo.people["camille"], demo.threads[0]
    files = [send(camille, thread, data) for data in (b"", EVIL, b"")]
    ids = (files[0].pk, files[1].pk)
    [outcome] = post_messages(
        [Draft(thread.pk, camille.pk, uuid4(), "", attachments=ids)]
    )
    assert isinstance(outcome, Posted)
    run_queue(FakeScanner())
    return files


def ask(client: Client, demo: Demo, after: int = 0) -> Any:
    url = f"/api/v1/threads/{demo.threads[0].pk}/attachments?after={after}"
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.json()


def test_a_reader_hears_of_what_is_ready_and_in_a_message(
    demo: Demo, sign_in: SignIn, sent: list[Attachment]
) -> None:
    part = ask(sign_in(demo.people["samira"]), demo)
    assert [one["id"] for one in part["attachments"]] == [str(sent[0].pk)]
    assert (part["change"], part["more"]) == (3, False)


def test_the_sender_hears_of_everything_and_only_once(
    demo: Demo, sign_in: SignIn, sent: list[Attachment]
) -> None:
    client = sign_in(demo.people["camille"])
    states = [one["state"] for one in ask(client, demo)["attachments"]]
    assert states == ["clean", "refused", "clean"]
    assert [one["change"] for one in ask(client, demo, 2)["attachments"]] == [3]
    assert ask(client, demo, 3)["attachments"] == []
    assert ask(client, demo, 900)["change"] == 3


def test_a_recalled_file_is_told_to_whoever_could_read_it(
    demo: Demo, sign_in: SignIn, sent: list[Attachment]
) -> None:
    sent[0].refresh_from_db()
    assert file_queue.recall(sent[0])
    [gone] = ask(sign_in(demo.people["samira"]), demo, 3)["attachments"]
    assert (gone["state"], set(gone)) == (
        "withdrawn",
        {"id", "seq", "position", "state", "change"},
    )


def test_many_changes_come_in_parts(
    demo: Demo,
    sign_in: SignIn,
    sent: list[Attachment],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attachments, "MOST", 2)
    monkeypatch.setattr("hub.wire_files.MOST", 2)
    client = sign_in(demo.people["samira"])
    first = ask(client, demo)
    assert (first["change"], first["more"]) == (2, True)
    assert (ask(client, demo, 2)["change"], ask(client, demo, 2)["more"]) == (3, False)


def test_a_stranger_gets_what_a_missing_thread_gets(
    demo: Demo, sign_in: SignIn, sent: list[Attachment]
) -> None:
    client = sign_in(demo.people["nadia"])
    urls = [
        f"/api/v1/threads/{id_}/attachments" for id_ in (demo.threads[0].pk, uuid4())
    ]
    stranger, missing = [client.get(url) for url in urls]
    assert (stranger.status_code, stranger.content) == (404, missing.content)
