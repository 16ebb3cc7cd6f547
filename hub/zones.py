"""Whose clock: times are UTC inside, and on pages those of the person who reads.

Their own choice, else the place where they work, else Paris. Days that the law counts
are not the reader's: they are those of the court or centre (hub.calendar).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from hub import calendar
from hub.models import User

MAINLAND = ZoneInfo(settings.PEOPLE_TIME_ZONE)
# Every zone that may be chosen, with the name of its place.
NAMES = {
    MAINLAND.key: _("Paris"),
    calendar.ZONES["971"]: _("Guadeloupe"),
    calendar.ZONES["972"]: _("Martinique"),
    calendar.ZONES["973"]: _("French Guiana"),
    calendar.ZONES["974"]: _("Réunion"),
    calendar.ZONES["976"]: _("Mayotte"),
    calendar.ZONES["975"]: _("Saint-Pierre-et-Miquelon"),
    calendar.ZONES["977"]: _("Saint-Barthélemy"),
    calendar.ZONES["978"]: _("Saint-Martin"),
    calendar.ZONES["986"]: _("Wallis-et-Futuna"),
    calendar.ZONES["987"]: _("Tahiti"),
    calendar.ZONES["988"]: _("Nouméa"),
}
# What a time is called where that does not go without saying.
CLOCKS = {
    calendar.ZONES["971"]: _("Guadeloupe time"),
    calendar.ZONES["972"]: _("Martinique time"),
    calendar.ZONES["973"]: _("French Guiana time"),
    calendar.ZONES["974"]: _("Réunion time"),
    calendar.ZONES["976"]: _("Mayotte time"),
    calendar.ZONES["975"]: _("Saint-Pierre-et-Miquelon time"),
    calendar.ZONES["977"]: _("Saint-Barthélemy time"),
    calendar.ZONES["978"]: _("Saint-Martin time"),
    calendar.ZONES["986"]: _("Wallis-et-Futuna time"),
    calendar.ZONES["987"]: _("Tahiti time"),
    calendar.ZONES["988"]: _("Nouméa time"),
}


class _Reader:
    """Whoever the page is for. Where they work is asked only if a time is written."""

    def __init__(self, user: User | AnonymousUser | None) -> None:
        self._user = user

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone_of(self._user) if isinstance(self._user, User) else MAINLAND


_reader: ContextVar[_Reader | None] = ContextVar("reader", default=None)


@contextmanager
def shown_to(user: User | AnonymousUser | None) -> Iterator[None]:
    """Times that are written meanwhile are on this person's clock."""
    before = _reader.set(_Reader(user))
    try:
        yield
    finally:
        _reader.reset(before)


def reader_zone() -> ZoneInfo:
    """The zone of whoever the page is for; Paris for who is not signed in.

    At most one query for a whole page: none if the person chose a zone, or the page has
    read their places.
    """
    reader = _reader.get()
    return reader.zone if reader else MAINLAND


def clock_of_page() -> str:
    """The name of the clock on which times were written so far, where it is not that
    of the mainland; empty if none was written. No query."""
    reader = _reader.get()
    return clock_name(reader.zone) if reader and "zone" in vars(reader) else ""


def local(at: datetime) -> datetime:
    """This moment on the reader's clock."""
    return at.astimezone(reader_zone())


def zone_of(user: User) -> ZoneInfo:
    """Chosen, or of the newest place where they work."""
    if user.zone in NAMES:
        return ZoneInfo(user.zone)
    organisations = (place.court or place.centre for place in reversed(user.places))
    newest = next((one for one in organisations if one), None)
    return calendar.zone(newest.departement_id) if newest else MAINLAND


def clock_name(zone: ZoneInfo) -> str:
    """Like "heure de La Réunion"; empty on the mainland, where it goes without
    saying."""
    return str(CLOCKS.get(zone.key, ""))
