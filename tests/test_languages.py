"""Every page in both languages: no French on an English page, no English on a French one.

Pages are found by following links, as each of the cast, once per address pattern. What
people have written, and what is marked as another language, is theirs.
"""

import itertools
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from functools import cache

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import override

from hub.actions.availability import AgeBand, ask
from hub.demo import CENTRE, COURT, Demo, complete_draft
from hub.models import Centre, Court, User
from hub.models.centres import VisitKind
from notifications import letter_samples, letters
from notifications.models import LinkSession
from scripts import translations
from tests.notifications.links_world import press, waiting_message
from tests.page_text import read

pytestmark = pytest.mark.embedded  # says nothing about a database

SignIn = Callable[[User], Client]
# Who sees which pages: the first that may open an address shows it.
WHO = ("camille", "samira", "noe", "operator", "")
BEGIN = ("/", "/connexion", "/preferences", "/notifications", "/sessions", "/absences",
         "/espaces/carte", "/disponibilites", "/nulle-part", "/bureau",
         "/chiffres-cles", "/bureau/national/chiffres", "/mesures/nouvelle",
         "/r/none", "/recherche", "/reponses")  # fmt: skip
# For who develops the hub, in English; files and figures that are no pages.
APART = ("/dev/", "/api/", "/static/", "/pieces/", "/metrics", "/chiffres-cles.")
# Forms sent without an answer: the errors of forms, Django's own included.
EMPTY = ("/connexion", "/preferences/audience", "/absences", "/preferences/creneaux",
         "/disponibilites/nouvelle", "/mesures/nouvelle")  # fmt: skip
NOWHERE = ("nowhere", "notifications:link")  # shown with 404
BY_ROLE = ("hub:home", "hub:desk", "hub:desk-of", "hub:measure", "hub:thread",
           "hub:centre", "hub:members")  # fmt: skip
STEPS = ("decision", "famille", "modalites", "piece")
MANY = 50  # pages; fewer means that a way to some of them was lost
HOLE = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")
SHORTEST = 10  # characters between two holes: less may be anything


def test_no_page_speaks_the_other_language(demo: Demo, sign_in: SignIn) -> None:
    begin = [*BEGIN, *_more(demo)]
    french = _pages(demo, sign_in, begin, "fr")
    english = _pages(demo, sign_in, begin, "en")
    assert len(french) > MANY, sorted(french)
    assert set(french) == set(english)
    assert _strangers(french, own=1, other=0) == {}
    assert _strangers(english, own=0, other=1) == {}


