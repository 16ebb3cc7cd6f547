"""A form that is sent after the session ended brings back what was typed in it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from hub.demo import Demo
from hub.models import Message, Session, User

SignIn = Callable[[User], Client]
WORDS = "Un texte écrit <b>longuement</b>"
FROM_HERE = {"Origin": "http://127.0.0.1:8000"}


@pytest.fixture
def late(demo: Demo) -> Client:
    """A browser that checks tokens, whose session ends between page and form."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(demo.people["camille"])
    return client


def token(page: Any, name: str = "csrfmiddlewaretoken") -> str:
    value = page.content.decode().partition(f'name="{name}" value="')[2]
    return str(value.partition('"')[0])


def begun(page: Any) -> dict[str, str]:
    """What a browser sends of the page's form by itself."""
    return {name: token(page, name) for name in ("csrfmiddlewaretoken", "typed_by")}


def test_what_was_typed_comes_back_and_is_sent_after_signing_in(
    demo: Demo, late: Client
) -> None:
    assert FROM_HERE["Origin"] in settings.ALLOWED_ORIGINS
    where = f"/fils/{demo.threads[0].pk}"
    typed = {**begun(late.get(where)), "body": WORDS}
    Session.objects.all().delete()
    answer = late.post(where, {**typed, "needs_ack": "on"}, headers=FROM_HERE)
    page = answer.content.decode()
    assert answer.status_code == 401
    assert "Un texte écrit &lt;b&gt;longuement&lt;/b&gt;</textarea>" in page
    assert 'name="needs_ack" value="on"' in page
    typed |= begun(answer)
    late.force_login(demo.people["camille"])  # in another tab: the token changes
    late.get("/")
    count = Message.objects.count()
    again = late.post(where, typed, headers=FROM_HERE)
    if again.status_code == 403:  # the token was renewed by signing in
        assert WORDS.split("<")[0] in again.content.decode()
        typed["csrfmiddlewaretoken"] = token(again)
        again = late.post(where, typed, headers=FROM_HERE)
    assert again.status_code == 303
    assert Message.objects.count() == count + 1


def test_an_old_token_brings_the_text_back_with_a_new_one(
    demo: Demo, late: Client
) -> None:
    where = f"/fils/{demo.threads[0].pk}"
    typed = {**begun(late.get(where)), "csrfmiddlewaretoken": "x" * 64, "body": WORDS}
    answer = late.post(where, typed, headers=FROM_HERE)
    page = answer.content.decode()
    assert (answer.status_code, "Un texte écrit" in page) == (403, True)
    assert demo.people["camille"].name in page
    typed |= begun(answer)
    assert late.post(where, typed, headers=FROM_HERE).status_code == 303


def test_nobody_is_given_the_words_of_who_was_there_before(
    demo: Demo, late: Client
) -> None:
    """One browser, two people: the second would send them in their own name."""
    where = f"/fils/{demo.threads[0].pk}"
    typed = {**begun(late.get(where)), "body": WORDS}
    assert typed["typed_by"] == str(demo.people["camille"].pk)
    Session.objects.all().delete()
    typed |= begun(late.post(where, typed, headers=FROM_HERE))  # shown to nobody
    late.force_login(demo.people["samira"])
    typed["csrfmiddlewaretoken"] = "x" * 64  # signing in changes the token
    count = Message.objects.count()
    answer = late.post(where, typed, headers=FROM_HERE)
    page = answer.content.decode()
    assert (answer.status_code, "Un texte" in page) == (403, False)
    assert demo.people["samira"].name in page
    del typed["typed_by"]
    assert b"Un texte" not in late.post(where, typed, headers=FROM_HERE).content
    assert Message.objects.count() == count


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://ailleurs.example"}])
def test_words_of_another_site_are_never_shown(
    demo: Demo, late: Client, origin: dict[str, str]
) -> None:
    where = f"/fils/{demo.threads[0].pk}"
    known = token(late.get(where))
    forged = late.post(where, {"body": WORDS}, headers=origin)
    assert (forged.status_code, b"Un texte" in forged.content) == (403, False)
    Session.objects.all().delete()
    typed = {"csrfmiddlewaretoken": known, "body": WORDS}
    answer = late.post(where, typed, headers=origin)
    assert answer.status_code in (302, 403)
    assert b"Un texte" not in answer.content


def test_any_form_comes_back_whole_and_a_mere_button_does_not(demo: Demo) -> None:
    nobody = Client()
    where = "/absences?de=demain"
    several = {"reason": "Congés de fin d'année", "day": ["1", "2"]}
    answer = nobody.post(where, several, headers=FROM_HERE)
    page = answer.content.decode()
    assert answer.status_code == 401
    assert page.count('name="day"') == 2
    assert f'action="{where}"' in page
    assert "Congés de fin d&#39;année</blockquote>" in page
    button = nobody.post(where, {"seq": "12"}, headers=FROM_HERE)
    assert (button.status_code, button.headers["Location"]) == (302, "/connexion")
