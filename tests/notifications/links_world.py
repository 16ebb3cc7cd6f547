"""A thread with a message that waits, its reply link, and a browser that behaves."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest import mock
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from hub.actions.messages import mark_read, post_messages
from hub.demo import Demo
from hub.models import Message, Thread, User
from hub.posting import Draft, Posted
from notifications import catcher, links, outgoing
from notifications.kinds import SUBJECTS, Kind
from notifications.models import LinkEvent, Notification
from tests.notifications.page_forms import read_page

CODE = re.compile(r"\b\d{6}\b")
QUESTION = "Pouvez-vous confirmer la date de l’audience ?"


@dataclass
class Waiting:
    """Samira was asked something; `path` is what her mail holds."""

    user: User
    thread: Thread
    path: str
    seq: int
    row: Notification
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    @property
    def link(self) -> links.ReplyLink:
        return links.ReplyLink.objects.get(notification=self.row)


def waiting_message(demo: Demo, who: str = "samira") -> Waiting:
    """Camille asks, `who` is away and is owed a mail."""
    thread, user = demo.threads[0], demo.people[who]
    mark_read(user, thread.pk, 10_000)
    camille = demo.people["camille"]
    [asked] = post_messages([Draft(thread.pk, camille.pk, uuid4(), QUESTION)])
    assert isinstance(asked, Posted)
    seq = asked.message.seq
    row = owed(user, thread, seq)
    address = links.issue([row])[row.pk]
    path = address.removeprefix("http://127.0.0.1:8000")
    return Waiting(user, thread, path, seq, row)


def owed(user: User, thread: Thread, seq: int) -> Notification:
    made = Notification(
        user=user,
        thread=thread,
        kind=Kind.MESSAGES,
        subject=SUBJECTS[Kind.MESSAGES],
        window=f"m{seq}",
        first_seq=seq,
        due_at=timezone.now(),
    )
    made.key = str(made.pk)
    made.save()
    return made


def press(client: Client, where: str, action: str = "", **typed: object) -> int:
    """Loads a page, fills the form of `action` as a browser would; the status."""
    forms = read_page(client.get(where).content.decode()).forms
    mine = [f for f in forms if f.action.partition("#")[0] == action]
    fields = mine[0].fields if mine else forms[0].fields if forms else {}
    # What browsers send from a page with `no-referrer`.
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    return client.post(action or where, fields | typed, headers=headers).status_code


def enter(world: Waiting, client: Client | None = None) -> Client:
    """Button, code from the mailbox, reply page."""
    client = client or world.client
    assert press(client, world.path) == 303
    assert press(client, "/reponse", "/reponse/code", code=mailed_code()) == 303
    return client


def mailed_code() -> str:
    """The newest code in the development mailbox."""
    outgoing.flush()
    found = CODE.search(catcher.mailbox.mails[0].text)
    assert found
    return found.group()


def answer(client: Client, text: str, client_id: object = None) -> int:
    own = {"id": client_id} if client_id else {}
    return press(client, "/reponse", "/reponse", body=text, **own)


def answers(world: Waiting) -> list[str]:
    """What came by links."""
    found = Message.objects.filter(thread=world.thread, door="link").order_by("seq")
    return list(found.values_list("body", flat=True))


def steps(world: Waiting) -> list[str]:
    found = LinkEvent.objects.filter(link=world.link).order_by("at")
    return list(found.values_list("step", flat=True))


def later(**by: float) -> "mock._patch[mock.Mock]":
    """The clock of the hub, moved forward."""
    moved: datetime = timezone.now() + timedelta(**by)
    return mock.patch("django.utils.timezone.now", return_value=moved)
