"""The journal: one kind sentence for each thing that was sent, or was not, and why."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from hub.actions.messages import mark_read
from hub.demo import Demo
from hub.models import Membership, User
from notifications.journal import SHOWN, WHY, lines, told_to
from notifications.kinds import Kind, Subject
from notifications.models import Notification, Reason, State, Transport
from notifications.moments import PARIS
from tests.notifications.moving import Clock
from tests.page_text import main_of

SignIn = Callable[[User], Client]
MONDAY = datetime(2026, 11, 30, 14, 2, tzinfo=PARIS)
HELD_BACK = (Reason.PRESENT, Reason.QUIET, Reason.HEARING, Reason.TROUBLE)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, demo: Demo) -> Clock:
    """That Monday, whatever day it is: the cast has long been there."""
    Membership.objects.update(since=MONDAY - timedelta(days=30))
    return Clock(monkeypatch, MONDAY)


@pytest.fixture
def samira(clock: Clock, demo: Demo) -> User:
    return demo.people["samira"]


def row(user: User, number: int = 1, **more: object) -> Notification:
    fields: dict[str, object] = {
        "kind": Kind.MESSAGES,
        "subject": Subject.MESSAGE,
        "window": f"m{number}",
        "key": f"email/{user.pk}//m{number}",
        "due_at": MONDAY,
        "created_at": MONDAY,
        "ended_at": MONDAY,
        **more,
    }
    return Notification.objects.create(user=user, **fields)


def sentence_of(user: User) -> str:
    with translation.override("en"):
        [line] = lines(user, told_to(user))
    return line.sentence


def test_every_reason_to_drop_has_its_sentence() -> None:
    assert set(WHY) == set(Reason) - set(HELD_BACK)
    assert len({str(words) for words in WHY.values()}) == len(WHY)


def test_who_had_read_it_is_told_when(demo: Demo, samira: User, clock: Clock) -> None:
    thread = demo.threads[0]
    row(
        samira,
        thread=thread,
        first_seq=3,
        last_seq=3,
        state=State.DROPPED,
        reason=Reason.READ,
    )
    assert sentence_of(samira) == "You were not told, because you had read it."
    mark_read(samira, thread.pk, 3)
    clock.forward(hours=3)
    mark_read(samira, thread.pk, 5)
    assert sentence_of(samira) == (
        "You were not told, because you had read it: today, 14:02."
    )


def test_times_are_those_of_the_persons_own_zone(samira: User, clock: Clock) -> None:
    row(samira, state=State.SENT)
    assert sentence_of(samira) == "Sent by e-mail: today, 14:02."
    User.objects.filter(pk=samira.pk).update(zone="Indian/Reunion")
    assert sentence_of(samira) == "Sent by e-mail: today, 17:02."
    clock.forward(days=1)
    assert sentence_of(samira) == "Sent by e-mail: 30 November, 17:02."


def test_the_colleague_who_answered_is_named(samira: User) -> None:
    row(samira, state=State.DROPPED, reason=Reason.ANSWERED, by="Luc Roy")
    assert sentence_of(samira) == "You were not told, because Luc Roy had answered."
    Notification.objects.update(by="")
    assert "Luc" not in sentence_of(samira)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": State.SENDING}, "It is being sent."),
        ({"state": State.WAITING}, "It leaves in a moment."),
        ({"state": State.WAITING, "reason": Reason.TROUBLE}, "Next try: today, 14:02."),
        ({"state": State.GATHERED}, "your next summary: today, 14:02."),
        ({"state": State.GATHERED, "reason": Reason.QUIET}, "your quiet hours"),
        ({"state": State.GATHERED, "reason": Reason.HEARING}, "your hearing"),
        ({"state": State.DEAD, "reason": Reason.REFUSED}, "refused it for good"),
        ({"state": State.SENT, "transport": Transport.PUSH}, "on your device"),
    ],
    ids=str,
)
def test_what_waits_or_failed_says_so(
    samira: User, fields: dict[str, object], words: str
) -> None:
    row(samira, **fields)
    assert words in sentence_of(samira)


def test_what_travels_in_a_summary_says_when_that_leaves(samira: User) -> None:
    later = MONDAY + timedelta(hours=4)
    digest = row(samira, 1, kind=Kind.DIGEST, state=State.WAITING, due_at=later)
    item = row(samira, 2, state=State.GATHERED, digest=digest)
    with translation.override("en"):
        found = lines(samira, [item])
    assert found[0].sentence == "Waits for your next summary: today, 18:02."
    item.state = State.SENT
    with translation.override("en"):
        assert lines(samira, [item])[0].sentence.startswith("Sent in a summary")


def test_the_page_is_the_persons_own_and_links_to_thread_and_rule(
    demo: Demo, samira: User, sign_in: SignIn
) -> None:
    thread = demo.threads[0]
    row(samira, thread=thread, state=State.SENT)
    page = sign_in(samira).get("/notifications").content.decode()
    assert f"/fils/{thread.pk}" in page
    assert "/preferences#f-message" in page
    other = sign_in(demo.people["luc"]).get("/notifications").content.decode()
    assert f"/fils/{thread.pk}" not in other
    assert "/preferences#f-message" not in other


def test_what_nobody_chooses_has_no_rule_to_change(
    samira: User, sign_in: SignIn
) -> None:
    row(samira, kind=Kind.TEST, subject=Subject.ACCOUNT, state=State.SENT)
    page = sign_in(samira).get("/notifications").content.decode()
    assert "/preferences#" not in page


def test_who_lost_the_right_gets_no_link(
    demo: Demo, samira: User, sign_in: SignIn
) -> None:
    lost = row(samira, thread=demo.threads[0], state=State.DROPPED)
    client = sign_in(samira)
    assert b"/fils/" in client.get("/notifications").content
    lost.reason = Reason.NO_RIGHT
    lost.save()
    assert b"/fils/" not in client.get("/notifications").content


def test_nothing_that_was_written_is_in_the_journal(
    demo: Demo, samira: User, sign_in: SignIn
) -> None:
    thread = demo.threads[0]
    row(samira, thread=thread, first_seq=1, last_seq=5, facts={"seq": 5})
    page = sign_in(samira).get("/notifications").content.decode()
    assert f"/fils/{thread.pk}" in page
    assert thread.designation.measure.reference not in page
    assert "Paul Petit" not in page
    assert "audience est fixée" not in page


def test_the_newest_are_paged_and_cost_no_more_queries(
    samira: User, sign_in: SignIn, clock: Clock
) -> None:
    client = sign_in(samira)
    client.get("/notifications")
    counts = []
    for first, last in ((1, 2), (2, SHOWN + 10)):
        for number in range(first, last):
            at = MONDAY + timedelta(seconds=number)
            row(samira, number, created_at=at, state=State.SENT)
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/notifications")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert main_of(page.content.decode()).count("<h2") == 25
    assert b"?page=4" in page.content
    assert b"?page=5" not in page.content
