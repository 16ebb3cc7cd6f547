"""Programs that open every link and press every button, now and hours later: they
change nothing, read nothing, and the person's link works afterwards."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connections
from django.test import Client

from hub.demo import Demo
from notifications import catcher, links, outgoing, views_links
from notifications.models import LinkEvent, LinkSession, ReplyLink
from tests.notifications.links_world import (
    QUESTION,
    Waiting,
    answer,
    answers,
    enter,
    later,
    mailed_code,
    owed,
    press,
    steps,
    waiting_message,
)
from tests.notifications.page_forms import Form, read_page

# What a machine may leave behind: the trail, and sessions that show nothing.
TRACES = (LinkEvent, LinkSession)
MOST_PAGES = 25
Visit = Callable[[Client, str], list[str]]


@pytest.fixture
def world(
    transactional_db: None, demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Waiting]:
    monkeypatch.setattr(views_links, "FLOOR_SECONDS", 0)
    outgoing.flush()
    catcher.mailbox.mails.clear()
    catcher.start()
    yield waiting_message(demo)
    catcher.stop()


def everything() -> dict[str, Any]:
    """Every row of every table but the traces."""
    rows = {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
        if model not in TRACES
    }
    for link in rows["notifications.ReplyLink"]:
        del link["first_opened_at"]  # "a machine opened it"
    return rows


def get(client: Client, path: str) -> list[str]:
    return [client.get(path).content.decode()]


def head(client: Client, path: str) -> list[str]:
    return [client.head(path).content.decode()]


def options(client: Client, path: str) -> list[str]:
    return [client.options(path).content.decode()]


def head_then_get(client: Client, path: str) -> list[str]:
    return head(client, path) + get(client, path)


def blind_post(client: Client, path: str) -> list[str]:
    """Sends what it did not read."""
    return [client.post(path, {"code": "", "body": "ok"}).content.decode()]


def first_button(client: Client, path: str) -> list[str]:
    page = client.get(path).content.decode()
    [form, *_] = read_page(page).forms
    return [page, send(client, path, form, form.fields)]


def crawl(client: Client, path: str) -> list[str]:
    """Follows every link and presses every button of every page it comes to."""
    seen: set[str] = set()
    todo, pages = [path], []
    while todo and len(pages) < MOST_PAGES:
        where = todo.pop(0)
        if where in seen or not where.startswith("/") or where.startswith("/dev"):
            continue
        seen.add(where)
        page = client.get(where, follow=True)
        pages.append(page.content.decode())
        read = read_page(pages[-1])
        todo += read.links
        for form in read.forms:
            for name, value in form.buttons or [("", "")]:
                pages.append(send(client, where, form, form.fields | {name: value}))
        if where == path:
            todo = ["/reponse", "/reponse/enregistree", *todo]
    return pages


def send(client: Client, page: str, form: Form, fields: dict[str, str]) -> str:
    where = (form.action or page).partition("#")[0]
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    sent = client.post if form.method == "post" else client.get
    return sent(where, fields, headers=headers, follow=True).content.decode()  # type: ignore[operator,no-any-return]


PROFILES: list[Visit] = [
    *(get, head, options, head_then_get, blind_post, first_button, crawl)
]


def visit(profile: Visit, path: str) -> list[str]:
    """A fresh program, in a thread of its own."""
    try:
        return profile(Client(enforce_csrf_checks=True), path)
    finally:
        connections.close_all()


@pytest.mark.parametrize("at_once", [pytest.param(1, marks=pytest.mark.embedded), 3])
@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.__name__)
def test_a_scanner_changes_nothing_and_reads_nothing(
    world: Waiting, profile: Visit, at_once: int
) -> None:
    before, pages = everything(), []
    for delay in (0, 5, 60, 6 * 3600):
        with later(seconds=delay), ThreadPoolExecutor(at_once) as pool:
            tasks = [pool.submit(visit, profile, world.path) for _ in range(at_once)]
            pages += [page for task in tasks for page in task.result()]
    pressed = profile in (first_button, crawl)
    assert ("exchanged" in steps(world)) == pressed
    assert everything() == before
    assert not LinkSession.objects.exclude(confirmed_at=None).exists()
    assert not any(QUESTION in page or "Samira" in page for page in pages)
    outgoing.flush()
    assert len(catcher.mailbox.mails) <= 2  # codes, to the person's own address
    with later(hours=7):
        client = enter(world)
        assert QUESTION in client.get("/reponse").content.decode()
        assert answer(client, "Oui, le 12.") == 303
    assert answers(world) == ["Oui, le 12."]


def test_the_crawler_would_answer_if_a_button_were_enough(world: Waiting) -> None:
    """It does press: in a browser that was confirmed it marks the message as read."""
    client = enter(world)
    before = everything()
    crawl(client, "/reponse")
    assert everything() != before


def test_a_person_uses_the_code_that_a_machine_made_the_hub_send(
    world: Waiting,
) -> None:
    visit(first_button, world.path)
    outgoing.flush()
    with later(seconds=60):
        client = enter(world)
        assert QUESTION in client.get("/reponse").content.decode()
    assert len(catcher.mailbox.mails) == 1


def test_whoever_gets_the_mail_forwarded_reads_nothing(world: Waiting) -> None:
    stranger = Client(enforce_csrf_checks=True)
    assert press(stranger, world.path) == 303
    page = stranger.get("/reponse").content.decode()
    assert QUESTION not in page
    assert world.user.email not in page
    outgoing.flush()
    assert [world.user.email in m.to for m in catcher.mailbox.mails] == [True]
    sent = {"id": uuid4(), "body": "Bonjour"}
    assert press(stranger, "/reponse", "/reponse", **sent) == 404
    assert answers(world) == []
    assert QUESTION in enter(world).get("/reponse").content.decode()


def test_a_machine_that_guesses_codes_runs_out_of_tries(world: Waiting) -> None:
    press(world.client, world.path)
    right = mailed_code()
    for guess in range(30):
        code = f"{guess:06}" if f"{guess:06}" != right else "999999"
        other = Client(enforce_csrf_checks=True)
        press(other, world.path)
        press(other, "/reponse", "/reponse/code", code=code)
    wrong = LinkEvent.objects.filter(link=world.link, step="code_wrong")
    assert wrong.count() == 5
    assert LinkSession.objects.filter(confirmed_at=None).count() <= 21


def test_fifty_forms_sent_twice_at_once_are_fifty_messages(world: Waiting) -> None:
    client = enter(world)
    forms = [(n, uuid4()) for n in range(50)]
    browsers = [another_link(world, client) for _ in range(5)]

    def submit(n: int, form: object) -> int:
        own = Client()
        own.cookies = browsers[n % 5].cookies
        try:
            sent = {"id": form, "body": f"Réponse {n}"}
            return own.post("/reponse", sent).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(submit, *form) for form in forms for _ in range(2)]
        assert {task.result() for task in done} == {303}
    assert sorted(answers(world)) == sorted(f"Réponse {n}" for n in range(50))
    assert sum(ReplyLink.objects.values_list("replies", flat=True)) == 50


def another_link(world: Waiting, known: Client) -> Client:
    """The same browser, in the session of another mail's link."""
    row = owed(world.user, world.thread, world.seq)
    client = Client()
    client.cookies["navigateur"] = known.cookies["navigateur"].value
    path = links.issue([row])[row.pk].removeprefix("http://127.0.0.1:8000")
    assert client.post(path).status_code == 303
    return client
