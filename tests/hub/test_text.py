"""Hostile text at the real door, as bytes of ASGI, and as the page shows it.

Django's test client writes no cookie and no header out, so what only breaks while
an answer is being written, or in a raw path or cookie, is asked here.
"""

import unicodedata
from collections.abc import Awaitable, Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlencode
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import connections
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from asgi import application
from hub import text
from hub.demo import Demo
from hub.errors import InvalidText
from hub.models import Message, SignInRequest, User
from tests.cast import create_small_demo
from tests.hostile import COMMANDS, CONTROLS, EVERYTHING, MARKUP, SHAPES

SignIn = Callable[[User], Client]
Answer = tuple[int, dict[bytes, bytes], bytes]
Ask = Callable[..., Awaitable[Answer]]
TOKEN = "a" * 32
ANSWER_SECONDS = 10
SHORT = [typed for typed in EVERYTHING if len(typed) < 600]


class Said(HTMLParser):
    """The text of each message body on a page, and every tag inside them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.depth, self.texts, self.tags = 0, list[str](), set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth:
            self.tags.add(tag)
            self.texts[-1] += "\n" if tag == "br" else ""
        elif ("data-slot", "body") in attrs and tag == "div":
            self.depth = 1
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.depth = 0 if tag == "div" else self.depth

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.texts[-1] += data


async def send(method: str, path: str, cookie: bytes = b"", body: str = "") -> Answer:
    """One request as a server hands it over: path and cookie are raw bytes."""
    raw, _, query = path.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(raw).decode("utf-8", "replace"),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (
                b"cookie",
                b"csrf=" + TOKEN.encode() + (b"; " + cookie if cookie else b""),
            ),
        ],
    }
    asked = ApplicationCommunicator(application, scope)
    await asked.send_input({"type": "http.request", "body": body.encode()})
    start = await asked.receive_output(ANSWER_SECONDS)
    content, more = b"", True
    while more:
        part = await asked.receive_output(ANSWER_SECONDS)
        content, more = content + part.get("body", b""), part.get("more_body", False)
    await asked.wait(ANSWER_SECONDS)
    return start["status"], dict(start["headers"]), content


def form(**fields: Any) -> str:
    return urlencode({"csrfmiddlewaretoken": TOKEN, **fields}, errors="replace")


@pytest.fixture
async def cookie(transactional_db: None) -> Any:
    """Camille's session cookie, in a small world."""

    def enter() -> bytes:
        client = Client()
        client.force_login(create_small_demo().people["camille"])
        return f"session={client.cookies['session'].value}".encode()

    yield await sync_to_async(enter)()
    await sync_to_async(connections.close_all)()


async def test_a_piece_of_an_address_is_found_or_404_whatever_it_holds(
    cookie: bytes,
) -> None:
    assert (await send("GET", "/espaces/DEMO-44-01", cookie))[0] == 200
    for typed in SHORT:
        piece = quote(typed, safe="", errors="replace")
        for place in ("/espaces/", "/mesures/", "/fils/"):
            status, _, _ = await send("GET", place + piece, cookie)
            assert status == 404, (place, repr(typed))
        status, _, _ = await send("GET", "/connexion/lien/" + piece)
        assert status in (400, 404), repr(typed)


async def test_a_hostile_cookie_is_nobody_and_never_a_failure(cookie: bytes) -> None:
    assert (await send("GET", "/sessions", cookie))[0] == 200
    bad = [b'"abcdefghi\\000"', b"abcdefgh\xff", b'"' + b"a" * 3000, b"a" * 32, b'"\\']
    for value in bad:
        for name in (b"session=", b"csrf=", b"demande=", b"langue=", b"theme=",
                     b"suite="):  # fmt: skip
            status, _, _ = await send("GET", "/connexion", name + value)
            assert status == 200, (name, value)
        status, headers, _ = await send("GET", "/sessions", b"session=" + value)
        assert (status, headers[b"Location"][:10]) == (302, b"/connexion")


