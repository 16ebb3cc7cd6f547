"""Posts, reads, resumes, revocations and crashes in any order, against a model.

The model is a list per thread. Hypothesis looks for an order in which the hub and the
model differ, and reports the shortest one it finds.
"""

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.test import Client as Browser
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hub.actions import members
from hub.actions.messages import post_messages
from hub.chain import first_break
from hub.models import Membership, Message, Participant, ReadMark, Thread
from hub.models.threads import GENESIS
from hub.posting import Draft, Posted
from realtime import broadcasts, relay
from tests.cast import create_small_demo
from tests.faults.abandoned import Closed, Process, Tab
from tests.faults.checker import Record, compare
from tests.faults.schedule import LONG

WHO = ("camille", "samira", "luc")
BODIES = st.sampled_from(["Oui", "Non", "é" * 2_000, "a\nb", "😀"])
MOST_TURNS = 60  # of the loop until a post is answered: 30 or so

pytestmark = pytest.mark.embedded


class World:
    """Made once: people, two threads, sessions."""

    def __init__(self) -> None:
        self.demo = create_small_demo()
        self.threads = [str(thread.pk) for thread in self.demo.threads]
        self.cookies = {who: self._cookie(who) for who in WHO}
        self.places = {
            who: Membership.objects.get(user=self.demo.people[who]) for who in WHO
        }

    def _cookie(self, who: str) -> str:
        browser = Browser()
        browser.force_login(self.demo.people[who])
        return f"session={browser.cookies['session'].value}"


