"""People in rooms of an XMPP server, over plain TCP.

Belongs here: as much of RFC 6120, XEP-0045 (rooms) and XEP-0313 (archive) as a load
generator needs. Stanzas are found by their ends and not parsed: our texts hold no tags.
"""

import asyncio
import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast
from uuid import uuid4

import psycopg

from bench.realtime.arriving import together
from bench.realtime.checking import Stored
from bench.realtime.flights import Books

ROOMS_AT = "conference.localhost"
KEY_LETTERS = 36  # of a UUID, with which every text begins
PAGE = 250  # the server gives no more at once
HEADER = (
    b"<stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
    b"xmlns:stream='http://etherx.jabber.org/streams'>"
)
LOGIN = b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>"
BIND = b"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
JOIN = (
    "<presence to='{room}/m{member}'><x xmlns='http://jabber.org/protocol/muc'>"
    "<history maxstanzas='0'/></x></presence>"
)
SAY = "<message type='groupchat' to='{room}' id='{key}'><body>{body}</body></message>"
ASK = (
    "<iq type='set' to='{room}' id='q'><query xmlns='urn:xmpp:mam:2'>"
    "<set xmlns='http://jabber.org/protocol/rsm'><max>{limit}</max>"
    "<before>{before}</before></set></query></iq>"
)
ROWS = "SELECT username, txt FROM archive WHERE username = ANY(%s)"
END = b"</message>"


def nothing(*_told: object) -> None:
    """For whoever is not listened to yet."""


@dataclass(frozen=True)
class Place:
    port: int
    database: str


class Person(asyncio.Protocol):
    """One stream. After `join`, groupchat messages go to `on_said(nick, body)`."""

    def __init__(self) -> None:
        self.buffer = b""
        self.arrived = asyncio.Event()
        self.is_in = self.is_closing = False
        self.on_said: Callable[[int, str], object] = nothing
        self.on_end: Callable[[int], object] = nothing

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.is_in:
            self.arrived.set()
            return
        if END not in data and END not in self.buffer:
            return
        *stanzas, self.buffer = self.buffer.split(END)
        for stanza in stanzas:
            self._take(stanza)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.is_closing:
            self.on_end(0)

    async def ask(self, stanza: bytes, answer: bytes, limit: float = 60.0) -> bytes:
        """Sends, and waits until the answer holds these bytes; all that came."""
        self.buffer = b""
        self.transport.write(stanza)
        async with asyncio.timeout(limit):
            while answer not in self.buffer:
                self.arrived.clear()
                await self.arrived.wait()
        return self.buffer

    async def join(self, room: str, member: int) -> None:
        await self.ask(HEADER, b"</stream:features>")
        await self.ask(LOGIN, b"<success")
        await self.ask(HEADER, b"</stream:features>")
        await self.ask(BIND, b"</iq>")
        # The subject comes last, when everybody's presence was told.
        join = JOIN.format(room=room, member=member).encode()
        await self.ask(join, b"<subject")
        self.buffer = b""
        self.is_in = True

    def close(self) -> None:
        self.is_closing = True
        self.transport.write(b"</stream:stream>")
        self.transport.close()

    def _take(self, stanza: bytes) -> None:
        begin = stanza.rfind(b"<message")
        end = stanza.rfind(b"</body>")
        if end < begin or begin < 0:
            return
        body = stanza[stanza.rfind(b"<body>", begin, end) + 6 : end]
        at = stanza.find(b"from='", begin) + 6
        sender = stanza[at : stanza.index(b"'", at)]
        text = html.unescape(body.decode())
        self.on_said(int(sender.rpartition(b"/m")[2]), text)


class EjabberdCrowd:
    """Everybody of some new rooms. The room's reflection of one's own words says that
    they are stored."""

    def __init__(self, place: Place, rooms: int, members: int, books: Books) -> None:
        self.place, self.books = place, books
        self.rooms, self.members = rooms, members
        self.names = [f"r{uuid4().hex}@{ROOMS_AT}" for _n in range(rooms)]
        self.people: list[dict[int, Person]] = [{} for _n in range(rooms)]
        self.asked_room = ""

    async def connect(self) -> None:
        await together(
            partial(self._join, room, member)
            for room in range(self.rooms)
            for member in range(self.members)
        )

    async def _join(self, room: int, member: int) -> None:
        _transport, person = await asyncio.get_running_loop().create_connection(
            Person, "127.0.0.1", self.place.port
        )
        await person.join(self.names[room], member)
        person.on_said = partial(self._take, member)
        person.on_end = partial(self.books.ended, member)
        self.people[room][member] = person

    def send(self, room: int, member: int, key: str, body: str) -> None:
        text = html.escape(body, quote=False)
        stanza = SAY.format(room=self.names[room], key=key, body=text)
        self.people[room][member].transport.write(stanza.encode())

    async def say_once(self) -> str:
        """One message, not for the books; its room."""
        heard = asyncio.Event()
        person = self.people[0][0]
        for one in self.people[0].values():
            one.on_said = nothing
        person.on_said = lambda *_said: heard.set()
        self.send(0, 0, str(uuid4()), f"{uuid4()} Bonjour à tous. " * 6)
        async with asyncio.timeout(30):
            await heard.wait()
        return self.names[0]

    async def history(self, count: int) -> int:
        """The first member asks for the last messages of `asked_room`; how many came."""
        person, came, before = self.people[0][0], 0, ""
        person.is_in = False  # answers are read as they are
        while came < count:
            limit = min(PAGE, count - came)
            ask = ASK.format(room=self.asked_room, limit=limit, before=before)
            answer = await person.ask(ask.encode(), b"</iq>")
            page = answer.count(b"</result>")
            came += page
            if not page:
                break
            before = answer.rpartition(b"</first>")[0].rpartition(b">")[2].decode()
        return came

    async def close(self) -> None:
        for people in self.people:
            for person in people.values():
                person.close()
        await asyncio.sleep(0.2)

    def stored(self) -> Iterator[Stored]:
        room_of = {name: room for room, name in enumerate(self.names)}
        with psycopg.connect(self.place.database) as connection:
            for name, body in connection.execute(ROWS, [self.names]):
                yield Stored(body[:KEY_LETTERS], room_of[name], None, body)

    def _take(self, member: int, sender: int, body: str) -> None:
        key = body[:KEY_LETTERS]
        if sender == member:
            self.books.acknowledged(key)
        else:
            self.books.received(member, key, body)
