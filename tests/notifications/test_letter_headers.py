"""No name, address or subject can break a header: each mail is read by two parsers."""

import quopri
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import getaddresses
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as django_settings
from django.utils import translation
from hypothesis import HealthCheck, assume, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from notifications import letter_headers, letter_samples, letters, mime
from notifications.letter_facts import Known
from tests.hostile import EVERYTHING
from tests.notifications.letter_world import Read, parsed

NOW = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
BASE = ["From", "To", "Subject", "Date", "Message-ID"]
IN_THREAD = ["In-Reply-To", "References"]
MACHINE = ["Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language"]
UNSUBSCRIBE = ["List-Unsubscribe", "List-Unsubscribe-Post"]
MIME = ["MIME-Version", "Content-Type"]
OF_MESSAGES = [*BASE, *IN_THREAD, *MACHINE, *MIME]
STORABLE = [t for t in EVERYTHING if not any("\ud800" <= c <= "\udfff" for c in t)]
BREAKS = st.sampled_from(["\r", "\n", "\r\n", "\x85", "\x0b", "\u2028", "\u202e", "\0"])
PIECES = st.sampled_from(
    [
        "Bcc: tous@mal.exemple",
        "<a@b.fr>",
        ",",
        ";",
        '"',
        "\\",
        "=?utf-8?q?x?=",
        "(",
        ":",
    ]
)
HOSTILE = st.lists(BREAKS | PIECES | st.text(max_size=12), max_size=12).map("".join)
TRIES = hypothesis_settings(
    max_examples=1_700,  # three such tests: the 5,000 of RELIABILITY section 4
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def known(kind: str = "messages", policy: Any = "none", **changed: Any) -> Known:
    base = "https://hub.exemple.fr"
    return replace(letter_samples.sample(kind, "fr", policy, NOW, base), **changed)


def mail(of: Known) -> Read:
    """Written, and read by both parsers, which must agree."""
    with translation.override(of.language):
        raw = letters.compose(of, NOW)
    by_hand, by_library = parsed(raw), message_from_bytes(raw)
    assert by_library.keys() == by_hand.order
    assert not by_library.defects
    assert [part.get_content_type() for part in by_library.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert by_hand.types == ["text/plain", "text/html"]
    recipients = getaddresses([str(by_library["To"])])
    assert [address for _name, address in recipients] == [of.email]
    return by_hand


def test_the_set_of_headers_is_exact() -> None:
    assert mail(known()).order == OF_MESSAGES
    assert mail(known("test")).order == [*BASE, *MACHINE, *MIME]
    assert mail(known("digest")).order == [*BASE, *MACHINE, *UNSUBSCRIBE, *MIME]


def test_machine_made_mail_says_so() -> None:
    headers = mail(known()).headers
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Auto-Response-Suppress"] == "All"


@pytest.mark.parametrize("name", letter_samples.names())
def test_only_summaries_can_be_unsubscribed_from(name: str) -> None:
    headers = mail(known(name)).headers
    assert ("List-Unsubscribe" in headers) == (name == "digest")
    if name == "digest":
        assert headers["List-Unsubscribe"].startswith("<http")
        assert "/desinscription/" in headers["List-Unsubscribe"]
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_mailbox_cannot_unsubscribe() -> None:
    assert "List-Unsubscribe" in mail(known("digest")).headers
    assert "List-Unsubscribe" not in mail(known("digest", user=None)).headers


def test_a_repeat_has_the_same_message_id_and_another_row_has_not() -> None:
    first = mail(known()).headers["Message-ID"]
    assert mail(known()).headers["Message-ID"] == first
    assert mail(known(row=uuid4())).headers["Message-ID"] != first


def test_mails_of_one_thread_are_one_conversation() -> None:
    roots = [
        mail(known(row=uuid4(), thread=thread, recipient=who)).headers["References"]
        for thread, who in [
            (UUID(int=1), "u1"),
            (UUID(int=1), "u1"),
            (UUID(int=2), "u1"),
            (UUID(int=1), "u2"),
        ]
    ]
    assert roots[0] == roots[1]
    assert len(set(roots)) == 3
    assert UUID(int=1).hex not in roots[0]


def test_a_conversation_cannot_be_recognised_with_another_key(settings: Any) -> None:
    before = mail(known()).headers["References"]
    settings.SECRET_KEY = "another key, long enough to be one of a real deployment"
    assert mail(known()).headers["References"] != before


def test_a_reference_names_the_row() -> None:
    row = UUID("47a39e5d-c6b1-4000-8000-000000000000")
    shown = letter_headers.reference(row)
    assert len(shown) == 9
    first, last = letter_headers.ids_of(shown.lower())
    assert first <= row <= last
    assert letter_headers.reference(first) == letter_headers.reference(last) == shown
    assert letter_headers.reference(UUID(int=last.int + 1)) != shown


@pytest.mark.parametrize("wrong", ["", "UUUU-UUUU", "8F3K-2V7Q-8F3K", "8F3K-2V7é"])
def test_what_is_no_reference_is_refused(wrong: str) -> None:
    assert letter_headers.ids_of("8F3K-2V7Q")
    with pytest.raises(ValueError, match=r"length|not found"):
        letter_headers.ids_of(wrong)


def test_a_naughty_name_changes_no_header_and_no_recipient() -> None:
    assert len(STORABLE) > 100
    for text in STORABLE:
        place = mime.one_line(text)[:160]
        assert mail(known(policy="meta", name=text, place=place)).order == OF_MESSAGES


@TRIES
@given(HOSTILE)
@example("Camille\r\nBcc: tous@mal.exemple")
@example("\u2028Bcc: tous@mal.exemple\u2029")
@example("00000=\x1f\x1f\x80\x80𐀀\t\r")
def test_no_name_of_a_person_breaks_a_header(text: str) -> None:
    read = mail(known(name=text))
    assert read.order == OF_MESSAGES
    assert read.headers["To"].count("<") <= 1


@TRIES
@given(HOSTILE)
def test_no_name_of_an_organisation_breaks_a_mail(text: str) -> None:
    read = mail(known("ack_overdue-1", policy="meta", place=mime.one_line(text)))
    assert read.order == OF_MESSAGES
    assert len(mime.one_line(text).splitlines()) <= 1


@TRIES
@given(HOSTILE)
def test_no_sender_name_of_a_setting_breaks_a_header(text: str) -> None:
    for value in (f"{text} <hub@exemple.fr>", f'"{text}" <hub@exemple.fr>'):
        written = mime.mailbox(*mime.split(value))
        read = parsed(mime.write([("From", written)], "a", "b", "k"))
        assert read.order == ["From", *MIME]
        assert re.search(r"(^| <)hub@exemple\.fr>?$", read.headers["From"])


@TRIES
@given(HOSTILE)
def test_free_text_in_a_header_stays_in_it(text: str) -> None:
    line = mime.one_line(text)
    assume(line)
    read = parsed(mime.write([("Subject", mime.plain(text))], "a", "b", "k"))
    assert read.order == ["Subject", *MIME]
    assert read.headers["Subject"] == line


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "@", "a@", "@b.fr", "a b@c.fr", "a@b.fr, c@d.fr", "a@b.fr>", "<a@b.fr",
        "a@b.fr\r\nBcc: c@d.fr", "a\n@b.fr", "a@b\u2028.fr", '"a b"@c.fr', "a@b.fr;",
        "é@b.fr", "a@[127.0.0.1]", "a@" + "b" * 300, "a" * 65 + "@b.fr",
    ],
)  # fmt: skip
def test_an_address_that_could_be_two_is_refused(address: str) -> None:
    assert mail(known(email="o'neil+hub@exemple.fr"))
    with pytest.raises(mime.Unsafe):
        mime.mailbox("Camille", address)