class Hub(RuleBasedStateMachine):
    """Three people, one tab each, of whom two may lose their place."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        begin_again()
        self.process = Process()
        threads = self.world.threads
        self.tabs = {
            who: Tab(self.process, self.world.cookies[who], threads) for who in WHO
        }
        self.removed: set[str] = set()
        self.placeless: set[str] = set()  # since they opened their tab
        self.known: list[tuple[str, str, str, str]] = []  # who, id, thread, body
        self.model = {thread: self._stored(thread) for thread in threads}
        self.most_read: Counter[tuple[str, str]] = Counter()
        self.marks: dict[tuple[str, str], int] = {}

    people, thread = st.sampled_from(WHO), st.integers(0, 1)

    @rule(who=people)
    def open(self, who: str) -> None:
        tab = self.tabs[who]
        if tab.line:
            self.process.run(tab.leave())
        self.placeless.discard(who)
        if who in self.removed:
            self.placeless.add(who)
        try:
            self.process.run(tab.open())
        except Closed:
            assert who in self.removed
        self._look()

    @rule(who=people, forgets=st.integers(0, 5))
    def forget_and_open(self, who: str, forgets: int) -> None:
        """A page that was loaded again remembers less."""
        for thread in self.world.threads:
            known = self.tabs[who].contiguous(thread)
            self.tabs[who].forget(thread, max(0, known - forgets))
        self.open(who)

    @rule(who=people, number=thread, body=BODIES)
    def post(self, who: str, number: int, body: str) -> None:
        thread = self.world.threads[number]
        self._post(who, str(uuid4()), thread, body)

    @precondition(lambda self: self.known)
    @rule(choice=st.integers(0, 10**6), other=st.booleans())
    def post_again(self, choice: int, other: bool) -> None:
        """What was sent before, with its own content or with another."""
        who, message_id, thread, body = self.known[choice % len(self.known)]
        self._post(who, message_id, thread, body + "!" * other)

    @rule(who=people, number=thread, body=BODIES, turns=st.integers(0, MOST_TURNS))
    def crash_while_posting(self, who: str, number: int, body: str, turns: int) -> None:
        thread, message_id = self.world.threads[number], str(uuid4())
        if self.tabs[who].line:
            self._say(who, message_id, thread, body)
            self.process.turn(turns)
        self._look()
        self.process.crash()
        stored = self._stored(thread)
        new = stored[len(self.model[thread]) :]
        may_be_new = [] if who in self.removed else [(message_id, body)]
        assert new in ([], may_be_new)
        self.model[thread] = stored

    @rule(who=people, number=thread, after=st.integers(0, 30), limit=st.integers(1, 5))
    def history(self, who: str, number: int, after: int, limit: int) -> None:
        tab, thread = self.tabs[who], self.world.threads[number]
        if not tab.line:
            return
        fields = {"thread": thread, "after": after, "limit": limit}
        answer = self._asked(who, ("messages", "refused"), "history", fields)
        if answer is None or answer["type"] == "refused":
            assert who in self.removed
            return
        shown = [(m["id"], m["body"]) for m in answer["messages"]]
        assert shown == self.model[thread][after : after + limit]
        assert answer["head"] == len(self.model[thread])
        assert answer["more"] == (after + limit < len(self.model[thread]))

    @rule(who=people, number=thread, seq=st.integers(0, 40))
    def read(self, who: str, number: int, seq: int) -> None:
        """Marks are written a moment later, many at once: never back, never further
        than was read, never past the head."""
        tab, thread = self.tabs[who], self.world.threads[number]
        if tab.line and who not in self.removed:
            self.process.run(tab.send("read", thread=thread, seq=seq))
            self.most_read[who, thread] = max(seq, self.most_read[who, thread])
        for (one, where), most in self.most_read.items():
            mark = self._read_marks(one)[where]
            assert self.marks.get((one, where), 0) <= mark
            assert mark <= min(most, len(self.model[where]))
            self.marks[one, where] = mark

    @rule(who=st.sampled_from(WHO[1:]), is_hint_lost=st.booleans())
    def remove(self, who: str, is_hint_lost: bool) -> None:
        place = self.world.places[who]
        if is_hint_lost:
            Membership.objects.filter(pk=place.pk).update(until=timezone.now())
        else:
            members.end_membership(place)
        self.removed.add(who)
        self.process.run(relay.check())
        self.process.turn(MOST_TURNS)
        self._look()
        # One that came in without any place has lost nothing.
        assert self.tabs[who].line is None or who in self.placeless

    @rule(who=st.sampled_from(WHO[1:]))
    def let_in(self, who: str) -> None:
        place = self.world.places[who]
        Membership.objects.filter(pk=place.pk).update(until=None)
        self.removed.discard(who)
        self.process.run(relay.check())
        self.placeless.discard(who)

    @rule(number=thread, body=BODIES)
    def somebody_elsewhere(self, number: int, body: str) -> None:
        """Another process posts, and its hint is lost."""
        author, message_id = self.world.demo.people["paul"], uuid4()
        thread = self.world.demo.threads[number].pk
        draft = Draft(thread, author.pk, message_id, body)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(broadcasts, "publish", lambda hint: None)
            [outcome] = post_messages([draft])
        assert isinstance(outcome, Posted)
        self.model[str(thread)].append((str(message_id), body))
        self.process.run(relay.check())
        self._everyone_holds_everything()

    def teardown(self) -> None:
        try:
            self.process.run(relay.check())
            self._everyone_holds_everything()
            for thread in self.world.threads:
                assert self._stored(thread) == self.model[thread]
            verdict = compare(record(self.world.threads), list(self.tabs.values()), [])
            assert verdict.clean, verdict
        finally:
            self.process.close()

    def _post(self, who: str, message_id: str, thread: str, body: str) -> None:
        if not self.tabs[who].line:
            return
        place, tab = self._place(message_id), self.tabs[who]
        if place is None:  # what was refused may be sent with another content
            tab.sent[message_id] = (thread, body)
            tab.refused.pop(message_id, None)
        sent = tab.sent.get(message_id)
        answer = self._say_and_hear(who, message_id, thread, body)
        if sent:  # the checker holds it to what was sent first
            tab.sent[message_id] = sent
        if who in self.removed:
            assert answer is None or answer["code"] == "forbidden"
            if place is not None:  # of the repeat only: the first one stays
                tab.refused.pop(message_id, None)
        elif place is None:
            assert answer
            self.model[thread].append((message_id, body))
            assert answer["seq"] == len(self.model[thread])
        elif self.model[thread][place - 1] == (message_id, body):
            assert answer
            assert answer["seq"] == place
        else:
            assert answer
            assert answer["code"] == "conflict"
            tab.refused.pop(message_id)  # of that content only
        self._look()

    def _say(self, who: str, message_id: str, thread: str, body: str) -> None:
        self.known.append((who, message_id, thread, body))
        self.tabs[who].sent.setdefault(message_id, (thread, body))
        fields = {"id": message_id, "thread": thread, "body": body}
        self.process.run(self.tabs[who].send("post", **fields))

    def _say_and_hear(
        self, who: str, message_id: str, thread: str, body: str
    ) -> dict[str, Any] | None:
        self._say(who, message_id, thread, body)
        tab = self.tabs[who]
        try:
            wanted = tab.answer("posted", "refused", message_id=message_id)
            return self.process.run(wanted)
        except Closed:
            return None

    def _asked(
        self, who: str, wanted: tuple[str, ...], type_: str, fields: dict[str, Any]
    ) -> dict[str, Any] | None:
        try:
            self.process.run(self.tabs[who].hear_all())
            self.process.run(self.tabs[who].send(type_, **fields))
            return self.process.run(self.tabs[who].answer(*wanted))
        except Closed:
            return None

    def _look(self) -> None:
        """Whatever tabs were told is what the record holds at that place."""
        for who, tab in self.tabs.items():
            tab.take_what_came()
            for thread, held in tab.held.items():
                for seq, copy in held.items():
                    assert self._stored_at(thread, seq) == (copy.id, copy.body), who

    def _stored_at(self, thread: str, seq: int) -> tuple[str, str] | None:
        known = self.model[thread]
        if seq <= len(known):
            return known[seq - 1]
        stored = self._stored(thread)  # told, but its answer did not come yet
        return stored[seq - 1] if seq <= len(stored) else None

    def _everyone_holds_everything(self) -> None:
        heads = {thread: len(known) for thread, known in self.model.items()}
        for who, tab in self.tabs.items():
            if tab.line and who not in self.removed:
                try:
                    self.process.run(tab.catch_up(heads))
                except TimeoutError:
                    held = {thread: tab.contiguous(thread) for thread in heads}
                    message = f"{who} holds {held} of {heads}; pong {tab.pong}"
                    raise AssertionError(message) from None
        self._look()

    def _place(self, message_id: str) -> int | None:
        for known in self.model.values():
            for seq, (one, _body) in enumerate(known, 1):
                if one == message_id:
                    return seq
        return None

    def _stored(self, thread: str) -> list[tuple[str, str]]:
        rows = Message.objects.filter(thread=thread).order_by("seq")
        found = rows.values_list("client_id", "body")
        return [(str(client_id), body) for client_id, body in found]

    def _read_marks(self, who: str) -> dict[str, int]:
        user = self.world.demo.people[who]
        seats = Participant.objects.filter(user=user, thread__in=self.world.threads)
        return {str(t): seq for t, seq in seats.values_list("thread", "read_seq")}


def begin_again() -> None:
    """As on the first day, whatever the run before did."""
    Membership.objects.update(until=None)
    Message.objects.all().delete()
    Thread.objects.update(last_seq=0, head=GENESIS)
    ReadMark.objects.all().delete()
    Participant.objects.update(read_seq=0)


def record(threads: list[str]) -> Record:
    found: Record = {}
    for thread in Thread.objects.filter(pk__in=threads):
        rows = list(Message.objects.filter(thread=thread).order_by("seq"))
        found[str(thread.pk)] = {
            "messages": [
                (m.seq, str(m.client_id), m.body, m.hash, m.door) for m in rows
            ],
            "broken": first_break(rows),
            "head": thread.last_seq,
        }
    return found


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


def test_no_order_of_acts_and_crashes_makes_hub_and_model_differ(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django_settings, "RATE_LIMITS", False)

    class InThisWorld(Hub):
        pass

    InThisWorld.world = world
    run_state_machine_as_test(
        InThisWorld,
        settings=settings(
            max_examples=2_000 if LONG else 30,
            stateful_step_count=50 if LONG else 20,
            deadline=None,
            derandomize=not LONG,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
