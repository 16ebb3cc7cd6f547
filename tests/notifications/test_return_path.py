"""Return paths: each mail has its own, and nobody can make one up."""

import base64
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import return_path
from notifications.return_path import NotOurs

ROW = UUID(int=0x1234_5678_9ABC_DEF0_1122_3344_5566_7788)


@pytest.fixture(autouse=True)
def mailbox(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.MAIL, "mail_return_address", "retours@Hub.exemple.fr")


def test_an_address_leads_back_to_its_row_in_any_case() -> None:
    for row in [ROW, *(uuid4() for _ in range(200))]:
        made = return_path.make(row)
        assert return_path.read(made) == row
        assert return_path.read(f"<{made.upper()}>") == row


def test_it_fits_into_an_envelope() -> None:
    local, domain = return_path.make(ROW).split("@")
    assert local.startswith("retours+")
    assert domain == "Hub.exemple.fr"
    assert len(local) <= 64
    assert local.isascii()


def test_a_changed_character_is_refused() -> None:
    made = return_path.make(ROW)
    for at in range(made.index("@")):
        for new in "a7.+":
            if (changed := made[:at] + new + made[at + 1 :]) != made:
                with pytest.raises(NotOurs):
                    return_path.read(changed)


def test_another_key_is_refused(settings: Any) -> None:
    made = return_path.make(ROW)
    assert return_path.read(made) == ROW
    settings.SECRET_KEY = "another key, long enough to be one of a real deployment"
    with pytest.raises(NotOurs):
        return_path.read(made)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "<>",
        "retours@hub.exemple.fr",
        "retours+@hub.exemple.fr",
        "retours+.@hub.exemple.fr",
        "retours+a.b@hub.exemple.fr",
        "autre+a.b@hub.exemple.fr",
    ],
)
def test_other_addresses_are_not_ours(address: str) -> None:
    with pytest.raises(NotOurs):
        return_path.read(address)


def test_the_same_signature_does_not_serve_two_spellings_of_an_id() -> None:
    """26 characters hold 130 bits: the last two must not be free to choose."""
    made = return_path.make(ROW)
    tag = made.split("+")[1].split("@")[0]
    code = tag.split(".")[0]
    alphabet = base64.b32encode(bytes(range(256))).decode().lower()
    for last in set(alphabet) - {code[-1], "="}:
        with pytest.raises(NotOurs):
            return_path.read(made.replace(code, code[:-1] + last))


@given(st.text())
def test_no_text_is_read_as_a_row(text: str) -> None:
    with pytest.raises(NotOurs):
        return_path.read(text)
    with pytest.raises(NotOurs):
        return_path.read(f"retours+{text}@hub.exemple.fr")


def test_without_a_mailbox_the_sender_gets_what_comes_back(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = return_path.make(ROW)
    monkeypatch.setattr(settings.MAIL, "mail_return_address", "")
    settings.MAIL_FROM = "Hub des mesures <hub@exemple.fr>"
    assert return_path.make(ROW) == "hub@exemple.fr"
    with pytest.raises(NotOurs):
        return_path.read(made)
