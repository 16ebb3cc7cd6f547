"""What a mail says in words, and the pages to which buttons lead. No sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID

from django.urls import reverse

from notifications.letter_facts import Known
from notifications.line_words import long_day


@dataclass(frozen=True)
class Said:
    """`path`: where the button leads when there is no reply link."""

    title: str
    sentences: Sequence[str]
    button: str
    path: str

    @property
    def subject(self) -> str:
        return f"[Hub] {self.title}"


@cache
def preferences_page() -> str:
    return reverse("notifications:preferences")


def home() -> str:
    return reverse("hub:home")


def thread_page(known: Known) -> str:
    """Of the row's thread, or of the one that its facts name; none beside a link."""
    if known.link:
        return ""
    try:
        thread = known.thread or UUID(str(known.facts.get("thread")))
    except ValueError:
        return home()
    return reverse("hub:thread", args=[thread])


def request_page(known: Known) -> str:
    request = UUID(str(known.facts["request"]))
    return reverse("hub:availability-request", args=[request])


def first_and_last(days: tuple[date, date]) -> dict[str, str]:
    """For a sentence with %(first)s and %(last)s."""
    first, last = days
    return {"first": long_day(first), "last": long_day(last)}