async def test_an_address_in_another_script_gets_the_same_answer_as_any(
    cookie: bytes,
) -> None:
    for email in ("a@exemple.fr", "a@例え.jp", "a@é.fr"):
        status, headers, _ = await send("POST", "/connexion", body=form(email=email))
        assert (status, headers[b"Location"]) == (302, b"/connexion/code"), email
    assert await sync_to_async(SignInRequest.objects.count)() == 3


async def test_where_to_go_next_may_hold_any_string_and_stays_here(
    cookie: bytes,
) -> None:
    for typed in [*SHORT, "/espaces?q=l’été", "/\r\nSet-Cookie: x=1"]:
        asked = form(email="a@exemple.fr", suite=typed)
        status, _, _ = await send("POST", "/connexion", body=asked)
        assert status == 302, repr(typed)
        back = form(retour=typed, langue=typed, theme=typed)
        status, headers, _ = await send("POST", "/affichage", cookie, back)
        where = headers[b"Location"]
        assert status == 302, repr(typed)
        assert where.startswith(b"/"), repr(typed)
        assert not where.startswith((b"//", b"/\\"))
        assert not set(b"\r\n") & set(where)


async def test_a_code_may_hold_any_string_and_only_the_right_one_opens(
    cookie: bytes,
) -> None:
    _, headers, _ = await send("POST", "/connexion", body=form(email="a@exemple.fr"))
    asked = headers[b"Set-Cookie"].partition(b";")[0]
    for typed in SHORT:
        status, _, _ = await send("POST", "/connexion/code", asked, form(code=typed))
        assert status in (400, 302, 429), repr(typed)


def test_the_page_shows_each_hostile_text_as_text(demo: Demo, sign_in: SignIn) -> None:
    client, thread = sign_in(demo.people["camille"]), demo.threads[1].pk
    typed = [*MARKUP, *COMMANDS, *SHAPES]
    for body in typed:
        fields = {"id": str(uuid4()), "body": body}
        assert client.post(f"/fils/{thread}", fields).status_code == 303
    stored = Message.objects.filter(thread=thread, kind="ordinary").order_by("seq")
    bodies = [message.body for message in stored]
    said = Said(client.get(f"/fils/{thread}").content.decode())
    shown = [text for text in said.texts if text]
    assert shown[1:] == bodies  # the transmission comes first
    assert said.tags <= {"p", "br", "a"}
    assert len(bodies) == len(typed)


def test_the_name_of_a_person_is_only_text_too(demo: Demo, sign_in: SignIn) -> None:
    name = "<img src=x onerror=alert(1)>{{ 7*7 }}"
    User.objects.filter(pk=demo.people["samira"].pk).update(given_name=name)
    client = sign_in(demo.people["camille"])
    page = client.get(f"/fils/{demo.threads[0].pk}").content.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;{{ 7*7 }}" in page
    assert "<img src=x" not in page


@given(st.text(max_size=300))
def test_stored_text_is_composed_trimmed_and_free_of_what_no_one_sees(
    typed: str,
) -> None:
    try:
        kept = text.normalise(typed)
    except InvalidText:
        assert "\0" in typed or any("\ud800" <= c <= "\udfff" for c in typed)
        return
    assert kept == unicodedata.normalize("NFC", kept).strip()
    assert not kept or text.is_visible(kept)


def test_a_control_character_goes_and_the_words_around_it_stay() -> None:
    assert text.normalise("a\r\nb\tc") == "a\nb\tc"
    for typed in CONTROLS[1:]:
        assert text.normalise(typed) in ("ab", "a\nb"), repr(typed)
    with pytest.raises(InvalidText):
        text.normalise(CONTROLS[0])


@pytest.mark.parametrize(("size", "fits"), [(10_000, True), (10_001, False)])
def test_the_limit_counts_composed_characters(size: int, fits: bool) -> None:
    decomposed = "e\u0301" * size
    if fits:
        assert len(text.normalise(decomposed)) == size
    else:
        with pytest.raises(InvalidText, match=r"10.001"):
            text.normalise(decomposed)
