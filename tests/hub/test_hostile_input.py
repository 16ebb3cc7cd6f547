"""Every text field takes every hostile string: no 500, no wrong store, no live tag."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from hub import text
from hub.demo import Demo
from hub.errors import InvalidText
from hub.models import Message, User
from tests.hostile import EVERYTHING

SignIn = Callable[[User], Client]
ALLOWED = {"p", "br", "a"}


class Tags(HTMLParser):
    """Collects what a browser would make of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def stored_or_none(typed: str) -> str | None:
    try:
        return text.normalise(typed) or None
    except InvalidText:
        return None


def encodable(typed: str) -> bool:
    """A browser never sends a lone surrogate in a form: it replaces it."""
    try:
        typed.encode()
    except UnicodeEncodeError:
        return False
    return True


def test_the_composer_stores_exactly_the_cleaned_text_or_refuses(
    demo: Demo, sign_in: SignIn
) -> None:
    client, thread = sign_in(demo.people["camille"]), demo.threads[1]
    for typed in filter(encodable, EVERYTHING):
        message_id = uuid4()
        answer = client.post(
            f"/fils/{thread.pk}", {"id": str(message_id), "body": typed}
        )
        message = Message.objects.filter(client_id=message_id).first()
        expected = stored_or_none(typed.replace("\r\n", "\n"))
        assert (message.body if message else None) == expected, repr(typed[:60])
        assert answer.status_code == (303 if expected else 400), repr(typed[:60])
    assert client.get(f"/fils/{thread.pk}").status_code == 200


def test_the_json_door_stores_exactly_the_cleaned_text_or_refuses(
    demo: Demo, sign_in: SignIn
) -> None:
    client, thread = sign_in(demo.people["samira"]), demo.threads[1]
    for typed in EVERYTHING:
        message_id = str(uuid4())
        body = json.dumps({"id": message_id, "body": typed})
        answer = client.post(
            f"/api/v1/threads/{thread.pk}/messages",
            body,
            content_type="application/json",
        )
        message = Message.objects.filter(client_id=message_id).first()
        expected = stored_or_none(typed)
        assert (message.body if message else None) == expected, repr(typed[:60])
        assert answer.status_code == (201 if expected else 400), repr(typed[:60])


@pytest.mark.machine  # PostgreSQL refuses more; ten seconds once are enough
def test_every_other_field_takes_every_string_without_failing(
    demo: Demo, sign_in: SignIn
) -> None:
    client, thread = sign_in(demo.people["camille"]), demo.threads[0].pk
    visitor = Client()
    for typed in filter(encodable, EVERYTHING):
        answers = [
            client.get("/espaces", {"q": typed, "departement": typed, "kind": typed,
                                    "weeks": typed, "page": typed}),
            client.get(f"/fils/{thread}", {"avant": typed}),
            client.post(f"/fils/{thread}/lecture", {"seq": typed}),
            client.post(f"/fils/{thread}", {"id": typed, "body": "x", "urgent": typed,
                                            "is_urgent": typed}),
            client.post("/affichage", {"theme": typed, "langue": typed,
                                       "retour": typed}),
            visitor.post("/connexion", {"email": typed, "suite": typed}),
            visitor.get("/connexion", {"suite": typed}),
        ]  # fmt: skip
        statuses = [answer.status_code for answer in answers]
        assert max(statuses) < 500, (repr(typed[:60]), statuses)
        for answer in answers:
            assert answer.headers.get("Location", "/").startswith(("/", "?"))
            assert not answer.headers.get("Location", "/").startswith("//")


@pytest.mark.parametrize(
    "body",
    ["", "null", "[]", "3", "{", '{"id":1}', '{"id":"x","body":"y"}', "[" * 20_000,
     '{"id":"%s","body":7}', '{"id":"%s","body":"x","urgent":null}',
     '{"id":"%s","body":"x","corrects":1e999}', '{"id":"%s","body":"x","kind":"system"}',
     '{"id":"%s","body":"x","corrects":-1}', '{"id":"%s","body":"\\ud800"}'],
)  # fmt: skip
def test_a_json_body_of_the_wrong_shape_is_refused_in_our_own_words(
    demo: Demo, sign_in: SignIn, body: str
) -> None:
    client = sign_in(demo.people["camille"])
    where = f"/api/v1/threads/{demo.threads[0].pk}/messages"
    filled = body.replace("%s", str(uuid4()))
    answer = client.post(where, filled, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


@given(st.text(max_size=400))
def test_cleaning_is_settled_after_once(typed: str) -> None:
    try:
        once = text.normalise(typed)
    except InvalidText:
        return
    assert text.normalise(once) == once
    assert not any(ord(c) < 32 and c not in "\n\t" for c in once)


@given(st.text(max_size=300) | st.sampled_from(EVERYTHING))
def test_what_is_shown_is_text_with_paragraphs_breaks_and_safe_links(body: str) -> None:
    stored = stored_or_none(body)
    if stored is None:
        return
    shown = Tags(text.render(stored))
    assert {tag for tag, _ in shown.found} <= ALLOWED
    for tag, attributes in shown.found:
        assert set(attributes) <= ({"href", "rel"} if tag == "a" else set())
        if tag == "a":
            href = (attributes["href"] or "").lower()
            assert href.startswith(("http://", "https://", "mailto:"))


def test_only_addresses_typed_in_full_become_links() -> None:
    linked = text.render("Voir https://exemple.fr/a?b=1&c=2 et a@exemple.fr")
    assert [tag for tag, _ in Tags(linked).found].count("a") == 2
    for plain in ("exemple.fr", "www.exemple.fr", "javascript:alert(1)", "ftp://a.fr"):
        assert "a" not in [tag for tag, _ in Tags(text.render(plain)).found], plain


def test_folding_forgets_accents_and_case() -> None:
    assert text.fold("  Orléans, CÔTE-d’Or ") == "orleans cote d or"
