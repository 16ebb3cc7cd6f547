"""What a tab says and hears: the frames of PROTOCOL section 1."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from asgi import application
from hub.actions import members, sessions
from hub.actions.messages import post_messages
from hub.demo import Demo
from hub.models import Membership, Message, Session, User
from hub.posting import Draft, Posted
from realtime import relay
from tests.realtime.conftest import Open, PatientCommunicator, Tab


def post(user: User, thread: UUID, body: str = "Par la page") -> Message:
    draft = Draft(thread=thread, author=user.pk, id=uuid4(), body=body)
    [outcome] = post_messages([draft])
    assert isinstance(outcome, Posted)
    return outcome.message


async def test_a_message_reaches_the_other_side_and_the_authors_other_tab(
    tab: Open, world: Demo
) -> None:
    people, thread = world.people, world.threads[0].pk
    writer, second = await tab(people["camille"]), await tab(people["camille"])
    reader = await tab(people["samira"])
    posted = await writer.post(thread, "Bonjour <b>à tous</b>")
    for other in (reader, second):
        message = await other.get("message")
        assert message["body"] == "Bonjour <b>à tous</b>"
        assert message["html"] == "<p>Bonjour &lt;b&gt;à tous&lt;/b&gt;</p>"
        assert (message["seq"], message["hash"]) == (posted["seq"], posted["hash"])
    assert await writer.socket.receive_nothing()


async def test_the_same_id_again_has_the_same_seq_and_another_body_conflicts(
    tab: Open, world: Demo
) -> None:
    writer, thread, same = await tab(world.people["paul"]), world.threads[1].pk, uuid4()
    first = await writer.post(thread, id=str(same))
    again = await writer.post(thread, id=str(same))
    other = await writer.post(thread, "Autre chose", id=str(same))
    assert again["seq"] == first["seq"]
    assert (other["type"], other["code"]) == ("refused", "conflict")


async def test_what_a_page_posts_arrives_too(tab: Open, world: Demo) -> None:
    reader = await tab(world.people["samira"])
    await sync_to_async(post)(world.people["camille"], world.threads[0].pk)
    assert (await reader.get("message"))["body"] == "Par la page"


async def test_hello_brings_what_was_missed_and_history_the_rest(
    tab: Open, world: Demo
) -> None:
    thread = world.threads[0].pk
    reader = await tab(world.people["luc"], **{str(thread): 1})
    missed = await reader.get("messages")
    assert [m["seq"] for m in missed["messages"]] == [2, 3, 4, 5]
    await reader.send("history", thread=str(thread), before=3, limit=1)
    part = await reader.get("messages")
    assert [m["seq"] for m in part["messages"]] == [2]
    assert (part["more"], part["head"]) == (True, 5)


async def test_welcome_says_who_one_is_and_what_is_unread(
    tab: Open, world: Demo
) -> None:
    camille = await tab(world.people["camille"])
    assert camille.welcome["user"]["name"] == "Camille Moreau"
    unread = {t["thread"]: t["unread"] for t in camille.welcome["threads"]}
    assert unread == {str(world.threads[0].pk): 5, str(world.threads[1].pk): 2}


async def test_reading_and_acknowledging_are_told_to_everyone(
    tab: Open, world: Demo
) -> None:
    thread = str(world.threads[0].pk)
    camille, samira = (
        await tab(world.people["camille"]),
        await tab(world.people["samira"]),
    )
    await camille.send("read", thread=thread, seq=5)
    receipt = await samira.get("receipt")
    assert (receipt["user"], receipt["seq"]) == (str(camille.user.pk), 5)
    await camille.send("acknowledge", thread=thread, seq=5)
    assert (await samira.get("receipt"))["acknowledged"] is True


async def test_a_stranger_and_a_missing_thread_are_refused_alike(
    tab: Open, world: Demo
) -> None:
    anne, samira = await tab(world.people["anne"]), await tab(world.people["samira"])
    assert (await samira.post(world.threads[0].pk))["type"] == "posted"
    for frame in ("post", "history", "read", "acknowledge"):
        answers = []
        for thread in (world.threads[0].pk, uuid4()):
            fields: dict[str, Any] = {"thread": str(thread), "seq": 1, "body": "x"}
            await anne.send(frame, id=str(UUID(int=7)), **fields)
            answers.append(await anne.get("refused"))
        assert answers[0] == answers[1]
        assert answers[0]["code"] == "forbidden"
    assert await anne.socket.receive_nothing()


async def test_the_heads_in_pong_let_a_page_prove_that_it_has_no_hole(
    tab: Open, world: Demo
) -> None:
    luc, samira = await tab(world.people["luc"]), await tab(world.people["samira"])
    posted = await samira.post(world.threads[0].pk)
    await luc.get("message")
    await luc.send("ping")
    heads = (await luc.get("pong"))["heads"]
    assert heads == {
        str(world.threads[0].pk): posted["seq"],
        str(world.threads[1].pk): 2,
    }


async def test_a_removed_contact_no_longer_receives_the_thread(
    tab: Open, world: Demo
) -> None:
    luc, samira = await tab(world.people["luc"]), await tab(world.people["samira"])
    await samira.post(world.threads[0].pk)
    assert await luc.get("message")
    place = await sync_to_async(Membership.objects.get)(user=world.people["luc"])
    await sync_to_async(members.end_membership)(place)
    assert await luc.close_code() == 4403
    assert (await samira.post(world.threads[0].pk))["type"] == "posted"


async def test_a_seat_given_while_connected_counts_at_once_even_if_hints_get_lost(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    anne, thread = await tab(world.people["anne"]), world.threads[0]
    place = await sync_to_async(Membership.objects.get)(user=world.people["anne"])
    await sync_to_async(members.seat)(thread, [place])
    assert (await anne.get("reload"))["thread"] == str(thread.pk)
    with monkeypatch.context() as patched:
        patched.setattr("realtime.broadcasts.publish", lambda hint: None)
        await sync_to_async(post)(world.people["camille"], thread.pk)
    await relay.check()
    assert (await anne.get("message"))["seq"] == 6


async def test_rights_lost_without_a_hint_are_found_by_the_check(
    tab: Open, world: Demo
) -> None:
    luc = await tab(world.people["luc"])
    gone = Membership.objects.filter(user=world.people["luc"])
    await sync_to_async(gone.update)(role="centre_manager", until="2020-01-01T00:00Z")
    await relay.check()
    assert await luc.close_code() == 4403


async def test_a_session_that_was_ended_closes_its_sockets(
    tab: Open, world: Demo
) -> None:
    paul = await tab(world.people["paul"])
    session = await sync_to_async(Session.objects.get)(user=world.people["paul"])
    await sync_to_async(sessions.end_session)(world.people["paul"], session.public_id)
    assert await paul.close_code() == 4401


async def test_a_session_that_ran_out_does_nothing_more_before_it_is_noticed(
    tab: Open, world: Demo
) -> None:
    camille, paul = world.people["camille"], world.people["paul"]
    thread = world.threads[0].pk
    draft = Draft(thread, world.people["samira"].pk, uuid4(), "Reçu ?", needs_ack=True)
    [asked] = await sync_to_async(post_messages)([draft])
    assert isinstance(asked, Posted)
    open_tab, other = await tab(paul), await tab(camille)
    gone = Session.objects.filter(user=paul)
    await sync_to_async(gone.update)(expire_date=timezone.now())
    message_id = str(uuid4())
    await open_tab.send("post", id=message_id, thread=str(thread), body="Encore moi")
    assert (await open_tab.get("refused"))["code"] == "forbidden"
    await open_tab.send("acknowledge", thread=str(thread), seq=asked.message.seq)
    assert (await open_tab.get("refused"))["code"] == "forbidden"
    await other.send("post", id=message_id, thread=str(thread), body="Moi, encore là")
    assert (await other.get("posted"))["id"] == message_id


async def test_a_hint_that_was_lost_is_healed_from_the_record(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    luc = await tab(world.people["luc"])
    with monkeypatch.context() as patched:
        patched.setattr("realtime.broadcasts.publish", lambda hint: None)
        await sync_to_async(post)(world.people["camille"], world.threads[0].pk)
    assert await luc.socket.receive_nothing()
    await relay.check()
    assert (await luc.get("message"))["seq"] == 6


async def test_a_hint_after_a_hole_brings_both_messages_in_order(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    luc, camille = await tab(world.people["luc"]), world.people["camille"]
    with monkeypatch.context() as patched:
        patched.setattr("realtime.broadcasts.publish", lambda hint: None)
        await sync_to_async(post)(camille, world.threads[0].pk)
    await sync_to_async(post)(camille, world.threads[0].pk)
    assert [(await luc.get("message"))["seq"] for _ in range(2)] == [6, 7]


@pytest.mark.parametrize(
    "text",
    [
        " ", "nothing", "[]", "3", "null", '"post"', "{}", '{"type":"shout"}',
        '{"type":"post"}', '{"type":"ping","x":NaN}', '{"type":"ping","x":1e999}',
        '{"type":"ping","x":"\\ud800"}', "[" * 30_000, '{"x":' * 5_000,
        '{"type":"read","thread":"x","seq":1}', '{"type":7}',
        '{"type":"history","thread":"%s","limit":1000}' % UUID(int=1),
        '{"type":"read","thread":"%s","seq":%s}' % (UUID(int=1), "9" * 5_000),
        '{"type":"read","thread":"%s","seq":true}' % UUID(int=1),
        '{"type":"read","thread":"%s","seq":-1}' % UUID(int=1),
    ],
)  # fmt: skip
async def test_a_hostile_frame_is_refused_and_the_socket_goes_on(
    tab: Open, world: Demo, text: str
) -> None:
    luc = await tab(world.people["luc"])
    await luc.socket.send_to(text_data=text)
    assert (await luc.get("refused"))["code"] == "invalid"
    assert (await luc.post(world.threads[0].pk))["type"] == "posted"


async def test_text_that_nobody_types_is_refused_and_stored_nowhere(
    tab: Open, world: Demo
) -> None:
    luc = await tab(world.people["luc"])
    for body in ("a\0b", "", " \n", "\u200b\u200b"):
        assert (await luc.post(world.threads[0].pk, body))["code"] == "invalid"
    refused = await luc.post(world.threads[0].pk, "a" * 10_001)
    assert refused["code"] == "too_long"
    assert await sync_to_async(Message.objects.filter(author=luc.user).count)() == 0


async def test_ten_bad_frames_in_a_minute_end_the_socket(
    tab: Open, world: Demo
) -> None:
    luc = await tab(world.people["luc"])
    for _ in range(10):
        await luc.socket.send_to(text_data="nothing")
    assert await luc.close_code() == 4400


async def test_a_frame_before_hello_is_refused(tab: Open, world: Demo) -> None:
    luc = await tab(world.people["luc"])
    fresh = Tab(luc.user, dict(luc.socket.scope["headers"])[b"cookie"].decode())
    assert (await fresh.socket.connect())[0]
    await fresh.send("ping")
    assert (await fresh.get("refused"))["code"] == "invalid"
    await fresh.socket.disconnect()


async def test_nobody_who_is_not_signed_in_gets_a_socket(world: Demo) -> None:
    origin = (b"origin", b"http://127.0.0.1:8000")
    for cookie in (b"", b"session=", b"session=made-up", b"\xff\xfe"):
        socket = PatientCommunicator(
            application, "/ws/", headers=[origin, (b"cookie", cookie)]
        )
        assert (await socket.connect())[0] is False


async def test_a_lost_database_is_said_and_the_message_may_be_sent_again(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def lost(drafts: object) -> None:
        raise OperationalError("gone")

    luc, same = await tab(world.people["luc"]), str(uuid4())
    with monkeypatch.context() as patched:
        patched.setattr("realtime.ledger.post_messages", lost)
        refused = await luc.post(world.threads[0].pk, id=same)
    assert (refused["code"], refused["id"]) == ("unavailable", same)
    assert (await luc.post(world.threads[0].pk, id=same))["type"] == "posted"