def test_a_domain_with_accents_is_written_in_ascii() -> None:
    assert mime.ascii_address("a@préfecture.fr") == "a@xn--prfecture-c4a.fr"


@pytest.mark.parametrize("text", ["=?utf-8?q?x?=", "é" * 300, "\U0001f600" * 60])
def test_long_or_misleading_text_is_read_as_it_was(text: str) -> None:
    written = mime.write([("Subject", mime.plain(text))], "a", "b", "k")
    assert parsed(written).headers["Subject"] == text


@pytest.mark.parametrize(
    "body",
    [
        ".\r\n.", "--=_k--", "--=_k\nContent-Type: text/html", "=\n=3D", "a" * 5_000,
        "a \nb\t\n", "From moi\n", "\rb\r\n", "é" * 100, "\0\x1b[2J",
    ],
)  # fmt: skip
def test_a_body_arrives_as_it_was_and_stays_in_its_part(body: str) -> None:
    read = parsed(mime.write([("Subject", ("x",))], body, f"<p>{body}</p>", "k"))
    lines = body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    assert read.text == lines + "\n"
    assert read.types == ["text/plain", "text/html"]


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "é", "a\0", "", "a" * 1_000])
def test_the_writer_refuses_what_is_no_header(value: str) -> None:
    def write(text: str) -> Callable[[], bytes]:
        return lambda: mime.write([("Subject", (text,))], "a", "b", "k")

    assert write("a")()
    with pytest.raises(mime.Unsafe):
        write(value)()


def test_the_sender_is_the_one_of_the_settings(settings: Any) -> None:
    settings.MAIL_FROM = "Hub des mesures (éprouvé) <hub@exemple.fr>"
    assert mail(known()).headers["From"] == "Hub des mesures éprouvé <hub@exemple.fr>"
    assert django_settings.MAIL_FROM == settings.MAIL_FROM


@TRIES
@given(text=st.text('ab 0=é𐀀<>/"…', min_size=60, max_size=180))
def test_no_line_of_a_body_is_too_long_and_none_is_lost(text: str) -> None:
    body = f"{text.strip()}.\r\n".encode()
    written = mime._quoted_printable(body)
    assert max(map(len, written.split(b"\r\n"))) <= mime.LONGEST_LINE
    assert quopri.decodestring(written) == body
