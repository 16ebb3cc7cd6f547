"""What the tests of searching share: somebody writes, somebody looks."""

from uuid import uuid4

from hub.actions.messages import post_messages
from hub.demo import Demo
from hub.models import (
    User,
)
from hub.posting import Draft
from hub.queries.search import messages_found
from hub.queries.search_threads import seats_of
from hub.questions import read


def say(demo: Demo, *bodies: str, who: str = "paul", thread: int = 0) -> None:
    author = demo.people[who].pk
    post_messages([Draft(demo.threads[thread].pk, author, uuid4(), b) for b in bodies])


def found(user: User, words: str, number: int = 1) -> list[str]:
    rows = messages_found(seats_of(user), read(words), number).rows
    return [row.message.body for row in rows]


def nothing_shown(done: int, total: int) -> None:
    """In place of a progress bar."""
