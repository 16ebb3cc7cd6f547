"""Rows of every kind about a real thread, and mails read by a second parser: not the
code that wrote them, and stricter than mail programs are.
"""

import re
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from quopri import decodestring
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from hub.actions.messages import post_messages
from hub.demo import Demo
from hub.models import Absence, Centre, Closure, Membership, Message, Thread, User
from hub.posting import Draft, Posted
from notifications import letters
from notifications.kinds import SUBJECTS, Kind
from notifications.models import KnownBrowser, Notification
from notifications.transports.base import Parcel

HEADER = re.compile(rb"([!-9;-~]+): (.*)", re.DOTALL)
WORD = re.compile(r"=\?utf-8\?b\?([A-Za-z0-9+/=]+)\?=")
OF_THREADS = (
    Kind.MESSAGES,
    Kind.ACK_OVERDUE,
    Kind.ANSWER_OVERDUE,
    Kind.DEADLINE,
    Kind.ENDING,
    Kind.FILE_REFUSED,
)


@dataclass(frozen=True)
class Read:
    """One mail, taken apart by hand. `words`: what its HTML shows, tag by tag."""

    headers: dict[str, str]
    order: list[str]
    text: str
    html: str
    types: list[str]

    @property
    def words(self) -> list[str]:
        return words_of(self.html)

    @property
    def all(self) -> str:
        return "\n".join((*self.headers.values(), self.text, self.html))


def parsed(raw: bytes) -> Read:
    """Raises AssertionError for whatever RFC 5322, 2045 or 2047 does not allow."""
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    head, _, rest = raw.partition(b"\r\n\r\n")
    order, headers = headers_of(head)
    found = re.fullmatch(
        r'multipart/alternative; boundary="([^"\s]+)"', headers["Content-Type"]
    )
    assert found
    mark = f"--{found.group(1)}".encode()
    before, *parts, after = rest.split(mark)
    assert (before, after) == (b"", b"--\r\n")
    bodies = [part_of(part) for part in parts]
    return Read(headers, order, bodies[0][1], bodies[1][1], [b[0] for b in bodies])


def headers_of(head: bytes) -> tuple[list[str], dict[str, str]]:
    order, headers = [], {}
    for line in re.split(rb"\r\n(?![ \t])", head):
        assert all(len(one) <= 998 for one in line.split(b"\r\n"))
        found = HEADER.fullmatch(line)
        assert found, line
        name, value = found.group(1).decode(), found.group(2).decode()
        assert name not in headers, name
        order.append(name)
        headers[name] = decoded(value)
    return order, headers


def decoded(value: str) -> str:
    """Unfolded, encoded words read; blanks between two of them are not shown."""
    for line in value.split("\r\n"):
        if "=?" in line:
            assert len(line) <= 76 - len("Content-Language: ")
    unfolded = value.replace("\r\n ", " ")
    joined = re.sub(r"(\?=) (?==\?)", r"\1", unfolded)
    return WORD.sub(lambda m: b64decode(m.group(1), validate=True).decode(), joined)


def part_of(part: bytes) -> tuple[str, str]:
    head, _, body = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    _order, headers = headers_of(head)
    assert set(headers) == {"Content-Type", "Content-Transfer-Encoding"}
    assert headers["Content-Transfer-Encoding"] == "quoted-printable"
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    kind, _, charset = headers["Content-Type"].partition("; ")
    assert charset == 'charset="utf-8"'
    return kind, decodestring(body).decode().replace("\r\n", "\n")


class _Shown(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.words.append(" ".join(data.split()))


def words_of(html: str) -> list[str]:
    shown = _Shown()
    shown.feed(html)
    shown.close()
    return shown.words


@dataclass
class World:
    """Somebody and a thread, and rows of any kind about them."""

    demo: Demo
    user: User
    thread: Thread
    rows: list[Notification] = field(default_factory=list)

    def owe(
        self, kind: Kind, user: User | None = None, **fields: object
    ) -> Notification:
        made = Notification(
            id=uuid4(),
            kind=kind,
            window=str(kind),
            due_at=timezone.now(),
            **{
                "user": None if "centre" in fields else user or self.user,
                "subject": SUBJECTS[kind],
                "facts": self.facts(kind),
                "thread": self.thread if kind in OF_THREADS else None,
                "first_seq": 1 if kind == Kind.MESSAGES else None,
                "last_seq": self.thread.last_seq if kind == Kind.MESSAGES else None,
                **fields,
            },
        )
        made.key = str(made.pk)
        made.save()
        self.rows.append(made)
        return made

    def facts(self, kind: Kind) -> dict[str, object]:
        """As whoever owes rows of this kind writes them."""
        centre = Centre.objects.get(code="DEMO-44-01")
        if kind in (Kind.AVAILABILITY_ASKED, Kind.AVAILABILITY_ANSWERED):
            return {"request": str(UUID(int=7)), "centre": centre.pk}
        if kind == Kind.WAITING_STALE:
            return {"centre": centre.pk}
        if kind == Kind.CLOSURE:
            return {"closure": self._closure(centre).pk}
        if kind == Kind.SUBSTITUTION:
            return {"absence": self._absence().pk}
        if kind in (Kind.INVITATION, Kind.ROLE_CHANGED):
            return {"place": Membership.objects.get(user=self.user).pk}
        if kind == Kind.NEW_BROWSER:
            return {"browser": self._browser().pk}
        return {"step": "T4.first", "day": "2027-01-23"} if kind == Kind.ENDING else {}

    def _closure(self, centre: Centre) -> Closure:
        first, last = date(2026, 12, 21), date(2027, 1, 3)
        return Closure.objects.create(
            centre=centre, first_day=first, last_day=last, reason="CANARI motif"
        )

    def _absence(self) -> Absence:
        first, last = date(2026, 12, 21), date(2027, 1, 3)
        return Absence.objects.create(
            user=self.demo.people["luc"], first_day=first, last_day=last
        )

    def _browser(self) -> KnownBrowser:
        return KnownBrowser.objects.create(
            digest=uuid4().hex,
            user=self.user,
            name="Firefox, Windows",
            expires_at=timezone.now(),
        )


def world(demo: Demo, who: str = "samira") -> World:
    thread = demo.threads[0]
    thread.refresh_from_db()
    return World(demo, demo.people[who], thread)


def say(here: World, body: str, **more: Any) -> Message:
    """From the court's clerk."""
    paul = here.demo.people["paul"]
    draft = Draft(here.thread.pk, paul.pk, uuid4(), body, **more)
    [outcome] = post_messages([draft])
    assert isinstance(outcome, Posted), outcome
    here.thread.refresh_from_db()
    return outcome.message


def written(row: Notification) -> Read:
    """One mail, which must not fail."""
    return parsed(parcel(row).content)


def parcel(row: Notification) -> Parcel:
    made = letters.write([row], timezone.now())[row.pk]
    assert isinstance(made, Parcel), made
    return made
