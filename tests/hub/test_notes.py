"""Notes between colleagues: one's own side reads them, nothing carries them further."""

import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.actions import members
from hub.actions.notes import write_note
from hub.demo import COURT, Demo
from hub.models import Court, InternalNote, JournalEntry, Message, Role, User
from hub.queries.threads import welcome_rows

SignIn = Callable[[User], Client]
WORDS = "Rappeler la psychologue avant jeudi"


def where(demo: Demo) -> str:
    return f"/fils/{demo.threads[0].pk}/notes"


def everything(client: Client, demo: Demo) -> str:
    """All that somebody's pages and the API tell them about the measure."""
    thread = demo.threads[0]
    reference = thread.designation.measure.reference
    pages = (
        "/", "/bureau", "/espaces/DEMO-44-01", f"/fils/{thread.pk}", where(demo),
        f"/mesures/{reference}", "/api/v1/threads",
        f"/api/v1/threads/{thread.pk}/messages", "/absences",
    )  # fmt: skip
    answers = [client.get(page) for page in pages]
    assert {a.status_code for a in answers} == {200}
    return "".join(a.content.decode() for a in answers)


def test_a_colleague_reads_a_note_and_the_other_side_gets_none_of_its_words(
    demo: Demo, sign_in: SignIn
) -> None:
    samira = sign_in(demo.people["samira"])
    assert samira.post(where(demo), {"body": WORDS}).status_code == 303
    assert WORDS in everything(sign_in(demo.people["luc"]), demo)
    for key in ("camille", "paul"):
        assert WORDS not in everything(sign_in(demo.people[key]), demo), key
        assert WORDS not in json.dumps(welcome_rows(demo.people[key]))
    assert sign_in(demo.people["nadia"]).get(where(demo)).status_code == 404


def test_a_note_is_no_message_and_the_journal_repeats_no_word(demo: Demo) -> None:
    before = Message.objects.count()
    write_note(demo.people["paul"], demo.threads[0].pk, WORDS)
    assert Message.objects.count() == before
    entry = JournalEntry.objects.get(action="note_written")
    assert WORDS not in str(vars(entry))


def test_the_court_has_notes_of_its_own(demo: Demo, sign_in: SignIn) -> None:
    paul = sign_in(demo.people["paul"])
    assert paul.post(where(demo), {"body": WORDS}).status_code == 303
    assert WORDS in sign_in(demo.people["camille"]).get(where(demo)).content.decode()
    assert WORDS not in sign_in(demo.people["luc"]).get(where(demo)).content.decode()


@pytest.mark.parametrize("wrong", ["", "   ", "x" * 10_001])
def test_an_empty_or_endless_note_is_refused_and_kept_in_the_form(
    demo: Demo, sign_in: SignIn, wrong: str
) -> None:
    client = sign_in(demo.people["samira"])
    answer = client.post(
        where(demo), {"body": wrong}, headers={"accept-language": "en"}
    )
    assert answer.status_code == 400
    assert "<title>Error" in answer.content.decode()
    assert wrong in answer.content.decode()
    assert not InternalNote.objects.exists()


def test_a_note_is_shown_as_text_only(demo: Demo, sign_in: SignIn) -> None:
    client = sign_in(demo.people["samira"])
    client.post(where(demo), {"body": "<script>alert(1)</script>"})
    page = client.get(where(demo)).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_a_chief_clerk_with_a_seat_reads_the_thread_and_no_note(
    demo: Demo, sign_in: SignIn
) -> None:
    chief = members.create_user(
        email="c@demo.invalid", given_name="Chef", usual_name="Test"
    )
    court = Court.objects.get(code=COURT)
    place = members.add_membership(chief, Role.CHIEF_CLERK, court=court)
    members.seat(demo.threads[0], [place])
    client = sign_in(chief)
    assert client.get(f"/fils/{demo.threads[0].pk}").status_code == 200
    assert client.get(where(demo)).status_code == 403


def test_the_page_of_notes_shows_fifty_and_costs_the_same(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["samira"])

    def cost() -> int:
        client.get(where(demo))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(where(demo)).status_code == 200
        return len(captured)

    write_note(demo.people["samira"], demo.threads[0].pk, WORDS)
    few = cost()
    for n in range(60):
        write_note(demo.people["samira"], demo.threads[0].pk, f"{WORDS} {n}")
    assert cost() == few
    assert client.get(where(demo)).content.decode().count(WORDS) == 50
