"""How a person reads: language chosen by a form, kept, and followed everywhere."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.template import engines
from django.test import Client
from django.utils.translation import override

from hub import events
from hub.demo import Demo
from hub.models import User
from hub.numbers import number, percent
from realtime.consumer import accepted_language

SignIn = Callable[[User], Client]


def test_who_is_not_signed_in_chooses_by_a_form_alone(db: None) -> None:
    client = Client(headers={"accept-language": "fr"})
    client.get("/affichage?langue=en")
    assert "langue" not in client.cookies
    page = client.get("/connexion")
    assert '<html lang="fr"' in page.content.decode()
    assert 'value="en" lang="en"' in page.content.decode()
    client.post("/affichage", {"langue": "en", "retour": "/connexion"})
    page = client.get("/connexion")
    assert '<html lang="en"' in page.content.decode()
    assert page.headers["Content-Language"] == "en"
    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))


@pytest.mark.parametrize("wrong", ["de", "en-US", "", "fr\x00", "../en"])
def test_only_our_languages_can_be_chosen(
    demo: Demo, sign_in: SignIn, wrong: str
) -> None:
    sign_in(demo.people["camille"]).post("/affichage", {"langue": wrong})
    assert User.objects.get(pk=demo.people["camille"].pk).locale == ""


def test_preferences_keep_the_language_and_give_it_back(
    demo: Demo, sign_in: SignIn
) -> None:
    client, person = sign_in(demo.people["camille"]), demo.people["camille"]
    client.post("/preferences", {"locale": "en"})
    person.refresh_from_db()
    assert person.locale == "en"
    page = client.get("/preferences").content.decode()
    assert '<html lang="en"' in page
    assert '<option value="fr" lang="fr">Français</option>' in page
    client.post("/preferences", {"quiet_weekend": "on"})  # a page that asked nothing
    person.refresh_from_db()
    assert person.locale == "en"
    client.post("/preferences", {"locale": ""})
    person.refresh_from_db()
    assert person.locale == ""
    assert client.post("/preferences", {"locale": "de"}).status_code == 400


def test_a_refusal_before_anybody_is_known_is_in_the_browsers_language(
    demo: Demo, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    client = sign_in(demo.people["camille"])
    monkeypatch.setattr("hub.sessions.SessionStore.load", lost)
    answer = client.get("/api/v1/threads", headers={"accept-language": "en"})
    assert answer.json()["detail"].startswith("Not sent: the record is out of reach")
    answer = client.get("/", headers={"accept-language": "fr"})
    assert '<html lang="fr"' in answer.content.decode()


def test_a_language_chosen_before_signing_in_stays_the_persons(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[dict[str, Any]] = []

    def hear(**event: Any) -> None:
        heard.append(event)

    monkeypatch.setattr("notifications.outgoing.send_soon", lambda message: None)
    events.sign_in_requested.connect(hear)
    for language, kept in (("en", "en"), ("fr", "en")):  # a choice made stays
        client, person = Client(), demo.people["camille"]
        client.post("/affichage", {"langue": language})
        client.post("/connexion", {"email": person.email})
        client.post("/connexion/code", {"code": heard[-1]["code"]})
        person.refresh_from_db()
        assert person.locale == kept
    events.sign_in_requested.disconnect(hear)


@pytest.mark.parametrize(
    ("cookie", "asked", "language"),
    [("langue=en", "fr", "en"), ("", "de, en;q=0.5", "en"), ("langue=de", "de", "fr")],
)
def test_a_socket_follows_the_browser_as_pages_do(
    cookie: str, asked: str, language: str
) -> None:
    headers = [(b"cookie", cookie.encode()), (b"accept-language", asked.encode())]
    assert accepted_language({"headers": headers}) == language


def test_numbers_are_written_as_each_language_does() -> None:
    engine = engines["jinja2"]
    page = engine.from_string(  # type: ignore[attr-defined]
        """{{ ngettext("%(num)s measure", "%(num)s measures", 1412) }}"""
    )
    with override("fr"):
        assert page.render({}) == "1\u202f412 mesures"
        assert (number(9.5), percent(0.82)) == ("9,5", "82\u00a0%")
    with override("en"):
        assert page.render({}) == "1,412 measures"
        assert (number(9.5), percent(0.82)) == ("9.5", "82%")
