"""Files join messages: the rules, the chain, the same id again, two posts at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub import chain
from hub.actions.messages import post_messages
from hub.demo import Demo
from hub.models import Attachment, Message, Thread, User
from hub.posting import Draft, Outcome, Posted, Refused
from hub.queries.history import history
from hub.wire import wire_history, wire_message
from tests.cast import create_small_demo
from tests.files.fakes import EVIL, FakeScanner, fake_children, run_queue, send, upload

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_children(monkeypatch)


def post(user: User, thread: Thread, *files: UUID, **more: Any) -> Outcome:
    draft = Draft(
        thread.pk, user.pk, more.get("id") or uuid4(), more.get("body", "Voici."),
        attachments=files,
    )  # fmt: skip
    return post_messages([draft])[0]


def code(outcome: Outcome) -> str:
    assert isinstance(outcome, Refused), outcome
    assert outcome.detail
    return outcome.code


def message_of(outcome: Outcome) -> Message:
    assert isinstance(outcome, Posted), outcome
    return outcome.message


def whole(thread: Thread) -> list[Message]:
    return list(Message.objects.filter(thread=thread).order_by("seq"))


def test_pending_files_go_with_the_text_in_their_order(demo: Demo) -> None:
    samira, thread = demo.people["samira"], demo.threads[0]
    two, one = send(samira, thread), send(samira, thread)
    message = message_of(post(samira, thread, one.pk, two.pk, body=""))
    stored = Message.objects.get(pk=message.pk)
    assert [f.pk for f in stored.files] == [one.pk, two.pk]
    assert stored.hash == message.hash


def test_the_chain_covers_the_files_and_leaves_older_hashes_as_they_were(
    demo: Demo,
) -> None:
    samira, thread = demo.people["samira"], demo.threads[0]
    plain = chain.content(whole(thread)[0])
    assert "attachments" not in plain
    files = [send(samira, thread) for _ in range(2)]
    message = message_of(post(samira, thread, *(f.pk for f in files)))
    assert chain.content(message)["attachments"] == [f.sha256 for f in files]
    assert chain.first_break(whole(thread)) is None
    run_queue(FakeScanner())  # publishing changes nothing of it
    assert chain.first_break(whole(thread)) is None
    for change in ({"sha256": "0" * 64}, {"position": 7}, {"message": None}):
        before = Attachment.objects.filter(pk=files[0].pk).values(*change).get()
        Attachment.objects.filter(pk=files[0].pk).update(**change)
        assert chain.first_break(whole(thread)) == message.seq, change
        Attachment.objects.filter(pk=files[0].pk).update(**before)


def test_only_own_free_and_unrefused_files_of_this_thread(demo: Demo) -> None:
    samira, luc, thread = demo.people["samira"], demo.people["luc"], demo.threads[0]
    own, infected = send(samira, thread), send(samira, thread, EVIL)
    run_queue(FakeScanner())
    assert code(post(luc, thread, own.pk)) == "attachment_not_ready"
    assert code(post(samira, thread, uuid4())) == "attachment_not_ready"
    assert code(post(samira, thread, own.pk, infected.pk)) == "attachment_not_ready"
    assert code(post(samira, thread, own.pk, own.pk)) == "invalid"
    assert code(post(samira, thread, body="")) == "invalid"
    elsewhere = next(t for t in demo.threads[1:] if _writes(samira, t))
    assert code(post(samira, elsewhere, own.pk)) == "attachment_not_ready"
    assert message_of(post(samira, thread, own.pk))
    assert code(post(samira, thread, own.pk)) == "conflict"


def _writes(user: User, thread: Thread) -> bool:
    return thread.participants.filter(user=user).exists()


def test_ten_files_and_no_more(demo: Demo) -> None:
    samira, thread = demo.people["samira"], demo.threads[0]
    files = [send(samira, thread).pk for _ in range(11)]
    assert code(post(samira, thread, *files)) == "invalid"
    assert len(message_of(post(samira, thread, *files[:10])).files) == 10


def test_the_same_id_again_needs_the_same_files(demo: Demo) -> None:
    samira, thread, id_ = demo.people["samira"], demo.threads[0], uuid4()
    one, two = send(samira, thread).pk, send(samira, thread).pk
    first = message_of(post(samira, thread, one, two, id=id_))
    again = post(samira, thread, one, two, id=id_)
    assert isinstance(again, Posted)
    assert (again.again, again.message.seq) == (True, first.seq)
    for other in ((), (one,), (two, one)):
        assert code(post(samira, thread, *other, id=id_)) == "conflict"
    plain = uuid4()
    message_of(post(samira, thread, id=plain))
    assert code(post(samira, thread, send(samira, thread).pk, id=plain)) == "conflict"


def test_in_one_group_the_first_gets_the_file(demo: Demo) -> None:
    samira, thread = demo.people["samira"], demo.threads[0]
    file = send(samira, thread).pk
    drafts = [
        Draft(thread.pk, samira.pk, uuid4(), "x", attachments=(file,)) for _ in "abc"
    ]
    outcomes = post_messages([*drafts, drafts[0]])
    assert [isinstance(o, Posted) for o in outcomes] == [True, False, False, True]
    assert code(outcomes[1]) == "conflict"


def test_readers_see_clean_files_and_senders_all_of_theirs(demo: Demo) -> None:
    samira, camille, thread = (
        demo.people["samira"],
        demo.people["camille"],
        demo.threads[0],
    )
    clean, infected = send(samira, thread), send(samira, thread, EVIL)
    message = message_of(post(samira, thread, clean.pk, infected.pk))
    pending = send(samira, thread)
    assert wire_message(message)["attachments"] == []
    own = wire_message(message, samira.pk)["attachments"]
    assert [f["state"] for f in own] == ["pending", "pending"]
    run_queue(FakeScanner())
    message_of(post(samira, thread, pending.pk))
    thread.refresh_from_db()
    part = history(thread.pk, thread.last_seq)
    for reader, states in ((camille, ["clean"]), (samira, ["clean", "refused"])):
        wired = wire_history(thread.pk, part, reader.pk)["messages"][-2]
        assert [f["state"] for f in wired["attachments"]] == states
    refused = wire_history(thread.pk, part, samira.pk)["messages"][-2]["attachments"][1]
    assert (refused["reason"], "virus" in refused["detail"]) == ("infected", True)
    assert "url" not in refused


def test_history_costs_the_same_whatever_the_number_of_files(demo: Demo) -> None:
    samira, thread = demo.people["samira"], demo.threads[0]

    def cost() -> int:
        thread.refresh_from_db()
        with CaptureQueriesContext(connection) as captured:
            wire_history(thread.pk, history(thread.pk, thread.last_seq), samira.pk)
        return len(captured)

    assert cost() == 1
    post(samira, thread, send(samira, thread).pk)
    before = cost()
    for _ in range(5):
        post(samira, thread, send(samira, thread).pk, send(samira, thread).pk)
    assert cost() == before == 2


def test_posting_costs_one_query_more_to_look_and_one_to_claim(demo: Demo) -> None:
    samira, thread = demo.people["samira"], demo.threads[0]

    def cost(*files: UUID) -> int:
        with CaptureQueriesContext(connection) as captured:
            message_of(post(samira, thread, *files))
        return len(captured)

    few, many = send(samira, thread).pk, [send(samira, thread).pk for _ in range(9)]
    plain = cost()
    assert cost(few) == cost(*many) == plain + 2


def test_the_page_sends_files_without_a_script(demo: Demo, sign_in: SignIn) -> None:
    thread, id_ = demo.threads[0], uuid4()
    samira, where = sign_in(demo.people["samira"]), f"/fils/{thread.pk}"
    fields = {"id": id_, "body": "Le rapport"}

    def form() -> Any:
        files = [upload(b"one", "a.pdf"), upload(b"two", "b.pdf")]
        return samira.post(where, {**fields, "files": files})

    assert form().status_code == 303
    assert form().status_code == 303  # the answer was lost, the form sent again
    [message] = Message.objects.filter(client_id=id_)
    assert [f.name for f in message.files] == ["a.pdf", "b.pdf"]
    assert Attachment.objects.count() == 2


def test_of_a_form_with_too_many_files_none_is_received(
    demo: Demo, sign_in: SignIn
) -> None:
    samira, thread = demo.people["samira"], demo.threads[0]
    first = send(samira, thread).pk
    given = {"body": "Voici.", "attachments": str(first)}
    files = [upload() for _ in range(10)]
    answer = sign_in(samira).post(f"/fils/{thread.pk}", {**given, "files": files})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "10 fichiers" in page
    assert "Voici." in page
    assert [f.pk for f in Attachment.objects.filter(thread=thread)] == [first]


def test_a_file_that_is_not_taken_keeps_the_text_and_the_other_file(
    demo: Demo, sign_in: SignIn
) -> None:
    thread, id_ = demo.threads[0], uuid4()
    samira, where = sign_in(demo.people["samira"]), f"/fils/{thread.pk}"
    empty = upload(b"x", "vide.pdf")
    empty.file.truncate(0)
    empty.size = 0
    fields = {"id": id_, "body": "Mon long texte"}
    page = samira.post(where, {**fields, "files": [upload(b"one", "bon.pdf"), empty]})
    shown = page.content.decode()
    assert page.status_code == 400
    assert not Message.objects.filter(client_id=id_).exists()
    assert "Mon long texte" in shown
    assert "vide.pdf" in shown
    kept = Attachment.objects.get().pk
    assert f'value="{kept}" checked' in shown
    assert samira.post(where, {**fields, "attachments": [kept]}).status_code == 303
    assert [f.pk for f in Message.objects.get(client_id=id_).files] == [kept]


def claim_together(
    together: threading.Barrier, user: User, thread: Thread, file: UUID
) -> Outcome:
    together.wait()
    try:
        return post(user, thread, file)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_of_two_posts_at_once_one_gets_the_file() -> None:
    demo = create_small_demo()
    samira, thread = demo.people["samira"], demo.threads[0]
    for _ in range(5):
        file = send(samira, thread).pk
        together = threading.Barrier(4)
        with ThreadPoolExecutor(4) as workers:
            posts = [
                workers.submit(claim_together, together, samira, thread, file)
                for _ in range(4)
            ]
        outcomes = [done.result() for done in posts]
        assert sorted(isinstance(o, Posted) for o in outcomes) == [False] * 3 + [True]
    assert chain.first_break(whole(thread)) is None
