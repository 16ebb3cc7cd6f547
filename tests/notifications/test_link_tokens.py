"""Addresses of reply links: made in numbers, kept as digests, refused when altered."""

import contextlib
import random
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.demo import CENTRE, Demo
from hub.models import Centre
from notifications import links, tokens
from notifications.kinds import SUBJECTS, Kind
from notifications.links import LinkGone
from notifications.models import LinkEvent, Notification, ReplyLink

ALPHABET = "ABCXYZabcxyz0189-_"
MUTATED = 100_000


def row(demo: Demo, kind: Kind = Kind.MESSAGES, **fields: object) -> Notification:
    made = Notification(
        kind=kind, subject=SUBJECTS[kind], due_at=demo.threads[0].last_at, **fields
    )
    made.key = str(made.pk)
    made.save()
    return made


def rows(demo: Demo, count: int) -> list[Notification]:
    thread, user = demo.threads[0], demo.people["samira"]
    return [
        row(demo, user=user, thread=thread, window=f"m{n}", first_seq=n)
        for n in range(count)
    ]


def test_a_link_is_for_one_person_one_thread_and_seven_days(demo: Demo) -> None:
    [owed] = rows(demo, 1)
    address = links.issue([owed])[owed.pk]
    [link] = ReplyLink.objects.all()
    assert address.startswith("http://127.0.0.1:8000/r/1")
    assert (link.user, link.thread) == (owed.user, owed.thread)
    assert link.email == demo.people["samira"].email
    assert link.expires_at - link.created_at == links.VALID_FOR
    assert [e.step for e in LinkEvent.objects.all()] == ["issued"]


def test_the_database_does_not_hold_the_address(demo: Demo) -> None:
    [owed] = rows(demo, 1)
    token = links.issue([owed])[owed.pk].rpartition("/")[2]
    [kept] = ReplyLink.objects.values()
    assert kept["token_digest"] == tokens.digest(token)
    assert not any(token[1:-10] in str(value) for value in kept.values())


def test_any_number_of_links_costs_the_same_queries(demo: Demo) -> None:
    spent = []
    for count in (1, 20):
        owed = rows(demo, count)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(set(links.issue(owed).values())) == count
        spent.append(len(captured))
        Notification.objects.all().delete()
    assert spent[0] == spent[1]


def test_only_what_a_person_can_answer_gets_a_link(demo: Demo) -> None:
    centre = Centre.objects.get(code=CENTRE)
    user = demo.people["samira"]
    stale = row(demo, Kind.WAITING_STALE, user=user, window="w",
                facts={"centre": centre.pk})  # fmt: skip
    others = [
        row(demo, Kind.WAITING_STALE, user=user, window="x", facts={"centre": 0}),
        row(demo, Kind.WAITING_STALE, user=user, window="y"),
        row(demo, Kind.DIGEST, user=user, window="daily"),
        row(demo, Kind.MESSAGES, centre=centre, thread=demo.threads[0], window="m1"),
    ]
    assert list(links.issue([stale, *others])) == [stale.pk]
    [link] = ReplyLink.objects.all()
    assert (link.purpose, link.centre, link.thread) == ("waiting", centre, None)


@pytest.mark.parametrize("cut", [0, 1, 20, 43])
def test_an_altered_character_is_noticed_without_a_query(cut: int) -> None:
    token = tokens.new_token()
    assert tokens.is_well_formed(token)
    other = "A" if token[cut] != "A" else "B"
    assert not tokens.is_well_formed(token[:cut] + other + token[cut + 1 :])


def mutations(token: str, other: str, chance: random.Random) -> Iterator[str]:
    """What a guesser, a mail program or a typing hand makes of an address."""
    while True:
        at = chance.randrange(len(token))
        letter = chance.choice(ALPHABET)
        cut = chance.randrange(1, len(token))
        yield token[:at] + letter + token[at + 1 :]
        yield token[:at] + token[at].swapcase() + token[at + 1 :]
        yield token[:at] + token[at + 1 :]
        yield token[:at] + letter + token[at:]
        yield token[:cut]
        yield token[:cut] + other[cut:]
        yield token[cut:] + token[:cut]
        yield token + chance.choice([".", ">", "%20", "\0", "é", "=", letter])
        yield "".join(chance.choices(ALPHABET, k=len(token)))


def test_of_100_000_altered_addresses_none_opens_and_none_costs_a_query(
    demo: Demo,
) -> None:
    first, second = rows(demo, 2)
    made = links.issue([first, second])
    token, other = (made[r.pk].rpartition("/")[2] for r in (first, second))
    assert links.find(token).notification == first
    chance, accepted, tried = random.Random(7), [], 0
    with CaptureQueriesContext(connection) as captured:
        for altered in mutations(token, other, chance):
            if altered in (token, other):
                continue
            tried += 1
            with contextlib.suppress(LinkGone):
                accepted.append(links.find(altered))
            if tried == MUTATED:
                break
    assert (tried, accepted) == (MUTATED, [])
    assert len(captured) == 0


def test_an_address_that_was_never_issued_opens_nothing(demo: Demo) -> None:
    [owed] = rows(demo, 1)
    token = links.issue([owed])[owed.pk].rpartition("/")[2]
    assert links.find(token)
    for _ in range(500):
        with pytest.raises(LinkGone):
            links.find(tokens.new_token())


def test_with_another_key_older_addresses_are_refused(
    demo: Demo, settings: object
) -> None:
    [owed] = rows(demo, 1)
    token = links.issue([owed])[owed.pk].rpartition("/")[2]
    assert links.find(token)
    settings.SECRET_KEY = "another key, of more than fifty characters, for a test"  # type: ignore[attr-defined]
    with pytest.raises(LinkGone):
        links.find(token)
