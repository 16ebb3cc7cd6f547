"""Addresses: proven by a typed code, doubtful, suspended, and never an account."""

from typing import Any

import pytest

from hub import events
from hub.actions import sign_in
from hub.actions.addresses import count_hard_bounce, prove, restore
from hub.demo import Demo
from hub.errors import NotFound
from hub.models import AddressRecord, JournalEntry, SignInRequest, User
from hub.queries.addresses import records_of


def bounce(email: str, times: int) -> AddressRecord:
    return [count_hard_bounce(email) for _ in range(times)][-1]


def ask(person: User) -> tuple[SignInRequest, str, str]:
    mails: list[dict[str, Any]] = []

    def hear(**mail: Any) -> None:
        mails.append(mail)

    events.sign_in_requested.connect(hear)
    request = sign_in.request_sign_in(person.email)
    events.sign_in_requested.disconnect(hear)
    return request, mails[0]["link_secret"], mails[0]["code"]


def test_one_hard_bounce_makes_an_address_doubtful_and_three_suspend_it(
    demo: Demo,
) -> None:
    first = bounce("a@exemple.fr", 1)
    assert (first.hard_bounces, first.suspended_at) == (1, None)
    assert bounce("A@exemple.fr", 1).suspended_at is None
    third = bounce("a@exemple.fr", 1)
    assert third.suspended_at
    assert third.bounced_at == first.bounced_at


def test_a_code_that_was_mailed_and_typed_proves_the_address_again(demo: Demo) -> None:
    samira = demo.people["samira"]
    bounce(samira.email, 3)
    request, _link, code = ask(samira)
    assert sign_in.confirm_code(request.pk, code) == samira
    known = records_of([samira.email])[samira.email]
    assert known.proven_at
    assert known.hard_bounces == 0
    assert (known.bounced_at, known.suspended_at) == (None, None)


def test_a_mailed_link_proves_and_an_operators_link_does_not(demo: Demo) -> None:
    samira, camille = demo.people["samira"], demo.people["camille"]
    _request, link, _code = ask(samira)
    sign_in.confirm_link(link, asked_here=True)
    sign_in.confirm_link(sign_in.make_login_link(camille.email), asked_here=False)
    assert set(records_of([samira.email, camille.email])) == {samira.email}


def test_a_suspended_address_is_mailed_its_sign_in_code_all_the_same(
    demo: Demo,
) -> None:
    bounce(demo.people["samira"].email, 3)
    _request, _link, code = ask(demo.people["samira"])
    assert len(code) == 6


def test_a_person_and_their_operator_restore_an_address_and_a_stranger_does_not(
    demo: Demo,
) -> None:
    samira, nadia = demo.people["samira"], demo.people["nadia"]
    bounce(samira.email, 3)
    with pytest.raises(NotFound):
        restore(samira.email, nadia)
    assert records_of([samira.email])[samira.email].suspended_at
    restore(samira.email, samira)
    assert not records_of([samira.email])[samira.email].suspended_at
    bounce(samira.email, 3)
    restore(samira.email, demo.people["operator"])
    assert not records_of([samira.email])[samira.email].suspended_at
    assert JournalEntry.objects.filter(action="address_restored").count() == 2


def test_proving_an_unknown_address_is_remembered(demo: Demo) -> None:
    assert records_of(["neu@exemple.fr", ""]) == {}
    prove("Neu@exemple.fr")
    assert records_of(["neu@exemple.FR"])["neu@exemple.fr"].proven_at
