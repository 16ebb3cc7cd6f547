"""The matrix, walked: every route, every person, own, foreign and missing objects."""

import re
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from hub import permissions
from hub.actions import members
from hub.demo import COURT, Demo
from hub.models import Court, Membership, Role, Session, User
from realtime.protocol import FRAME_TYPES
from tests.files.fakes import fake_children, posted

# What somebody gets who may: the page, or what an empty form or a late act is told.
ALLOWED = (200, 201, 303, 400, 409)
# The one route whose right is the act's, here the one of SAMPLES.
OF_THE_ACT = {"hub:measure-act": "measure.report_difficulty"}
SignIn = Callable[[User], Client]
# Parameters of routes that are neither a thread's nor a measure's.
SAMPLES: dict[str, object] = {
    "public_id": UUID(int=0),
    "secret": "x",
    "token": "x",
    "request_id": UUID(int=0),
    # The form.
    "step": "decision",
    # Choosing.
    #
    # Acts.
    "slug": "difficulte",
    #
    # The desk.
    "place": 1,
    "unit": 1,
    "absence": 1,
    "answer_id": UUID(int=0),
    #
    # Web push.
    "device": 1,
    #
    # Figures.
}
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|/[0-9a-f-]{36}')


@pytest.fixture
def everyone(demo: Demo) -> dict[str, User]:
    """The cast, a chief clerk with a seat, one whose place ended, a closed account."""
    court = Court.objects.get(code=COURT)
    people = dict(demo.people)
    for key in ("chief", "ended", "closed"):
        people[key] = members.create_user(
            email=f"{key}@justice.demo.invalid", given_name=key, usual_name="Test"
        )
        role = Role.CHIEF_CLERK if key == "chief" else Role.CLERK
        place = members.add_membership(people[key], role, court=court)
        for thread in demo.threads:
            members.seat(thread, [place])
    members.end_membership(Membership.objects.get(user=people["ended"]))
    return people


