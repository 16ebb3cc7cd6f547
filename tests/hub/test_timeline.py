"""How a stretch of a thread is laid out: groups, lines, receipts in words."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from hub import text, timeline
from hub.actions.messages import post_messages
from hub.demo import Demo
from hub.models import Message, Participant, User
from hub.posting import Draft
from hub.queries import history
from hub.queries.history import History, Receipt

NOON = datetime(2026, 11, 20, 12, 0, 10, tzinfo=UTC)
ME, OTHER = uuid4(), uuid4()
SEAT = Participant(user=User(pk=ME), read_seq=0)


def message(seq: int, after: timedelta = timedelta(0), **fields: object) -> Message:
    given: dict[str, object] = {"author_id": ME, "kind": "ordinary", "door": "page"}
    return Message(seq=seq, at=NOON + after, **(given | fields))


def laid(*messages: Message, **receipts: object) -> list[timeline.Line]:
    return timeline.lines(History(list(messages), False, 9, **receipts), SEAT)  # type: ignore[arg-type]


def test_the_next_message_of_a_minute_follows_unless_something_tells_them_apart() -> (
    None
):
    second = timedelta(seconds=20)
    first = message(1)
    assert [line.follows for line in laid(first, message(2, second))] == [False, True]
    apart = [
        message(2, timedelta(seconds=50)),
        message(2, second, author_id=OTHER),
        message(2, second, kind="system"),
        message(2, second, door="link"),
    ]
    for other in apart:
        assert not laid(first, other)[1].follows
    assert not laid(message(1, kind="system"), message(2, second))[1].follows


def test_days_and_the_unread_line_stand_once_and_before_the_right_message() -> None:
    night = timedelta(hours=12)  # past midnight in Paris
    seat = Participant(user=User(pk=ME), read_seq=1)
    theirs = [message(seq, night, author_id=OTHER) for seq in (2, 3)]
    lines = timeline.lines(History([message(1), *theirs], False, 3), seat)
    assert [bool(line.day) for line in lines] == [True, True, False]
    assert [line.unread for line in lines] == [False, True, False]
    # A line between two of a group begins it anew.
    seat.read_seq = 2
    lines = timeline.lines(History([message(1), *theirs], False, 3), seat)
    assert [line.follows for line in lines] == [False, False, False]


def test_a_receipt_names_the_day_where_it_matters_and_one_s_own_comes_first() -> None:
    later = NOON + timedelta(days=11)
    seen = Receipt(OTHER, "Samira", NOON + timedelta(hours=1), False)
    done = Receipt(OTHER, "Samira", NOON, True)
    mine = Receipt(ME, "Camille", later, True)
    with translation.override("fr"):
        for receipts, words in (
            ([seen], ["Vu par Samira à 14:00"]),
            ([replace(seen, at=later)], ["Vu par Samira le 1er décembre 2026 à 13:00"]),
            ([replace(seen, user_id=ME)], []),
            (
                [done, mine],
                [
                    "Vous avez accusé réception le 1er décembre 2026 à 13:00",
                    "Accusé de réception par Samira le 20 novembre 2026 à 13:00",
                ],
            ),
        ):
            said = timeline.notes(message(1), receipts, ME)
            assert [note.words for note in said] == words


def test_what_a_group_says_in_the_same_words_is_shown_once() -> None:
    seen = Receipt(OTHER, "Samira", NOON, False)
    later = Receipt(OTHER, "Samira", NOON + timedelta(minutes=1), False)
    for second, again in ((seen, True), (later, False)):
        lines = laid(message(1), message(2), receipts={1: [seen], 2: [second]})
        assert [n.again for line in lines for n in line.notes] == [again, False]


def post(demo: Demo, count: int, corrects: int | None = None) -> int:
    thread, author = demo.threads[0].pk, demo.people["camille"].pk
    drafts = [
        Draft(thread, author, uuid4(), f"Dit {n}", corrects=corrects)
        for n in range(count)
    ]
    return max(outcome.message.seq for outcome in post_messages(drafts))  # type: ignore[union-attr]


def test_a_stretch_around_a_message_holds_it_in_the_middle(demo: Demo) -> None:
    thread, head = demo.threads[0].pk, post(demo, 120)

    def ends(seq: int) -> tuple[int, int]:
        messages = history.around(thread, head, seq).messages
        return messages[0].seq, messages[-1].seq

    assert ends(60) == (36, 85)
    assert ends(1) == (1, 26)
    assert ends(head) == ends(10_000) == (head - 49, head)


def test_what_was_corrected_is_known_without_a_query_per_message(demo: Demo) -> None:
    thread, original = demo.threads[0], post(demo, 1)
    last = post(demo, 60, corrects=original)

    def part(limit: int) -> tuple[History, int]:
        with CaptureQueriesContext(connection) as captured:
            stretch = history.history(thread.pk, last, after=4, limit=limit)
            return history.with_receipts(stretch, []), len(captured)

    few, many = part(3), part(60)
    assert few[1] == many[1]
    assert few[0].corrections[original][-1] == last, "correction far below the page"
    assert list(few[0].corrections) == [original]


def test_a_correction_is_written_without_scripts(
    demo: Demo, sign_in: Callable[[User], Client]
) -> None:
    client, thread = sign_in(demo.people["camille"]), f"/fils/{demo.threads[0].pk}"
    own = post(demo, 1)

    def begins(seq: int) -> tuple[str, str]:
        page = client.get(f"{thread}?corrige={seq}").content.decode()
        field = page.partition('<textarea id="body"')[2].partition("</textarea>")[0]
        corrects = re.search(r'name="corrects" value="(\d*)"', page)
        assert corrects
        return corrects[1], field.partition(">")[2].strip()

    assert begins(own) == (str(own), "Dit 0")
    samiras = Message.objects.filter(author=demo.people["samira"], kind="ordinary")
    other = samiras.values_list("seq", flat=True)[0]
    for not_own in (other, own + 99):
        assert begins(not_own) == ("", "")
    sent = {"body": "Redit", "corrects": str(own)}
    assert client.post(thread, sent).status_code == 303
    page = client.get(thread).content.decode()
    assert "Corrigé par" in page.partition(f'id="m-{own}"')[2].partition("</li>")[0]
    assert client.post(thread, {**sent, "corrects": str(other)}).status_code == 400


def test_a_fragment_is_the_same_items_without_the_page(
    demo: Demo, sign_in: Callable[[User], Client]
) -> None:
    client, thread = sign_in(demo.people["camille"]), f"/fils/{demo.threads[0].pk}"
    last = post(demo, 70)
    part = client.get(thread, {"avant": last - 10, "extrait": ""}).content.decode()
    numbers = [int(seq) for seq in re.findall(r'data-seq="(\d+)"', part)]
    assert numbers == list(range(last - 60, last - 10))
    assert "<html" not in part
    for query, newest in (({"avant": last}, False), ({"autour": last}, True)):
        page = client.get(thread, query).content.decode()
        assert ("realtime/js/thread.js" in page) == newest
    anne = sign_in(demo.people["anne"]).get(thread, {"extrait": ""})
    assert anne.status_code == 404


@pytest.mark.parametrize("typed", ["a\n\n\nb", "a\n\n\n\nb", "a\n\n\n\n\nb", "a  b\nc"])
def test_blank_lines_come_out_of_a_rendering_as_they_were_typed(typed: str) -> None:
    html = text.render(typed).removeprefix("<p>").removesuffix("</p>")
    paragraphs = [p if p != "<br>" else "" for p in html.split("</p><p>")]
    assert "\n\n".join(p.replace("<br>", "\n") for p in paragraphs) == typed
