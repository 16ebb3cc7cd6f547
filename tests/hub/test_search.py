"""Who finds what, on both databases alike: indexed, half indexed, or not at all."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions import members, search_index
from hub.actions.messages import post_messages
from hub.actions.notes import write_note
from hub.actions.reception import declare_unable
from hub.actions.search_index import index_all, index_new
from hub.actions.transmission import redesignate
from hub.demo import Demo
from hub.models import (
    Centre,
    Measure,
    Membership,
    Message,
    Participant,
    Party,
    SafetyContext,
    SearchProgress,
    User,
)
from hub.models.choices import MeasureState, UnableReason
from hub.posting import Draft
from hub.queries import search
from hub.queries.search import messages_found
from hub.queries.search_threads import seats_of
from hub.questions import read
from tests.hub.searching import found, nothing_shown, say

SignIn = Callable[[User], Client]
# A word of no other text. What is asked, and which of TEXTS it has to find.
TEXTS = (
    "La décision zorglub est jointe.",
    "Les DÉCISIONS zorglub suivent, après deux entretiens.",
    "Un entretien zorglub régulier, le 4 janvier.",
    "Des rencontres zorglub régulières avec les parents hébergeants.",
)
QUESTIONS = {
    "décision": (0, 1),
    "decision": (0, 1),
    "décisions": (0, 1),
    "DECISIONS zorglub": (0, 1),
    "entretien": (1, 2),
    "entretiens": (1, 2),
    "régulière": (2, 3),
    "zorglub 4": (2,),
    "les parents d’hébergeante": (3,),
    "'zorglub' & !rien | \"décision\" *": (),
    "zorglub": (0, 1, 2, 3),
    "zorgl": (),
}


def headline(client: Client, words: str) -> str:
    page = client.get("/recherche", {"q": words})
    assert page.status_code == 200
    [heading] = re.findall(r"<h1>(.*?)</h1>", page.content.decode(), re.DOTALL)
    return re.sub(r"[ \n]+", " ", unescape(heading)).strip()


@pytest.mark.parametrize("indexed", ["all", "half", "none"])
def test_the_same_question_finds_the_same_things(demo: Demo, indexed: str) -> None:
    say(demo, *TEXTS[:2])
    if indexed != "none":
        index_all(nothing_shown)
    say(demo, *TEXTS[2:])
    if indexed == "all":
        assert index_new() == 2
    for words, expected in QUESTIONS.items():
        wanted = {TEXTS[n] for n in expected}
        assert set(found(demo.people["samira"], f"{words} zorglub")) == wanted, words


def test_only_who_may_read_at_this_moment_finds_a_word(
    demo: Demo, sign_in: SignIn
) -> None:
    say(demo, "Le mot zorglub.")
    for prepare in (lambda: None, lambda: index_all(nothing_shown)):
        prepare()
        who = {key for key, user in demo.people.items() if found(user, "zorglub")}
        assert who == {"camille", "paul", "samira", "luc"}
    luc, paul = demo.people["luc"], demo.people["paul"]
    browser = sign_in(luc)
    assert "1 message" in headline(browser, "zorglub")
    members.end_membership(Membership.objects.get(user=luc))
    assert "Nothing" in headline(browser, "zorglub") or "Rien" in headline(
        browser, "zorglub"
    )
    Participant.objects.filter(user=paul).update(until=timezone.now())
    assert found(paul, "zorglub") == []
    place = Membership.objects.get(user=demo.people["anne"])
    members.seat(demo.threads[0], [place])  # as a substitute is
    assert found(demo.people["anne"], "zorglub") == ["Le mot zorglub."]


def test_a_replaced_centre_keeps_its_thread_and_finds_nothing_that_came_later(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, samira = demo.threads[0].designation.measure, demo.people["samira"]
    say(demo, "Avant zorglub.")
    declare_unable(measure, reason=UnableReason.CAPACITY, body="Complet.", by=samira)
    other = Centre.objects.get(code="DEMO-44-02")
    later = redesignate(measure, other, by=demo.people["camille"])
    draft = Draft(later.pk, demo.people["nadia"].pk, uuid4(), "Après zorglub.")
    post_messages([draft])
    index_all(nothing_shown)
    assert found(samira, "zorglub") == ["Avant zorglub."]
    assert found(demo.people["nadia"], "zorglub") == ["Après zorglub."]
    assert len(found(demo.people["camille"], "zorglub")) == 2
    page = sign_in(samira).get("/recherche", {"q": measure.reference}).content.decode()
    assert f'href="/fils/{demo.threads[0].pk}"' in page
    assert f"/mesures/{measure.reference}" not in page
    assert str(later.pk) not in page
    # Who judges it now, and how it stands, is not for the former centre.
    for words in ("Moreau", "transmise", "à l'étude", measure.get_state_display()):
        answer = sign_in(samira).get("/recherche", {"q": words})
        assert f'href="/fils/{demo.threads[0].pk}"' not in answer.content.decode()


def test_what_pages_of_lists_never_show_is_never_found(
    demo: Demo, sign_in: SignIn
) -> None:
    measure = demo.threads[0].designation.measure
    Party.objects.filter(measure=measure).update(
        family_name="Zorglubque",
        given_name="Zorglubline",
        email="zorglub@zorglubque.fr",
    )
    measure.children.update(given_name="Zorglubus")
    SafetyContext.objects.update_or_create(
        measure=measure, defaults={"note": "zorglubdanger", "violence_alleged": True}
    )
    Measure.objects.filter(pk=measure.pk).update(rg_number="")
    write_note(demo.people["samira"], demo.threads[0].pk, "zorglubnote")
    index_all(nothing_shown)
    samira = sign_in(demo.people["samira"])
    for word in (
        "zorglubque",
        "zorglubline",
        "zorglubus",
        "zorglubdanger",
        "zorglubnote",
        "zorglub",
    ):
        assert headline(samira, word) == f"Rien trouvé pour «\u00a0{word}\u00a0»", word


def test_measures_are_found_by_what_their_rows_show(
    demo: Demo, sign_in: SignIn
) -> None:
    first, second = (t.designation.measure.reference for t in demo.threads)
    ours, nadia = sign_in(demo.people["camille"]), sign_in(demo.people["nadia"])
    asked = {
        first: {first},
        first[2:6].lower(): {first},
        first.replace("-", "")[1:]: {first},
        first.replace("-", "").lower(): {first},
        "mesures": set(),  # which says nothing
        "mesures de Moreau": {first, second},
        "remise d’enfants": {second},
        "sorties": {first},
        "Moreau transmises": {first, second},
        "nantes remise": {second},
        "brouillon": set(),
        f"{first} remise": set(),
    }
    for words, expected in asked.items():
        page = ours.get("/recherche", {"q": words}).content.decode()
        shown = {r for r in (first, second) if f'href="/mesures/{r}"' in page}
        assert shown == expected, words
        assert (
            "/mesures/M-" not in nadia.get("/recherche", {"q": words}).content.decode()
        )


def test_espaces_are_found_by_name_town_and_conditions(
    demo: Demo, sign_in: SignIn
) -> None:
    [centre, *_rest] = Centre.objects.filter(code="DEMO-44-01")
    site = centre.sites.get()
    centre.sites.update(wheelchair=True)
    Centre.objects.get(code="DEMO-44-02").sites.update(wheelchair=False)
    for words in (centre.name, f"{site.city} fauteuil", "loire-atlantiques fauteuils"):
        for key in ("noe", "nadia"):
            page = sign_in(demo.people[key]).get("/recherche", {"q": words})
            assert b"/espaces/DEMO-44-01" in page.content, (words, key)
    roulant = sign_in(demo.people["noe"]).get("/recherche", {"q": "fauteuil roulant"})
    assert b"/espaces/DEMO-44-02" not in roulant.content
    hidden = sign_in(demo.people["operator"]).get("/recherche", {"q": site.city})
    assert b"/espaces/DEMO" not in hidden.content


def test_each_result_opens_the_page_that_holds_it(demo: Demo, sign_in: SignIn) -> None:
    thread = demo.threads[0]
    said = [f"zorglub{n} zorglub" for n in range(130)]
    for start in range(0, 130, 65):
        say(demo, *said[start : start + 65])
    Participant.objects.filter(user=demo.people["paul"]).update(read_seq=10_000)
    paul, seen = sign_in(demo.people["paul"]), set()
    for number in range(1, 14):
        page = paul.get("/recherche", {"q": "zorglub", "messages": number})
        links = re.findall(r'href="(/fils/[^"]+)#(m-\d+)"', page.content.decode())
        assert len(links) == 10
        address, anchor = links[number % 10]
        assert f'id="{anchor}"'.encode() in paul.get(address).content
        seen |= {anchor for _address, anchor in links}
    assert len(seen) == 130
    assert (
        Message.objects.filter(thread=thread, body__startswith="zorglub").count() == 130
    )


def test_a_page_that_is_half_new_shows_each_message_once(demo: Demo) -> None:
    say(demo, *(f"zorglub ancien {n}" for n in range(30)))
    index_all(nothing_shown)
    say(demo, *(f"zorglub nouveau {n}" for n in range(15)))
    samira = demo.people["samira"]
    pages = [found(samira, "zorglub", number) for number in range(1, 6)]
    assert [len(page) for page in pages] == [10, 10, 10, 10, 5]
    assert [text for page in pages for text in page] == [
        *(f"zorglub nouveau {n}" for n in reversed(range(15))),
        *(f"zorglub ancien {n}" for n in reversed(range(30))),
    ]


def test_with_very_many_threads_the_same_is_found(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(demo, "zorglub ancien", "zorglub nouveau")
    index_all(nothing_shown)
    expected = ["zorglub nouveau", "zorglub ancien"]
    assert found(demo.people["samira"], "zorglub") == expected
    monkeypatch.setattr(search, "MANY_THREADS", 0)
    assert found(demo.people["samira"], "zorglub") == expected


def test_a_message_that_gets_its_words_meanwhile_is_shown_once(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(demo, "zorglub à l’instant")
    lines = search._lines

    def read_while_the_worker_runs(keys: Iterable[int]) -> list[search.Line]:
        read = lines(keys)
        index_all(nothing_shown)
        return read

    monkeypatch.setattr(search, "_lines", read_while_the_worker_runs)
    assert found(demo.people["samira"], "zorglub") == ["zorglub à l’instant"]


def test_what_was_said_since_everything_was_settled_is_found(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "SETTLES", timedelta(0))
    index_all(nothing_shown)
    newest = Message.objects.latest("pk").pk
    assert SearchProgress.objects.get().settled == newest
    assert found(demo.people["samira"], "zorglub") == []
    say(demo, "zorglub à l’instant")
    assert found(demo.people["samira"], "zorglub") == ["zorglub à l’instant"]


def test_measures_come_last_changed_first_and_not_once_purged(
    demo: Demo, sign_in: SignIn
) -> None:
    first, second = (t.designation.measure for t in demo.threads)
    camille, now = sign_in(demo.people["camille"]), timezone.now()
    second_begins = now.replace(microsecond=0)
    apart = [
        (now, now - timedelta(days=1)),
        *(
            (
                second_begins.replace(microsecond=late),
                second_begins.replace(microsecond=early),
            )
            for late, early in (
                (1, 0),
                (120_000, 0),
                (123_456, 120_000),
                (200_000, 123_456),
            )
        ),
    ]
    for newer, older, (late, early) in (
        (*pair, times) for times in apart for pair in ((first, second), (second, first))
    ):
        Measure.objects.filter(pk=newer.pk).update(changed_at=late)
        Measure.objects.filter(pk=older.pk).update(changed_at=early)
        page = camille.get("/recherche", {"q": "Moreau"}).content.decode()
        shown = re.findall(r'href="/mesures/(M-[^"]+)"', page)
        assert shown == [newer.reference, older.reference]
    Measure.objects.filter(pk=first.pk).update(state=MeasureState.PURGED)
    page = camille.get("/recherche", {"q": "Moreau"}).content.decode()
    assert f"/mesures/{second.reference}" in page
    assert f"/mesures/{first.reference}" not in page


def test_too_many_new_messages_are_said(
    demo: Demo, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(demo, "zorglub premier")
    monkeypatch.setattr(search, "READ_BY_HAND", 3)
    assert messages_found(seats_of(demo.people["paul"]), read("zorglub"), 1).is_behind
    page = sign_in(demo.people["paul"]).get("/recherche", {"q": "zorglub"})
    assert "en cours de préparation" in page.content.decode()
    assert "dont les plus anciens" in page.content.decode()  # the newest are read
    index_all(nothing_shown)
    assert not messages_found(
        seats_of(demo.people["paul"]), read("zorglub"), 1
    ).is_behind


def test_a_backlog_of_the_country_hides_nothing_of_ones_own_and_shows_nothing_else(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "READ_BY_HAND", 3)
    paul = demo.people["paul"]
    Participant.objects.filter(user=paul, thread=demo.threads[1]).delete()
    last = Message.objects.latest("pk").pk
    SearchProgress.objects.create(pk=1, settled=last)
    say(demo, "zorglub ici")
    say(demo, *(f"zorglub ailleurs {n}" for n in range(9)), who="camille", thread=1)
    answer = messages_found(seats_of(paul), read("zorglub"), 1)
    assert [row.message.body for row in answer.rows] == ["zorglub ici"]
    assert not answer.is_behind  # of one's own all were read


def test_queries_are_constant(demo: Demo, sign_in: SignIn) -> None:
    client = sign_in(demo.people["samira"])
    client.get("/recherche")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert "messages" in headline(client, "mesure transmise")
        return len(captured)

    index_all(nothing_shown)
    few = queries()
    say(demo, *(f"mesure transmise {n}" for n in range(40)))
    assert queries() == few + 1  # who has new messages reads them
    index_all(nothing_shown)
    assert queries() == few


def test_nothing_typed_is_logged_and_nothing_typed_breaks_it(
    demo: Demo, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    client = sign_in(demo.people["paul"])
    for words in (
        "zorglubsecret\0",
        "zorglubsecret" * 1000,
        "zorglubsecret' OR 1=1 --",
        "&\\:*|!(",
    ):
        for extra in ({}, {"messages": "9" * 30, "mesures": "-1", "espaces": "x"}):
            page = client.get("/recherche", {"q": words, **extra})
            assert page.status_code == 200
    logged = "\n".join(
        line.getMessage()
        for line in caplog.records
        if line.name != "django.db.backends"
    )
    assert "zorglubsecret" not in logged
    assert client.get("/recherche?q=%00%ff%fe").status_code == 200


def test_a_message_is_shown_as_text(demo: Demo, sign_in: SignIn) -> None:
    say(demo, "<script>zorglub</script> <b>zorglub</b>")
    page = (
        sign_in(demo.people["paul"])
        .get("/recherche", {"q": "zorglub"})
        .content.decode()
    )
    assert "&lt;script&gt;<mark>zorglub</mark>&lt;/script&gt;" in page
