"""Whose browser rings, until when, and which rows of the outbox it gets."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions.members import close_account
from hub.actions.sign_in import make_login_link
from hub.demo import Demo
from hub.errors import NotFound
from hub.models import User
from notifications import devices, push, push_key
from notifications.kinds import Kind, Subject
from notifications.models import Notification, PushDevice, State, Transport
from notifications.outbox import Owed, write
from notifications.push_endpoints import WrongEndpoint

KEY = "pG3b8kQIFzQmqoSjCm8zAM4iQm0_5hsM6bU4jdCN0Yw"
ENDPOINT = "https://push.example.org/send/"
PAGE = "/preferences/appareils"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.MAIL, "push_key", KEY)


def turn_on(client: Client, endpoint: str = ENDPOINT + "a") -> int:
    return client.post(
        PAGE, {"endpoint": endpoint}, HTTP_USER_AGENT=FIREFOX
    ).status_code


def owners() -> list[tuple[str, str]]:
    rows = PushDevice.objects.order_by("pk").values_list("user__given_name", "endpoint")
    return [(name, endpoint.removeprefix(ENDPOINT)) for name, endpoint in rows]


def page(client: Client) -> str:
    return client.get(PAGE).content.decode()


def test_a_browser_is_turned_on_listed_and_turned_off(
    demo: Demo, sign_in: SignIn
) -> None:
    samira = sign_in(demo.people["samira"])
    assert push_key.public_key() in page(samira)
    assert turn_on(samira) == 302
    assert turn_on(samira) == 302  # a second time is no second device
    assert owners() == [("Samira", "a")]
    assert "Firefox, Linux" in page(samira)
    assert " data-here" in page(samira)
    device = PushDevice.objects.get()
    assert samira.post(f"{PAGE}/{device.pk}/fin").status_code == 302
    assert owners() == []


def test_nobody_turns_off_the_browser_of_somebody_else(
    demo: Demo, sign_in: SignIn
) -> None:
    samira, luc = (sign_in(demo.people[one]) for one in ("samira", "luc"))
    turn_on(samira)
    ending = f"{PAGE}/{PushDevice.objects.get().pk}/fin"
    assert luc.post(ending).status_code == 404
    assert luc.post(f"{PAGE}/{10**30}/fin").status_code == 404
    assert "Firefox, Linux" not in page(luc)
    assert samira.get(ending).status_code == 405
    assert owners() == [("Samira", "a")]
    assert samira.post(ending).status_code == 302


def test_an_endpoint_that_the_hub_must_not_call_is_refused(
    demo: Demo, sign_in: SignIn
) -> None:
    samira = sign_in(demo.people["samira"])
    for wrong in ("https://127.0.0.1/x", "http://push.example.org/x", "", "\x00"):
        assert turn_on(samira, wrong) == 400
    assert owners() == []
    assert turn_on(samira) == 302


def test_a_browser_belongs_to_whoever_turned_it_on_last(
    demo: Demo, sign_in: SignIn
) -> None:
    turn_on(sign_in(demo.people["samira"]))
    before = PushDevice.objects.get().pk
    turn_on(sign_in(demo.people["luc"]))
    assert owners() == [("Luc", "a")]
    assert (
        PushDevice.objects.get().pk != before
    )  # what was owed to Samira finds nothing


def test_signing_out_turns_this_browser_off_and_no_other(
    demo: Demo, sign_in: SignIn
) -> None:
    here, elsewhere = sign_in(demo.people["samira"]), sign_in(demo.people["samira"])
    turn_on(here)
    turn_on(elsewhere, ENDPOINT + "b")
    here.post("/deconnexion")
    assert owners() == [("Samira", "b")]


def test_a_shared_workstation_does_not_ring_for_the_person_before(
    demo: Demo, sign_in: SignIn
) -> None:
    """Her session ran out by itself; then her colleague comes to the same browser."""
    browser = sign_in(demo.people["samira"])
    turn_on(browser)
    assert owners() == [("Samira", "a")]
    shared = browser.cookies[devices.COOKIE].value
    _enter(demo.people["samira"], shared)
    assert owners() == [("Samira", "a")]  # the same person comes back
    _enter(demo.people["luc"], shared)
    assert owners() == []


def _enter(user: User, cookie: str) -> None:
    client = Client()
    client.cookies[devices.COOKIE] = cookie
    assert (
        client.post(f"/connexion/lien/{make_login_link(user.email)}").status_code == 303
    )


def test_a_forged_cookie_names_no_device(demo: Demo, sign_in: SignIn) -> None:
    turn_on(sign_in(demo.people["samira"]))
    luc = sign_in(demo.people["luc"])
    luc.cookies[devices.COOKIE] = f"{PushDevice.objects.get().pk}:forged"
    luc.post("/deconnexion")
    assert owners() == [("Samira", "a")]


def test_the_oldest_browsers_give_way(demo: Demo) -> None:
    samira = demo.people["samira"]
    for number in range(devices.MOST + 2):
        devices.turn_on(samira, f"{ENDPOINT}{number}", FIREFOX)
    kept = [endpoint for _name, endpoint in owners()]
    assert kept == [str(number) for number in range(2, devices.MOST + 2)]


def test_a_device_that_came_back_is_alive_again(demo: Demo) -> None:
    samira = demo.people["samira"]
    devices.turn_on(samira, ENDPOINT + "a", FIREFOX)
    PushDevice.objects.update(gone_at=timezone.now())
    devices.turn_on(samira, ENDPOINT + "a", FIREFOX)
    assert PushDevice.objects.get().gone_at is None


def test_actions_raise_what_the_pages_answer(demo: Demo) -> None:
    samira = demo.people["samira"]
    device = devices.turn_on(samira, ENDPOINT + "a", FIREFOX)
    with pytest.raises(NotFound):
        devices.turn_off(demo.people["luc"], device.pk)
    with pytest.raises(WrongEndpoint):
        devices.turn_on(samira, "https://localhost/x", FIREFOX)


def test_without_a_key_there_is_nothing_of_it(
    demo: Demo, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    samira = sign_in(demo.people["samira"])
    turn_on(samira)
    ending = f"{PAGE}/{PushDevice.objects.get().pk}/fin"
    assert samira.get(PAGE).status_code == 200
    assert samira.get("/push-worker.js").status_code == 200
    monkeypatch.setattr(settings.MAIL, "push_key", "")
    assert (
        samira.get(PAGE).status_code == samira.get("/push-worker.js").status_code == 404
    )
    assert samira.post(ending).status_code == turn_on(samira) == 404
    assert push.add_push([mail(demo)]) == []


def test_the_worker_stands_at_the_root_and_says_one_sentence() -> None:
    for language, words in (("en", "A message awaits you."), ("fr", '"lang": "fr"')):
        answer = Client().get("/push-worker.js", {"langue": language})
        assert answer.headers["Service-Worker-Allowed"] == "/"
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
        assert words in answer.content.decode()
    hostile = Client().get("/push-worker.js", {"langue": '"};alert(1)//'})
    assert "alert" not in hostile.content.decode()
    assert "fetch(" not in hostile.content.decode()


# --- Rows of the outbox ------------------------------------------------------


def mail(demo: Demo, **changes: object) -> Notification:
    values = {
        "user": demo.people["samira"],
        "thread": demo.threads[0],
        "kind": Kind.MESSAGES,
        "subject": Subject.MESSAGE,
        "window": "m3",
        "first_seq": 3,
        "last_seq": 5,
        "due_at": timezone.now() + timedelta(minutes=4),
        **changes,
    }
    return Notification(**values)


def test_each_device_gets_a_row_beside_the_mail(demo: Demo) -> None:
    for letter in "ab":
        devices.turn_on(demo.people["samira"], ENDPOINT + letter, FIREFOX)
    one = mail(demo)
    rows = push.add_push([one, mail(demo, user=demo.people["luc"])])
    assert len(rows) == len({row.key for row in rows}) == 2
    for row in rows:
        assert row.transport == Transport.PUSH
        assert row.state == State.WAITING
        assert (row.window, row.due_at, row.last_seq) == ("m3", one.due_at, 5)
    Notification.objects.bulk_create(rows)
    Notification.objects.bulk_create(push.add_push([one]), ignore_conflicts=True)
    assert Notification.objects.filter(transport=Transport.PUSH).count() == 2


def test_summaries_and_the_account_do_not_ring(demo: Demo) -> None:
    devices.turn_on(demo.people["samira"], ENDPOINT + "a", FIREFOX)
    assert len(push.add_push([mail(demo)])) == 1
    silent = [
        mail(demo, state=State.GATHERED),
        mail(demo, state=State.DROPPED),
        mail(demo, kind=Kind.DIGEST),
        mail(demo, kind=Kind.NEW_BROWSER, subject=Subject.ACCOUNT),
        mail(demo, user=None, centre=demo.threads[0].designation.centre),
    ]
    assert push.add_push(silent) == []


def test_a_closed_account_and_a_lost_device_get_none(demo: Demo) -> None:
    for name in ("samira", "luc"):
        devices.turn_on(demo.people[name], ENDPOINT + name, FIREFOX)
    mails = [mail(demo, user=demo.people[name]) for name in ("samira", "luc")]
    rows = push.add_push(mails)
    assert len(rows) == len(push.write(rows)) == 2
    PushDevice.objects.filter(user=demo.people["luc"]).update(gone_at=timezone.now())
    close_account(demo.people["samira"])
    assert push.add_push(mails) == []
    assert push.write(rows) == {}


def test_what_was_owed_to_the_person_before_does_not_ring(demo: Demo) -> None:
    devices.turn_on(demo.people["samira"], ENDPOINT + "a", FIREFOX)
    rows = push.add_push([mail(demo)])
    assert set(push.write(rows)) == {row.pk for row in rows}
    devices.turn_on(demo.people["luc"], ENDPOINT + "a", FIREFOX)
    assert push.write(rows) == {}


def test_a_parcel_is_empty_and_its_topic_opaque(demo: Demo) -> None:
    devices.turn_on(demo.people["samira"], ENDPOINT + "a", FIREFOX)
    rows = push.add_push(
        [mail(demo), mail(demo, window="m6", subject=Subject.URGENT),
         mail(demo, thread=demo.threads[1])]
    )  # fmt: skip
    first, later, other = (push.write(rows)[row.pk] for row in rows)
    assert (first.content, first.return_path) == (b"", "")
    assert first.topic == later.topic != other.topic
    assert len(first.topic) == 32
    assert (first.is_urgent, later.is_urgent) == (False, True)


def test_queries_do_not_grow_with_people(demo: Demo) -> None:
    people = [demo.people[name] for name in ("samira", "luc", "camille", "paul")]
    for number, user in enumerate(people):
        devices.turn_on(user, f"{ENDPOINT}{number}", FIREFOX)
    with CaptureQueriesContext(connection) as seen:
        rows = push.add_push([mail(demo, user=user) for user in people])
        assert len(push.write(rows)) == 4
    assert len(seen) == 2


def test_a_mail_owed_at_once_can_be_pushed(demo: Demo) -> None:
    """What outbox.write stores is what add_push understands."""
    devices.turn_on(demo.people["samira"], ENDPOINT + "a", FIREFOX)
    thread = demo.threads[0].pk
    write([Owed(Kind.MESSAGES, "m9", demo.people["samira"].pk, thread=thread,
                subject=Subject.URGENT, first_seq=9, last_seq=9)])  # fmt: skip
    [stored] = Notification.objects.filter(window="m9", transport=Transport.EMAIL)
    [row] = push.add_push([stored])
    assert row.key.startswith("push/")
