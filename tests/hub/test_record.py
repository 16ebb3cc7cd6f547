"""The record of a thread on paper: complete, exact, checked, and marking nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.db import connection
from django.test import AsyncRequestFactory, Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from hub.actions import members
from hub.actions.messages import acknowledge, mark_read, post_messages
from hub.demo import Demo
from hub.models import AlertMark, Membership, Message, Participant, Thread, User
from hub.posting import Draft
from hub.queries import record as queries
from hub.views.record import record, stamp
from tests.files.fakes import fake_children, posted

SignIn = Callable[[User], Client]


def where(demo: Demo) -> str:
    return f"/fils/{demo.threads[0].pk}/dossier"


def post(demo: Demo, key: str, *bodies: str, **more: Any) -> None:
    thread, author = demo.threads[0].pk, demo.people[key].pk
    post_messages([Draft(thread, author, uuid4(), body, **more) for body in bodies])


def read(client: Client, address: str, **query: object) -> str:
    answer = client.get(address, query, headers={"accept-language": "fr"})
    assert answer.status_code == 200
    page = answer.getvalue().decode()
    return page.replace("\u00a0", " ")  # the words alone are compared


def entry(page: str, seq: int) -> str:
    """What is printed of one message."""
    return page.partition(f'id="m-{seq}"')[2].partition("</li>\n")[0]


def head_of(demo: Demo) -> Thread:
    return Thread.objects.get(pk=demo.threads[0].pk)


def test_every_message_is_there_once_and_in_order(
    demo: Demo, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PIECE", 7)
    post(demo, "samira", *(f"numéro {n}." for n in range(80)))
    page = read(sign_in(demo.people["camille"]), where(demo))
    places = [page.index(f'id="m-{seq}"') for seq in range(1, 86)]
    assert places == sorted(places)
    assert page.count('class="record__entry') == 85
    assert page.count("numéro 79.") == 1
    assert head_of(demo).head in page
    assert page.rstrip().endswith("</html>")


def test_its_head_says_what_it_is_and_who_prints_it(
    demo: Demo, sign_in: SignIn
) -> None:
    page = read(sign_in(demo.people["luc"]), where(demo))
    measure = demo.threads[0].designation.measure
    for words in (
        f"Dossier {measure.reference}",
        "Tribunal judiciaire de Nantes",
        demo.threads[0].designation.centre.name,
        "5 messages, tout le fil",
        "Camille Moreau, juge",
    ):
        assert words in page
    printed = page.partition("<dt>Imprimé</dt>")[2].partition("</dd>")[0]
    assert "Luc Roy" in printed
    assert "Europe/Paris" in page


def test_authors_keep_their_name_and_nobody_is_you(demo: Demo, sign_in: SignIn) -> None:
    samira = demo.people["samira"]
    User.objects.filter(pk=samira.pk).update(usual_name="Autre")
    page = read(sign_in(samira), where(demo))
    assert "Samira Benali, coord" in entry(page, 4)
    printed = page.partition('class="record__entries"')[2].partition("record__end")[0]
    assert "Samira Benali" in printed
    assert "Vous" not in printed


def test_printing_marks_nothing_and_writes_nothing(demo: Demo, sign_in: SignIn) -> None:
    client = sign_in(demo.people["camille"])
    client.get("/")  # presence is noted once a minute

    def counts() -> dict[str, int]:
        return {m.__name__: m._default_manager.count() for m in apps.get_models()}

    before = counts()
    seats = list(Participant.objects.order_by("pk").values("read_seq"))
    read(client, where(demo))
    assert counts() == before
    assert list(Participant.objects.order_by("pk").values("read_seq")) == seats


def test_each_receipt_is_dated_and_an_alert_after_the_sight_is_of_later_messages(
    demo: Demo, sign_in: SignIn
) -> None:
    thread, paul, camille = demo.threads[0], demo.people["paul"], demo.people["camille"]
    seat = Participant.objects.get(thread=thread, user=paul)
    mark_read(paul, thread.pk, 4)
    AlertMark.objects.create(participant=seat, seq=5, at=timezone.now())
    acknowledge(camille, thread.pk, 5)
    page = read(sign_in(camille), where(demo))
    seen, owed = entry(page, 4), entry(page, 5)
    assert "<b>Vu :</b> Paul Petit, " in seen
    assert "Averti par courriel" not in seen
    assert "<b>Averti par courriel :</b> Paul Petit, " in owed
    assert "<b>Accusé de réception :</b> Camille Moreau, " in owed
    assert "Vu :" not in owed
    assert "Personne d’autre" in entry(page, 1)
    assert "record__receipts" not in entry(page, 2)  # a line of the life-cycle


def test_a_mark_behind_a_piece_covers_its_end(
    demo: Demo, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PIECE", 2)
    mark_read(demo.people["luc"], demo.threads[0].pk, 5)
    page = read(sign_in(demo.people["camille"]), where(demo))
    for seq in (1, 3, 4, 5):
        assert "Luc Roy, " in entry(page, seq), seq


def test_who_left_stays_among_the_receipts(demo: Demo, sign_in: SignIn) -> None:
    mark_read(demo.people["luc"], demo.threads[0].pk, 5)
    members.end_membership(Membership.objects.get(user=demo.people["luc"]))
    page = read(sign_in(demo.people["camille"]), where(demo))
    readers = page.partition("Qui peut lire ce fil")[2].partition("</dd>")[0]
    assert "Luc Roy" not in readers
    assert "Luc Roy, " in entry(page, 3)


def test_a_correction_is_shown_on_both(demo: Demo, sign_in: SignIn) -> None:
    post(demo, "samira", "Le 4 décembre.", corrects=4)
    page = read(sign_in(demo.people["paul"]), where(demo))
    assert "Rectifié par le n° 6" in entry(page, 4)
    assert "Rectifie le n° 4" in entry(page, 6)


def test_urgency_case_file_and_text_are_printed_as_text(
    demo: Demo, sign_in: SignIn
) -> None:
    post(
        demo,
        "camille",
        "<script>x()</script> <!--messages-->",
        urgent="<b>vite</b>",
        for_case_file=True,
    )
    page = read(sign_in(demo.people["samira"]), where(demo))
    shown = entry(page, 6)
    assert "&lt;script&gt;x()&lt;/script&gt;" in shown
    assert "&lt;b&gt;vite&lt;/b&gt;" in shown
    assert "À verser au dossier" in shown
    assert "<!--messages-->" not in page


def test_a_file_shows_its_fingerprint_to_those_who_may_see_it(
    demo: Demo, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_children(monkeypatch)
    file = posted(demo.people["samira"], demo.threads[0])
    page = read(sign_in(demo.people["camille"]), where(demo))
    assert file.sha256 in page
    assert file.name in page
    type(file).objects.filter(pk=file.pk).update(state="waiting")
    assert file.sha256 not in read(sign_in(demo.people["camille"]), where(demo))
    assert file.sha256 in read(sign_in(demo.people["samira"]), where(demo))


def test_an_extract_ends_with_the_fingerprint_of_its_last_message(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["camille"])
    page = read(client, where(demo), de=2, a=4)
    hashes = dict(
        Message.objects.filter(thread=demo.threads[0]).values_list("seq", "hash")
    )
    assert [f'id="m-{n}"' in page for n in range(1, 6)] == [False, *[True] * 3, False]
    assert hashes[4] in page
    assert hashes[5] not in page
    for wrong in ({"de": 9}, {"de": 4, "a": 2}):
        assert client.get(where(demo), wrong).status_code == 400
    for odd in ({"de": "x", "a": "-1"}, {"a": "9" * 30}, {"de": "\0"}):
        assert client.get(where(demo), odd).status_code == 200


@pytest.mark.parametrize("change", ["body", "missing", "head"])
def test_a_record_that_was_changed_says_where(
    demo: Demo, sign_in: SignIn, change: str
) -> None:
    thread = demo.threads[0]
    found = Message.objects.filter(thread=thread)
    if change == "body":
        found.filter(seq=3).update(body="autre")
    elif change == "missing":
        found.filter(seq=3).delete()
    else:
        Thread.objects.filter(pk=thread.pk).update(head="0" * 64)
    page = read(sign_in(demo.people["camille"]), where(demo))
    assert "n’est pas tel qu’il a été écrit" in page
    assert "Fin du dossier" not in page


def test_a_right_that_ends_meanwhile_ends_the_record(
    demo: Demo, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PIECE", 2)
    answer = sign_in(demo.people["luc"]).get(where(demo))
    pieces = iter(answer)
    sent = [next(pieces), next(pieces)]
    members.end_membership(Membership.objects.get(user=demo.people["luc"]))
    page = b"".join([*sent, *pieces]).decode()
    assert 'id="m-2"' in page
    assert 'id="m-3"' not in page
    assert "pas complet" in page


def test_a_piece_costs_the_same_however_long_the_thread_is(
    demo: Demo, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PIECE", 5)
    client = sign_in(demo.people["camille"])

    def cost() -> int:
        read(client, where(demo))
        with CaptureQueriesContext(connection) as captured:
            read(client, where(demo))
        return len(captured)

    one = cost()
    post(demo, "samira", *(f"n {n}" for n in range(5)))
    each = cost() - one
    assert each <= 6
    post(demo, "paul", *(f"n {n}" for n in range(20)))
    assert cost() == one + 5 * each


def test_under_asgi_it_is_sent_piece_by_piece_in_the_language_of_the_asker(
    demo: Demo,
) -> None:
    request = AsyncRequestFactory().get(where(demo))
    request.user = demo.people["camille"]
    with override("en"):
        answer: Any = record(request, demo.threads[0].pk)
    assert answer.is_async

    async def sent() -> list[str]:
        return [piece.decode() async for piece in answer]

    opening, entries, end, closing = async_to_sync(sent)()
    assert "Record of" in opening
    assert "Not seen by anybody else" in entries
    assert "Fingerprint" in end
    assert closing.rstrip().endswith("</html>")


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Paris", "01/07/2026 00:30:05 UTC+2"),
        ("America/Cayenne", "30/06/2026 19:30:05 UTC-3"),
        ("Asia/Kolkata", "01/07/2026 04:00:05 UTC+5:30"),
    ],
)
def test_a_time_says_its_second_and_its_clock(zone: str, shown: str) -> None:
    at = datetime(2026, 6, 30, 22, 30, 5, tzinfo=UTC) + timedelta(milliseconds=7)
    assert stamp(at, ZoneInfo(zone)) == shown
