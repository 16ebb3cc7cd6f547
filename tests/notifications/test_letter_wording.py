"""Every template in every state: complete sentences, the same in text and HTML."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import translation

from hub.demo import Demo
from notifications import letter_samples, letters, line_words, paper, words
from notifications.contents import Line
from notifications.kinds import Kind
from notifications.letter_facts import LANGUAGES, Known
from notifications.letter_samples import PLACE, REFERENCE, WORDS
from notifications.mail import Recipient, build
from notifications.said import Said
from tests.notifications.letter_world import Read, parsed, words_of

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 9, 40, tzinfo=UTC).astimezone(PARIS)
POLICIES = ("none", "meta", "full")
EVERY = list(product(letter_samples.names(), LANGUAGES, POLICIES))
LEFT_OVER = re.compile(r"%\(|%[sd]|\{\{|\{%|\{\w*\}|None|&#|&amp;|<lazy|Undefined")


def known(name: str, language: str = "fr", policy: Any = "none") -> Known:
    return letter_samples.sample(name, language, policy, NOW, "https://hub.exemple.fr")


def mail(of: Known) -> Read:
    with translation.override(of.language):
        return parsed(letters.compose(of, NOW))


def sentences_of(text: str) -> str:
    """A body as one line, without what only one of the two can have."""
    plain = re.sub(r"https?://\S+", "", text)
    kept = re.sub(r"^[-|] ", "", plain, flags=re.MULTILINE)
    return re.sub(r"[\s:()]+|--", "", kept)


def test_every_kind_has_words() -> None:
    assert set(words.WORDS) == set(Kind)
    assert {known(name).kind for name in letter_samples.names()} == set(Kind)


@pytest.mark.parametrize(("name", "language", "policy"), EVERY)
def test_text_and_html_say_the_same(name: str, language: str, policy: str) -> None:
    read = mail(known(name, language, policy))
    html = sentences_of("".join(read.words))
    lines = [line for line in read.text.splitlines() if sentences_of(line)]
    assert len(lines) > 6
    missing = [line for line in lines if sentences_of(line) not in html]
    assert missing == []
    text = sentences_of(read.text)
    assert [word for word in read.words if sentences_of(word) not in text] == []


@pytest.mark.parametrize(("name", "language", "policy"), EVERY)
def test_nothing_is_left_over(name: str, language: str, policy: str) -> None:
    read = mail(known(name, language, policy))
    shown = read.text + "".join(read.words) + read.headers["Subject"]
    assert not LEFT_OVER.search(shown)
    assert "!" not in read.text
    assert "\n\n\n" not in read.text
    assert all(line == line.rstrip() for line in read.text.splitlines())
    assert read.headers["Subject"].startswith("[Hub] ")


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", letter_samples.names())
def test_french_has_its_typography(name: str, policy: str) -> None:
    text = mail(known(name, "fr", policy)).text
    without_links = re.sub(r"https?://\S+|\d\d:\d\d", "", text)
    wrong = re.findall(r"(?<![\u00a0\u202f])[:;?»]|«(?![\u00a0\u202f])", without_links)
    if policy != "full":  # which quotes what people typed
        assert wrong == []
    assert "'" not in without_links
    assert "center" not in text.lower()


@pytest.mark.parametrize("name", letter_samples.names())
def test_french_is_not_english(name: str) -> None:
    english, french = mail(known(name, "en")), mail(known(name, "fr"))
    assert english.headers["Subject"] != french.headers["Subject"]
    same = set(english.text.splitlines()) & set(french.text.splitlines())
    kept = {"Urgent", "--", "- 4 messages"}  # the same words in both
    assert not [one for one in same - kept if one and not one.startswith("http")]


@pytest.mark.parametrize("name", letter_samples.names())
def test_each_policy_says_what_it_may(name: str) -> None:
    none, meta, full = (mail(known(name, "fr", policy)) for policy in POLICIES)
    for canary in (PLACE, REFERENCE, WORDS.splitlines()[0]):
        assert canary not in none.all
    names = known(name).thread or name == "digest"
    assert (PLACE in meta.text and REFERENCE in meta.text) == bool(names)
    assert WORDS.splitlines()[0] not in meta.all
    assert (WORDS.splitlines()[0] in full.text) == (name == "messages")


@pytest.mark.parametrize("name", letter_samples.names())
def test_words_follow_what_can_really_be_done(name: str) -> None:
    """No mail promises an answer that nobody reads, nor a link that is not there."""
    with_link = known(name, "en")
    read = mail(with_link)
    assert "Nobody reads answers to this e-mail" in read.text
    assert ("please use the link" in read.text) == bool(with_link.link)
    assert ("marks nothing as read" in read.text) == bool(with_link.link)
    without = mail(replace(with_link, link="", link_until=None))
    assert "/r/" not in without.text
    assert "please sign in to the hub" in without.text


def test_a_mail_that_holds_messages_does_not_deny_it() -> None:
    denial = "holds no message"
    assert denial in mail(known("messages", "en")).text
    assert denial in mail(known("messages", "en", "meta")).text
    full = mail(known("messages", "en", "full")).text
    assert denial not in full
    assert "holds messages about a family" in full


def test_nothing_is_fetched_from_elsewhere() -> None:
    for name, language, policy in EVERY:
        html = mail(known(name, language, policy)).html
        assert not re.search(r"<(img|script|link|iframe|form|video|object)|url\(", html)
        assert "@import" not in html
        assert "color-scheme" in html


@pytest.mark.parametrize(("n", "french"), [(1, "1 message"),
                                           (2, "2 messages")])  # fmt: skip
def test_numbers_agree(n: int, french: str) -> None:
    line = Line("message", n, None, urgent=False, reference="", place="")
    read = mail(replace(known("messages"), lines=[line]))
    assert read.headers["Subject"] == f"[Hub] {french}"
    assert re.search(
        rf"^- {n} message{'s' if n > 1 else ''}\s:", read.text, re.MULTILINE
    )


def test_the_subject_tells_what_is_urgent() -> None:
    line = Line("urgent", 1, None, urgent=True, reference="", place="")
    read = mail(replace(known("messages"), lines=[line]))
    subject = " ".join(read.headers["Subject"].split())
    assert subject == "[Hub] Urgent : 1 message"


@pytest.mark.parametrize("code", line_words.WORDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_has_a_singular_and_a_plural(code: str, language: str) -> None:
    one, many = (
        Line(code, n, None, urgent=False, reference="", place="") for n in (1, 3)
    )
    with translation.override(language):
        [first], [second] = line_words.rows([one], NOW), line_words.rows([many], NOW)
    assert first.what.startswith("1 ")
    assert second.what.startswith("3 ")
    assert first.what[1:] != second.what[1:]


def test_an_unknown_code_is_an_item_rather_than_no_mail() -> None:
    line = Line("of_tomorrow", 2, None, urgent=False, reference="", place="")
    with translation.override("en"):
        assert line_words.rows([line], NOW)[0].what == "2 items"


@pytest.mark.parametrize(
    ("due", "english"),
    [
        (None, "no date"),
        (NOW + timedelta(hours=3), "today, 13:40"),
        (NOW.date(), "today"),
        (NOW.date() + timedelta(days=1), "tomorrow"),
        (date(2026, 11, 26), "Thursday 26 November"),
        (date(2026, 11, 20), "since Friday 20 November"),
        (NOW - timedelta(days=1), "since Sunday 22 November"),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "tomorrow, 00:30"),
    ],
)
def test_dates_are_said_in_the_readers_day(due: Any, english: str) -> None:
    line = Line("message", 1, due, urgent=False, reference="", place="")
    with translation.override("en"):
        assert line_words.rows([line], NOW)[0].when == english


def test_overseas_another_day_is_today() -> None:
    line = Line("message", 1, date(2026, 11, 23), False, "", "")
    noumea = ZoneInfo("Pacific/Noumea")
    late = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    with translation.override("en"):
        assert line_words.rows([line], late.astimezone(PARIS))[0].when == "today"
        there = line_words.rows([line], late.astimezone(noumea))[0].when
    assert there == "since Monday 23 November"


def test_a_summary_begins_with_what_is_urgent() -> None:
    text = mail(known("digest", "en")).text
    heads = [text.index(f"\n{head}\n") for head in
             ("Urgent", "With a date", "Without a date")]  # fmt: skip
    assert heads == sorted(heads)
    one = [Line("message", 1, None, urgent=False, reference="", place="")]
    assert "Without a date" not in mail(replace(known("digest", "en"), lines=one)).text


def test_a_mail_that_says_nothing_is_refused() -> None:
    assert paper.bodies(known("test"), Said("A", ["B."], "", ""), "x")
    for said in (Said("A", [], "", ""), Said("", ["B."], "", "")):
        with pytest.raises(paper.Empty):
            paper.bodies(known("test"), said, "x")


def test_whom_to_ask_is_said_if_there_is_somebody(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Help" not in mail(known("test", "en")).text
    monkeypatch.setattr(settings.MAIL, "mail_support", "02 40 00 00 00")
    read = mail(known("test", "en"))
    assert "Help: 02 40 00 00 00" in read.text
    assert "Help: 02 40 00 00 00" in read.words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", ["sign_in", "reply_code"])
def test_codes_come_in_the_same_frame(template: str, language: str) -> None:
    context = {"name": "Camille Moreau", "code": "123456", "minutes": 15,
               "language": language, "link": "https://hub.exemple.fr/x"}  # fmt: skip
    if template == "reply_code":
        del context["link"]
    with translation.override(language):
        built = build(template, Recipient("Camille", "a@b.fr"), "[Hub] Code", context)
    text, html = (part.get_content() for part in built.iter_parts())
    shown = "".join(words_of(html))
    assert "123456" in text
    assert "123456" in shown
    assert not LEFT_OVER.search(text + shown)
    assert "\n\n\n" not in text
    assert "max-width:560px" in html


def test_the_page_of_samples_shows_each(demo: Demo, client: Client) -> None:
    page = client.get("/dev/emails").content.decode()
    links = re.findall(r'href="(/dev/emails/[^"]+)"', page)
    assert len(links) == len(EVERY) * 2
    for link in links[:4] + links[-4:]:
        answer = client.get(link)
        assert answer.status_code == 200
        assert b"hub" in answer.content.lower()
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
    for missing in ("/dev/emails/x/fr/none.html", "/dev/emails/test/de/none.html",
                    "/dev/emails/test/fr/all.html", "/dev/emails/test/fr/none.js"):  # fmt: skip
        assert client.get(missing).status_code == 404


def test_a_mail_names_the_clock_overseas_only() -> None:
    overseas = NOW.astimezone(ZoneInfo("Indian/Reunion"))
    with translation.override("fr"):
        assert line_words.moment(NOW) == "23 novembre 2026 à 10:40"
        assert line_words.moment(overseas) == (
            "23 novembre 2026 à 13:40 (heure de La Réunion)"
        )
