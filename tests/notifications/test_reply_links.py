"""From the link in a mail to an answer in the record, and all that must not work."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.actions import members, reception
from hub.actions.messages import mark_read, post_messages
from hub.actions.sessions import end_all_sessions
from hub.demo import CENTRE, Demo
from hub.models import (
    Acknowledgement,
    AddressRecord,
    Centre,
    Membership,
    Message,
    Participant,
    User,
    WaitingDeclaration,
)
from hub.posting import Draft
from notifications import catcher, link_ends, links, outgoing, views_links
from notifications.models import KnownBrowser, LinkSession, Notification, ReplyLink
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
from tests.notifications.page_forms import read_page


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


def test_the_link_the_code_and_the_answer(world: Waiting) -> None:
    client = enter(world)
    page = client.get("/reponse").content.decode()
    assert QUESTION in page
    assert answer(client, "Oui, le 12.") == 303
    [message] = Message.objects.filter(door="link")
    assert (message.author, message.body) == (world.user, "Oui, le 12.")
    seat = Participant.objects.get(thread=world.thread, user=world.user)
    assert seat.read_seq == world.seq
    assert steps(world) == [
        *("issued", "opened", "exchanged", "code_sent", "confirmed", "replied")
    ]


def test_the_page_behind_the_link_names_nobody_and_says_nothing(
    world: Waiting,
) -> None:
    world.client.force_login(world.user)  # even where somebody is signed in
    page = world.client.get(world.path)
    text = page.content.decode()
    for word in ("Camille", "Samira", "Benali", QUESTION, "M-"):
        assert word not in text
    assert QUESTION in enter(world).get("/reponse").content.decode()


def test_its_headers_keep_the_address_from_others(world: Waiting) -> None:
    page = Client().get(world.path)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert list(page.cookies) == ["csrf"]


def test_a_known_browser_needs_no_second_code(world: Waiting) -> None:
    client = enter(world)
    client.cookies.pop("reponse")
    assert press(client, world.path) == 303
    assert QUESTION in client.get("/reponse").content.decode()
    assert len(catcher.mailbox.mails) == 1


def test_a_browser_of_somebody_else_needs_a_code(world: Waiting, demo: Demo) -> None:
    client = enter(world)
    luc = waiting_message(demo, "luc")
    assert press(client, luc.path) == 303
    assert QUESTION not in client.get("/reponse").content.decode()
    press(client, "/reponse", "/reponse/code", code=mailed_code())
    assert QUESTION in client.get("/reponse").content.decode()
    assert len(client.cookies["navigateur"].value.split(".")) == 2


def test_the_first_use_of_a_browser_is_told_and_proves_the_address(
    world: Waiting,
) -> None:
    enter(world)
    [told] = Notification.objects.filter(kind="new_browser")
    [browser] = KnownBrowser.objects.all()
    assert (told.user, told.window) == (world.user, f"browser:{browser.pk}")
    assert AddressRecord.objects.get(pk=world.user.email).proven_at


def test_a_wrong_code_opens_nothing_and_five_end_it(world: Waiting) -> None:
    client = world.client
    press(client, world.path)
    code = mailed_code()
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        assert press(client, "/reponse", "/reponse/code", code=wrong) == 400
    assert press(client, "/reponse", "/reponse/code", code=code) == 400
    with later(minutes=6):
        press(client, "/reponse", "/reponse/autre-code")
        code = mailed_code()
        assert press(client, "/reponse", "/reponse/code", code=code) == 303


def test_an_empty_code_is_no_try(world: Waiting) -> None:
    press(world.client, world.path)
    for _ in range(9):
        assert press(world.client, "/reponse", "/reponse/code", code="") == 400
    code = mailed_code()
    assert press(world.client, "/reponse", "/reponse/code", code=code) == 303


def test_a_reload_after_a_wrong_code_asks_again(world: Waiting) -> None:
    """A phone that comes back from the mailbox loads the address with GET."""
    press(world.client, world.path)
    press(world.client, "/reponse", "/reponse/code", code="000000")
    again = world.client.get("/reponse/code")
    assert (again.status_code, again["Location"]) == (303, "/reponse")
    assert 'name="code"' in world.client.get("/reponse").content.decode()


def test_a_code_serves_once(world: Waiting) -> None:
    enter(world)
    code = mailed_code()
    other = Client(enforce_csrf_checks=True)
    press(other, world.path)
    assert press(other, "/reponse", "/reponse/code", code=code) == 400


def test_a_code_is_over_after_ten_minutes(world: Waiting) -> None:
    press(world.client, world.path)
    code = mailed_code()
    with later(minutes=11):
        status = press(world.client, "/reponse", "/reponse/code", code=code)
    assert status == 400
    assert press(world.client, "/reponse", "/reponse/code", code=code) == 303


def test_presses_do_not_fill_a_mailbox(world: Waiting) -> None:
    for hours in range(8):
        with later(hours=hours):
            for _ in range(3):
                press(Client(enforce_csrf_checks=True), world.path)
    outgoing.flush()
    assert len(catcher.mailbox.mails) == 5


def test_the_same_form_twice_is_one_message(world: Waiting) -> None:
    client, form = enter(world), uuid4()
    for _ in range(3):
        assert answer(client, "Oui.", form) == 303
    assert answers(world) == ["Oui."]
    assert world.link.replies == 1


def test_a_link_serves_twenty_answers(world: Waiting) -> None:
    client = enter(world)
    ReplyLink.objects.update(replies=19)
    form = uuid4()
    assert answer(client, "Le vingtième.", form) == 303
    assert answer(client, "Le suivant.") == 429
    assert answer(client, "Le vingtième.", form) == 303
    assert answers(world) == ["Le vingtième."]


def test_an_empty_answer_is_refused_and_reads_nothing(world: Waiting) -> None:
    client = enter(world)
    assert answer(client, "  ") == 400
    seat = Participant.objects.get(thread=world.thread, user=world.user)
    assert seat.read_seq < world.seq


def test_only_what_was_shown_is_marked_as_read(world: Waiting, demo: Demo) -> None:
    client = enter(world)
    client.get("/reponse")
    paul = demo.people["paul"]
    post_messages([Draft(world.thread.pk, paul.pk, uuid4(), "Encore une chose.")])
    token = client.cookies["csrf"].value
    sent = {"id": uuid4(), "body": "Oui.", "seq": world.seq}
    client.post("/reponse", {"csrfmiddlewaretoken": token, **sent})
    assert "Encore une chose." in client.get("/reponse").content.decode()
    assert QUESTION not in client.get("/reponse").content.decode()


def test_reading_acts_on_the_button_only(world: Waiting) -> None:
    client = enter(world)
    client.get("/reponse")
    seat = Participant.objects.get(thread=world.thread, user=world.user)
    assert seat.read_seq < world.seq
    press(client, "/reponse", "/reponse/lecture")
    seat.refresh_from_db()
    assert seat.read_seq == world.seq


def test_receipt_can_be_acknowledged(world: Waiting, demo: Demo) -> None:
    camille = demo.people["camille"]
    draft = Draft(world.thread.pk, camille.pk, uuid4(), "Reçu ?", needs_ack=True)
    post_messages([draft])
    client = enter(world)
    where = f"/reponse/accuse/{world.seq + 1}"
    assert where in client.get("/reponse").content.decode()
    assert press(client, "/reponse", where) == 303
    assert Acknowledgement.objects.get(seq=world.seq + 1).user == world.user
    assert where not in client.get("/reponse").content.decode()


def test_receipt_can_be_acknowledged_after_reading(world: Waiting, demo: Demo) -> None:
    """Reading and answering acknowledge nothing: the page goes on asking."""
    camille = demo.people["camille"]
    draft = Draft(world.thread.pk, camille.pk, uuid4(), "Le secret", needs_ack=True)
    post_messages([draft])
    client = enter(world)
    where = f"/reponse/accuse/{world.seq + 1}"
    assert answer(client, "Bien lu.") == 303
    assert 'href="/reponse"' in client.get("/reponse/enregistree").content.decode()
    again = client.get("/reponse").content.decode()
    assert where in again
    assert "Le secret" not in again
    assert press(client, "/reponse", where) == 303
    assert Acknowledgement.objects.get(seq=world.seq + 1).user == world.user
    assert where not in client.get("/reponse").content.decode()


def test_the_page_says_where_the_measure_is_acknowledged(
    world: Waiting, demo: Demo
) -> None:
    words = "Receipt of this measure is still to be acknowledged"
    User.objects.filter(pk=world.user.pk).update(locale="en")
    client = enter(world)
    assert words in client.get("/reponse").content.decode()
    measure = world.thread.designation.measure
    reception.acknowledge_measure(measure, by=demo.people["samira"])
    assert words not in client.get("/reponse").content.decode()


def test_nothing_else_is_reached_from_the_session(world: Waiting) -> None:
    client = enter(world)
    assert client.get("/reponse").status_code == 200
    for where in ("/", f"/fils/{world.thread.pk}", "/sessions", "/api/v1/threads"):
        assert client.get(where).status_code in (302, 401)


def test_the_session_ends_after_an_hour_and_keeps_the_text(world: Waiting) -> None:
    client = enter(world)
    assert client.get("/reponse").status_code == 200
    with later(minutes=61):
        assert client.get("/reponse").status_code == 404
        token = client.cookies["csrf"].value
        sent = {"csrfmiddlewaretoken": token, "body": "Un long texte"}
        page = client.post("/reponse", sent)
    assert page.status_code == 404
    assert "Un long texte" in page.content.decode()


def lose_role(world: Waiting) -> None:
    members.end_membership(Membership.objects.get(user=world.user))


def lose_seat(world: Waiting) -> None:
    Participant.objects.filter(user=world.user).delete()


def close_account(world: Waiting) -> None:
    world.user.is_active = False
    world.user.save()


def change_address(world: Waiting) -> None:
    world.user.email = "autre@centre.demo.invalid"
    world.user.save()


def seal_thread(world: Waiting) -> None:
    world.thread.state = "sealed"
    world.thread.save()


def revoke_one(world: Waiting) -> None:
    link_ends.revoke_link(world.user, world.link.pk)


def revoke_every_one(world: Waiting) -> None:
    link_ends.revoke_all(world.user)


def sign_out_everywhere(world: Waiting) -> None:
    end_all_sessions(world.user)


def expire(world: Waiting) -> None:
    ReplyLink.objects.update(expires_at=world.link.created_at)


ENDS = [lose_role, lose_seat, close_account, change_address, seal_thread, revoke_one,
        revoke_every_one, sign_out_everywhere, expire]  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_a_link_ends_it_at_once(world: Waiting, end) -> None:  # type: ignore[no-untyped-def]
    client, pressed = enter(world), Client(enforce_csrf_checks=True)
    token = client.cookies["csrf"].value
    press(pressed, world.path)
    assert answer(client, "Avant.") == 303
    assert client.get(world.path).status_code == 200
    end(world)
    sent = {"csrfmiddlewaretoken": token, "id": uuid4(), "body": "Après."}
    assert client.get("/reponse").status_code == 404
    assert client.post("/reponse", sent).status_code == 404
    assert client.get(world.path).status_code == 404
    assert client.post(world.path, sent).status_code == 404
    assert pressed.get("/reponse").status_code == 404
    assert answers(world) == ["Avant."]
    assert "refused" in steps(world)


def test_forgetting_a_browser_asks_for_a_code_again(world: Waiting) -> None:
    client = enter(world)
    link_ends.forget_browser(world.user, KnownBrowser.objects.get().pk)
    assert client.get("/reponse").status_code == 404
    press(client, world.path)
    assert QUESTION not in client.get("/reponse").content.decode()


def test_unknown_expired_and_revoked_look_alike(world: Waiting, demo: Demo) -> None:
    expired, revoked = waiting_message(demo), waiting_message(demo)
    ReplyLink.objects.filter(pk=expired.link.pk).update(expires_at="2020-01-01T00:00Z")
    revoke_one(revoked)
    altered = world.path[:-1] + ("0" if world.path[-1] != "0" else "1")
    paths = [altered, "/r/x", f"/r/{links.tokens.new_token()}"]
    pages = [Client().get(p) for p in (*paths, expired.path, revoked.path)]
    assert {p.status_code for p in pages} == {404}
    assert len({p.content for p in pages}) == 1
    assert Client().get(world.path).status_code == 200


def test_no_refusal_is_faster_than_the_floor(
    world: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(views_links, "FLOOR_SECONDS", 100.0)
    monkeypatch.setattr(views_links.time, "sleep", slept.append)
    for path in ("/r/x", f"/r/{links.tokens.new_token()}"):
        Client().get(path)
    assert len(slept) == 2
    assert all(90 < seconds <= 100 for seconds in slept)
    assert Client().get(world.path).status_code == 200
    assert len(slept) == 2


def test_waiting_refusals_cannot_hold_every_thread(
    world: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(views_links.time, "sleep", slept.append)
    taken = 0
    while views_links._waiting.acquire(blocking=False):
        taken += 1
    try:
        assert Client().get("/r/x").status_code == 404
    finally:
        views_links._waiting.release(taken)
    assert not slept
    Client().get("/r/x")
    assert slept


def test_a_form_from_elsewhere_is_refused(world: Waiting) -> None:
    page = world.client.get(world.path)
    token = page.content.decode().partition('csrfmiddlewaretoken" value="')[2][:64]
    sent = {"csrfmiddlewaretoken": token}
    for headers in (
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://ailleurs.exemple.fr"},
    ):
        answer = world.client.post(world.path, sent, headers=headers)
        assert answer.status_code == 403
        assert world.path not in answer.content.decode()
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert world.client.post(world.path, {}).status_code == 403
    right = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    assert world.client.post(world.path, sent, headers=right).status_code == 303


def test_the_database_holds_no_secret_of_a_browser(world: Waiting) -> None:
    client = enter(world)
    held = [client.cookies["navigateur"].value, client.cookies["reponse"].value]
    kept = [*LinkSession.objects.values(), *KnownBrowser.objects.values()]
    text = repr(kept) + mailed_code()
    assert len(held) == 2
    assert not any(secret in text for secret in held)


def test_a_centre_confirms_its_waiting_by_typing_the_number(
    world: Waiting, demo: Demo
) -> None:
    centre = Centre.objects.get(code=CENTRE)
    with later(days=40):
        client = waiting_client(world, centre)
        before = WaitingDeclaration.objects.count()
        number = links_number(centre)
        for typed in ("", "999", "oui"):
            status = press(client, "/reponse", "/reponse/delai-inchange", weeks=typed)
            assert status == 400
        assert WaitingDeclaration.objects.count() == before
        right = {"weeks": number}
        assert press(client, "/reponse", "/reponse/delai-inchange", **right) == 303
        assert WaitingDeclaration.objects.count() > before
        newest = WaitingDeclaration.objects.latest("declared_at")
        assert newest.declared_by == world.user


def test_a_waiting_link_answers_in_no_thread(world: Waiting) -> None:
    centre = Centre.objects.get(code=CENTRE)
    client = waiting_client(world, centre)
    page = client.get("/reponse").content.decode()
    assert "reponse/delai-inchange" in page
    assert answer(client, "Bonjour") == 404
    lose_role(world)
    assert client.get("/reponse").status_code == 404


def waiting_client(world: Waiting, centre: Centre) -> Client:
    row = owed(world.user, world.thread, 1)
    row.kind, row.thread, row.facts = "waiting_stale", None, {"centre": centre.pk}
    row.save()
    world.path = links.issue([row])[row.pk].removeprefix("http://127.0.0.1:8000")
    return enter(world)


def links_number(centre: Centre) -> str:
    from notifications.link_acts import in_order

    return str(in_order(centre)[0].weeks)


def test_my_links_are_listed_and_ended(world: Waiting, demo: Demo) -> None:
    enter(world)
    mine, other = Client(), Client()
    mine.force_login(world.user)
    other.force_login(demo.people["paul"])
    reference = world.thread.designation.measure.reference
    assert reference in mine.get("/liens").content.decode()
    assert reference not in other.get("/liens").content.decode()
    other.post("/liens", {"link": world.link.pk})
    other.post("/liens", {"browser": KnownBrowser.objects.get().pk})
    assert world.link.revoked_at is None
    mine.post("/liens", {"link": world.link.pk})
    assert world.link.revoked_at
    mine.post("/liens", {"browser": KnownBrowser.objects.get().pk})
    assert KnownBrowser.objects.get().revoked_at
    mine.post("/liens", {"everywhere": "1"})
    assert mine.get("/liens").status_code == 302


def test_old_links_sessions_and_browsers_are_removed(world: Waiting) -> None:
    enter(world)
    now = world.link.created_at
    link_ends.tidy_links(now + links.VALID_FOR)
    assert ReplyLink.objects.count() == LinkSession.objects.count() == 1
    link_ends.tidy_links(now + links.VALID_FOR + 2 * link_ends.KEPT_FOR)
    assert not ReplyLink.objects.exists()
    assert not LinkSession.objects.exists()
    assert KnownBrowser.objects.exists()
    link_ends.tidy_links(now + 5 * link_ends.KEPT_FOR)
    assert not KnownBrowser.objects.exists()


def test_the_thread_says_by_which_way_it_came(world: Waiting, demo: Demo) -> None:
    answer(enter(world), "Oui, le 12.")
    camille = Client()
    camille.force_login(demo.people["camille"])
    page = camille.get(f"/fils/{world.thread.pk}").content.decode()
    shown = '<span class="meta" data-slot="door">'
    assert page.count(shown) == 1
    mark_read(demo.people["camille"], world.thread.pk, world.seq + 1)
    history = camille.get(f"/api/v1/threads/{world.thread.pk}/messages").json()
    assert [m["door"] for m in history["messages"]].count("link") == 1


def test_over_https_a_form_needs_no_referrer(world: Waiting) -> None:
    page = world.client.get(world.path, secure=True)
    [form] = read_page(page.content.decode()).forms
    same = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    sent = world.client.post(world.path, form.fields, secure=True, headers=same)
    assert sent.status_code == 303
    other = {"Sec-Fetch-Site": "cross-site", "Origin": "null"}
    sent = world.client.post(world.path, form.fields, secure=True, headers=other)
    assert sent.status_code == 403


def test_the_limited_session_costs_the_same_however_much_waits(
    world: Waiting, demo: Demo
) -> None:
    client, spent = enter(world), []
    author = demo.people["camille"].pk
    for count in (1, 15):
        for _ in range(count):
            post_messages([Draft(world.thread.pk, author, uuid4(), "Et ?", True)])
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/reponse").status_code == 200
        spent.append(len(captured))
    assert spent[0] == spent[1]