def test_no_page_behind_a_reply_link_speaks_the_other_language(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the language of the link's person, whatever the browser asks for; only the
    page with the button knows nobody yet."""
    monkeypatch.setattr("notifications.outgoing.send_soon", lambda message: None)
    waiting = waiting_message(demo)
    for own, language in enumerate(("en", "fr")):
        User.objects.update(locale=language)
        client = Client(enforce_csrf_checks=True, headers={"accept-language": "de"})
        assert press(client, waiting.path) == 303
        pages = {"code": client.get("/reponse")}
        LinkSession.objects.update(confirmed_at=timezone.now())
        pages["reply"] = client.get("/reponse")
        pages["done"] = client.get("/reponse/enregistree")
        said = {name: set(read(p.content.decode()).said) for name, p in pages.items()}
        assert all(p.headers["Content-Language"] == language for p in pages.values())
        assert _strangers(said, own=own, other=1 - own) == {}


def test_no_mail_speaks_the_other_language() -> None:
    """Subject and HTML; that the text says the same is a test of its own."""
    said: dict[str, dict[str, set[str]]] = {"fr": {}, "en": {}}
    now = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
    for language, name in itertools.product(said, letter_samples.names()):
        known = letter_samples.sample(name, language, "meta", now, "https://hub.test")
        with override(language):
            mail = message_from_bytes(letters.compose(known, now), policy=default)
        body = mail.get_body(("html",))
        assert body
        said[language][name] = {mail["Subject"], *read(body.get_content()).said}
    assert _strangers(said["fr"], own=1, other=0) == {}
    assert _strangers(said["en"], own=0, other=1) == {}


def test_such_words_are_found() -> None:
    words = ["Measure transmitted to Nantes.", "Send"]
    page = {"p": {*words, "Bonjour", "Camille"}}
    assert _strangers(page, own=1, other=0) == {"p": words}
    assert _strangers({"p": {"Envoyer", "Send"}}, own=0, other=1) == {"p": ["Envoyer"]}


def _more(demo: Demo) -> list[str]:
    """What the demonstration lacks: a draft, a question; and what no link leads to."""
    draft = complete_draft(
        demo.people, VisitKind.VISIT, [4], date(2026, 11, 2)
    ).reference
    asked = ask(
        by=demo.people["camille"],
        court=Court.objects.get(code=COURT),
        centres=list(Centre.objects.filter(code=CENTRE)),
        visit_kind=VisitKind.VISIT,
        children_count=1,
        age_bands=[AgeBand.MIDDLE],
        visits_per_month=2,
        needs=[],
    )
    sent = demo.threads[0].designation.measure.reference
    steps = [f"/mesures/{draft}/completer/{step}" for step in STEPS]
    return [*steps, f"/disponibilites/{asked.pk}", f"/mesures/{sent}/presences"]


def _pages(
    demo: Demo, sign_in: SignIn, begin: list[str], language: str
) -> dict[str, set[str]]:
    """What each page says, by the name of its address."""
    User.objects.update(locale=language)
    said: dict[str, set[str]] = {}
    for who in WHO:
        client = sign_in(demo.people[who]) if who else Client()
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        waiting, left = list(begin), set[str]()
        while waiting:
            address = waiting.pop(0)
            name = _name(address, who)
            if name in said or address in left or address.startswith(APART):
                continue
            left.add(address)
            answer = client.get(address)
            if answer.status_code == (404 if name in NOWHERE else 200):
                page = answer.getvalue().decode()
                assert "<html" not in page or f'<html lang="{language}"' in page, name
                assert answer.headers["Content-Language"] == language, name
                text = read(page)
                said[name] = set(text.said)
                waiting += [one.split("#")[0] for one in text.links if one[0] == "/"]
    camille = sign_in(demo.people["camille"])
    for address in EMPTY:
        answer = camille.post(address, {"wrong": "x"})
        assert answer.status_code == 400, address
        said[f"errors of {address}"] = set(read(answer.getvalue().decode()).said)
    return said


def _name(address: str, who: str) -> str:
    """One thread stands for all; each act and step is a page of its own, and so is what
    shows each role something else."""
    try:
        found = resolve(address.partition("?")[0])
    except Resolver404:
        return "nowhere"
    which = found.kwargs.get("step") or found.kwargs.get("slug") or ""
    if found.view_name in BY_ROLE:
        which = who
    return f"{found.view_name} {which}".strip()


def _strangers(
    pages: dict[str, set[str]], own: int, other: int
) -> dict[str, list[str]]:
    """The words that the other language alone has, by page."""
    fits, strange = _fits(own), _fits(other)
    found = {
        name: sorted(w for w in said if strange(w) and not fits(w))
        for name, said in pages.items()
    }
    return {name: words for name, words in found.items() if words}


def _fits(language: int) -> Callable[[str], bool]:
    """Whether the catalogue holds these words in a language, whatever fills them."""
    sentences = {_written(pair) for each in _pairs() for pair in each[language]}
    whole = {s.casefold() for s in sentences if not HOLE.search(s)}
    holed = [
        (max(HOLE.split(s), key=len), re.compile(_with_holes(s)))
        for s in sentences
        if HOLE.search(s)
    ]
    holed = [(long, pattern) for long, pattern in holed if len(long) >= SHORTEST]

    def fits(words: str) -> bool:
        if words.casefold() in whole:
            return True
        return any(p.fullmatch(words) for long, p in holed if long in words)

    return fits


def _with_holes(sentence: str) -> str:
    return ".+".join(re.escape(part) for part in HOLE.split(sentence))


@cache
def _pairs() -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    messages = [m for m in translations.read(translations.FRENCH) if m.id]
    return [(translations.forms(m.id), translations.forms(m.string)) for m in messages]


def _written(sentence: str) -> str:
    return sentence.replace("%%", "%").strip()
