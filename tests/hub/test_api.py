"""The doors for programs: the JSON contract, and every frame and call by everybody.

The cells are a second, independent reading of DOMAIN section 7: nothing here looks
into permissions.toml.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from hub import permissions
from hub.actions import members
from hub.actions.messages import acknowledge, mark_read
from hub.demo import COURT, OTHER_CENTRE, Demo, transmit_demo
from hub.models import Court, Membership, Message, Role, Thread, User
from hub.models.centres import VisitKind
from tests.realtime.conftest import Open, Tab, tab, world

__all__ = ["tab", "world"]  # fixtures that live with the sockets

SignIn = Callable[[User], Client]
WRITES, READS, STRANGER = "writes", "reads", "stranger"
# Who each person is to the first thread, and to a thread of the other centre.
PLACES = {
    "camille": (WRITES, WRITES),
    "paul": (WRITES, WRITES),
    "chief": (READS, READS),
    "samira": (WRITES, STRANGER),
    "luc": (WRITES, STRANGER),
    "nadia": (STRANGER, WRITES),
    "anne": (STRANGER, STRANGER),
    "operator": (STRANGER, STRANGER),
    "national": (STRANGER, STRANGER),
    "ended": (STRANGER, STRANGER),
}


def populate(demo: Demo) -> tuple[dict[str, User], Thread]:
    """Everybody of PLACES, and a second measure, sent to the other centre."""
    when = demo.threads[0].designation.measure.decided_on
    second = transmit_demo(
        demo.people, VisitKind.VISIT, [5], when, centre_code=OTHER_CENTRE
    )
    people, court = dict(demo.people), Court.objects.get(code=COURT)
    for key, role in (("chief", Role.CHIEF_CLERK), ("ended", Role.CLERK)):
        people[key] = members.create_user(
            email=f"{key}@justice.demo.invalid", given_name=key, usual_name="Test"
        )
        place = members.add_membership(people[key], role, court=court)
        for thread in (demo.threads[0], second):
            members.seat(thread, [place])
    members.end_membership(Membership.objects.get(user=people["ended"]))
    people["national"] = members.create_user(
        email="sadjav@justice.demo.invalid", given_name="Noé", usual_name="Test"
    )
    members.add_membership(people["national"], Role.NATIONAL)
    return people, second


def _measure(demo: Demo) -> UUID:
    return demo.threads[0].designation.measure_id


def messages(thread: object) -> str:
    return f"/api/v1/threads/{thread}/messages"


def post(client: Client, thread: object, **fields: Any) -> Any:
    body = {"id": str(uuid4()), "body": "Bonjour", **fields}
    return client.post(messages(thread), body, content_type="application/json")


@pytest.fixture
def camille(demo: Demo, sign_in: SignIn) -> Client:
    return sign_in(demo.people["camille"])


def test_a_post_answers_201_with_the_fields_of_posted(
    demo: Demo, camille: Client
) -> None:
    answer = post(camille, demo.threads[1].pk, body="<b>")
    assert answer.status_code == 201
    posted = answer.json()
    assert set(posted) == {"id", "thread", "seq", "at", "html", "hash"}
    assert (posted["seq"], posted["html"]) == (3, "<p>&lt;b&gt;</p>")


def test_the_same_post_again_is_the_same_message_and_another_text_is_409(
    demo: Demo, camille: Client
) -> None:
    thread, same = demo.threads[1].pk, str(uuid4())
    first, again = (post(camille, thread, id=same) for _ in range(2))
    other = post(camille, thread, id=same, body="Autre")
    assert (again.status_code, again.json()) == (201, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert other.json()["id"] == same


def test_a_sealed_thread_answers_409_and_can_still_be_read(
    demo: Demo, camille: Client
) -> None:
    thread = demo.threads[1].pk
    assert post(camille, thread).status_code == 201
    Thread.objects.filter(pk=thread).update(state="sealed")
    refused = post(camille, thread)
    assert (refused.status_code, refused.json()["code"]) == (409, "closed")
    assert camille.get(messages(thread)).json()["head"] == 3


def test_a_post_needs_the_token_of_the_pages(demo: Demo) -> None:
    client, thread = Client(enforce_csrf_checks=True), demo.threads[1].pk
    client.force_login(demo.people["camille"])
    client.get("/")
    assert post(client, thread).status_code == 403
    client.get(f"/fils/{thread}")
    token = {"x-csrftoken": client.cookies["csrf"].value}
    body = {"id": str(uuid4()), "body": "Bonjour"}
    where = messages(thread)
    answer = client.post(where, body, content_type="application/json", headers=token)
    assert answer.status_code == 201


def test_history_comes_in_parts_that_join_without_a_hole(
    demo: Demo, camille: Client
) -> None:
    where, seen, after, more = messages(demo.threads[0].pk), [], 0, True
    while more:
        part = camille.get(where, {"after": after, "limit": 3}).json()
        seen += [message["seq"] for message in part["messages"]]
        after, more = seen[-1], part["more"]
    assert seen == list(range(1, part["head"] + 1))
    last = camille.get(where, {"before": 3, "limit": 1}).json()
    assert [m["seq"] for m in last["messages"]] == [2]


def test_receipts_say_how_far_each_came_and_who_acknowledged(
    demo: Demo, camille: Client
) -> None:
    thread, user = demo.threads[0].pk, demo.people["camille"]
    mark_read(user, thread, 3)
    acknowledge(user, thread, 5)
    answer = camille.get(f"/api/v1/threads/{thread}/receipts").json()["receipts"]
    mine = [one for one in answer if one["user"] == str(user.pk)]
    assert {(one["seq"], one["acknowledged"]) for one in mine} == {
        (3, False),
        (5, True),
    }


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", f"after={2**31}", "limit=0", "limit=201"]
)
def test_a_query_outside_the_limits_is_400_and_names_the_field(
    demo: Demo, camille: Client, query: str
) -> None:
    answer = camille.get(f"{messages(demo.threads[0].pk)}?{query}")
    named = {"code": "invalid", "detail": query.partition("=")[0]}
    assert (answer.status_code, answer.json()) == (400, named)


def test_the_description_names_every_call_and_no_other(db: None) -> None:
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    listed = permissions.matrix().routes
    assert {m.upper() for m in paths["/api/v1/threads"]} == set(listed["api:threads"])
    described = {method.upper() for method in paths[messages("{thread}")]}
    assert described == set(listed["api:messages"])
    assert set(paths) == {
        "/api/v1/threads",
        "/api/v1/waiting",
        messages("{thread}"),
        "/api/v1/threads/{thread}/receipts",
        "/api/v1/threads/{thread}/attachments",
        "/api/v1/attachments/{attachment}",
    }


def test_everybody_gets_exactly_their_cells_from_the_json_door(
    demo: Demo, sign_in: SignIn
) -> None:
    people, second = populate(demo)
    expected = {WRITES: (200, 201), READS: (200, 403), STRANGER: (404, 404)}
    cells = 0
    for key, places in PLACES.items():
        client = sign_in(people[key])
        none = uuid4()
        missing = [client.get(messages(none)), post(client, none)]
        for place, thread in zip(places, (demo.threads[0].pk, second.pk), strict=True):
            answers = [client.get(messages(thread)), post(client, thread)]
            found = tuple(answer.status_code for answer in answers)
            assert found == expected[place], (key, thread)
            if place == STRANGER:
                pairs = zip(answers, missing, strict=True)
                assert all(a.content == m.content for a, m in pairs), key
            cells += 2
        assert [answer.status_code for answer in missing] == [404, 404]
        listed = {row["thread"] for row in client.get("/api/v1/threads").json()}
        for place, thread in zip(places, (demo.threads[0].pk, second.pk), strict=True):
            assert (str(thread) in listed) == (place != STRANGER), key
        cells += 4
    assert cells == len(PLACES) * 8


def test_only_the_other_side_and_no_reader_acknowledges(
    demo: Demo, sign_in: SignIn
) -> None:
    people, _second = populate(demo)
    where = f"/fils/{demo.threads[0].pk}/messages/5/accuse"  # Samira's asks
    statuses = {key: sign_in(people[key]).post(where).status_code for key in PLACES}
    court, own_side = {"camille", "paul"}, {"samira", "luc"}
    for key, status in statuses.items():
        forbidden = 403 if key in own_side | {"chief"} else 404
        assert status == (303 if key in court else forbidden), key


FRAMES = ("history", "post", "read", "acknowledge", "typing")


async def say(one: Tab, frame: str, thread: object) -> str:
    """What comes back for a frame: its type, or the code of the refusal.

    `read` answers nothing when it is allowed; the ping behind it shows that. Only
    `post` is overtaken by what comes after it.
    """
    fields = {"id": str(uuid4()), "thread": str(thread), "seq": 5, "body": "x"}
    await one.send(frame, **fields)
    if frame == "post":
        answer = await one.get("posted", "refused")
        return str(answer.get("code", answer["type"]))
    await one.send("ping")
    answers = []
    while (answer := await one.get("posted", "messages", "refused", "pong"))[
        "type"
    ] != "pong":
        answers.append(answer.get("code", answer["type"]))
    return answers[0] if answers else "silence"


def expected_frames(key: str, place: str) -> Iterator[str]:
    mine = key in ("samira", "luc", "nadia")  # nobody asked the centre's side
    yield "forbidden" if place == STRANGER else "messages"
    yield "posted" if place == WRITES else "forbidden"
    yield "forbidden" if place == STRANGER else "silence"
    yield "silence" if place == WRITES and not mine else "forbidden"
    yield "silence" if place == WRITES else "forbidden"


async def test_everybody_gets_exactly_their_cells_from_the_socket(
    tab: Open, world: Demo
) -> None:
    people, second = await sync_to_async(populate)(world)
    await sync_to_async(_ask_in)(world, second)
    cells = 0
    for key, places in PLACES.items():
        one = await tab(people[key])
        for place, thread in zip(places, (world.threads[0].pk, second.pk), strict=True):
            found = [await say(one, frame, thread) for frame in FRAMES]
            assert found == list(expected_frames(key, place)), (key, place)
            cells += len(FRAMES)
        missing = [await say(one, frame, uuid4()) for frame in FRAMES]
        assert missing == ["forbidden"] * len(FRAMES), key
        cells += len(FRAMES)
    assert cells == len(PLACES) * 3 * len(FRAMES)
    texts = await sync_to_async(lambda: Message.objects.filter(body="x").count())()
    assert texts == sum(p.count(WRITES) for p in PLACES.values())


def _ask_in(demo: Demo, second: Thread) -> None:
    """Message 5 of the second thread asks for acknowledgement, from Nadia."""
    client = Client()
    client.force_login(demo.people["nadia"])
    for _ in range(3):
        assert post(client, second.pk, needs_ack=True).status_code == 201


def test_a_body_that_is_no_json_object_changes_nothing(
    demo: Demo, camille: Client
) -> None:
    thread, before = demo.threads[1].pk, Message.objects.count()
    for body in ("", "[]", '"x"', json.dumps({"body": "x"}), b"\xff\xfe", b"\0"):
        answer = camille.post(messages(thread), body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), body
    assert post(camille, thread).status_code == 201
    assert Message.objects.count() == before + 1