def routes() -> Iterator[str]:
    """The name of every address there is."""

    def walk(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{pattern.namespace}:" if pattern.namespace else ""
                yield from walk(pattern.url_patterns, space + inner)
            else:
                yield f"{space}{pattern.name}"

    return walk(get_resolver().url_patterns, "")


def address(
    route: str,
    thread: object,
    reference: str,
    seq: int = 5,
    file: object = UUID(int=0),
) -> str:
    """The address of a route, its parameters filled with these or the cast's own."""
    known = {
        "thread_id": thread,
        "thread": thread,
        "reference": reference,
        "seq": seq,
        "attachment_id": file,
        "attachment": file,
        "code": "DEMO-44-01",
        **SAMPLES,
    }
    patterns = get_resolver(None).reverse_dict
    space, _, name = route.rpartition(":")
    if space:
        _prefix, resolver = get_resolver(None).namespace_dict[space]
        patterns = resolver.reverse_dict
    [(_path, names), *_] = patterns.getlist(name)[0][0]
    return reverse(route, kwargs={one: known[one] for one in names})


def ask(client: Client, method: str, route: str, where: str) -> tuple[int, bytes]:
    if method == "POST" and route.startswith("api:"):
        body = {"id": str(uuid4()), "body": "Bonjour"}
        answer = client.post(where, body, content_type="application/json")
    elif method == "DELETE":
        answer = client.delete(where)
    elif method == "POST":
        answer = client.post(where, {"body": "Bonjour", "seq": "1", "charge": "over"})
    else:
        answer = client.get(where)
    return answer.status_code, TOKEN.sub(b"", answer.getvalue())


def own_routes() -> list[tuple[str, str, str]]:
    """(route, method, right) of everything that is about one thread or measure."""
    listed = permissions.matrix().routes
    return [
        (route, method, OF_THE_ACT.get(route, right))
        for route, methods in listed.items()
        for method, right in methods.items()
        if right not in (permissions.PUBLIC, permissions.SIGNED_IN)
        and not permissions.is_general(right)
    ]


def test_every_route_and_every_frame_is_in_the_matrix_and_nothing_else() -> None:
    listed = permissions.matrix()
    known = {name for name in routes() if name != "api:api-root"}
    assert set(listed.routes) == known
    assert set(listed.frames) == FRAME_TYPES
    rights = {r for methods in listed.routes.values() for r in methods.values()}
    named = set(listed.rights) | {permissions.PUBLIC, permissions.SIGNED_IN}
    assert rights | set(listed.frames.values()) <= named


def test_a_route_that_is_not_listed_is_closed(
    monkeypatch: pytest.MonkeyPatch, demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["camille"])
    assert client.get("/").status_code == 200
    monkeypatch.delitem(permissions.matrix().routes, "hub:home")
    refused = client.get("/")
    assert (refused.status_code, b"<h1" in refused.content) == (405, True)


@pytest.mark.embedded  # a quarter of a minute; the socket's cells meet PostgreSQL too
def test_each_person_gets_exactly_what_the_matrix_says(
    demo: Demo,
    everyone: dict[str, User],
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake_children(monkeypatch)
    thread = demo.threads[0].pk
    reference = demo.threads[0].designation.measure.reference
    file = posted(demo.people["samira"], demo.threads[0]).pk
    roles = {"camille": "judge", "paul": "clerk", "samira": "coordinator",
             "luc": "staff", "chief": "chief_clerk", "closed": "clerk"}  # fmt: skip
    own_side = {"samira", "luc"}  # message 5, which asks, is Samira's
    cells = 0
    for key, user in everyone.items():
        client = sign_in(user)
        for route, method, right in own_routes():
            where = address(route, thread, reference, file=file)
            missing = address(route, uuid4(), "M-0000-0000", file=uuid4())
            status, body = ask(client, method, route, where)
            nothing, empty = ask(client, method, route, missing)
            cells += 2
            assert nothing == 404, (key, route, method)
            if key not in roles:
                assert (status, body) == (nothing, empty), (key, route, method)
            elif roles[key] not in permissions.roles_with(right) or (
                route == "hub:thread-acknowledge" and key in own_side
            ):
                assert status == 403, (key, route, method)
            else:
                assert status in ALLOWED, (key, route, method, status)
    assert cells >= 9 * 7 * 2


def test_a_closed_account_and_nobody_at_all_are_asked_to_sign_in(
    demo: Demo, everyone: dict[str, User], sign_in: SignIn
) -> None:
    closed = sign_in(everyone["closed"])
    assert closed.get("/").status_code == 200
    members.close_account(everyone["closed"])
    cells = 0
    for client in (Client(), closed):
        for route, methods in permissions.matrix().routes.items():
            for method, right in methods.items():
                if right == permissions.PUBLIC or route in (
                    "hub:session-end", "hub:sign-out",
                ):  # fmt: skip
                    continue
                where = address(route, demo.threads[0].pk, "M-0000-0000")
                status, _body = ask(client, method, route, where)
                assert status == (401 if route.startswith("api:") else 302), route
                cells += 1
    assert cells >= 20


@pytest.mark.parametrize("key", ["operator", "camille", "nadia"])
def test_general_rights_follow_the_role(demo: Demo, sign_in: SignIn, key: str) -> None:
    client = sign_in(demo.people[key])
    expected = 403 if key == "operator" else 200
    assert client.get("/espaces").status_code == expected
    assert client.get("/espaces/DEMO-44-01").status_code == expected


def test_only_the_owner_ends_a_session(demo: Demo, sign_in: SignIn) -> None:
    paul, anne = sign_in(demo.people["paul"]), sign_in(demo.people["anne"])
    session = Session.objects.get(user=demo.people["paul"])
    ending = f"/sessions/{session.public_id}/fin"
    assert anne.post(ending).status_code == 404
    assert paul.get("/").status_code == 200
    assert paul.post(ending).status_code == 302
    assert paul.get("/").status_code == 302
