"""What templates can use: words, dates, links, icons. No query is made here."""

from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from jinja2 import Environment, select_autoescape
from markupsafe import Markup

from hub import days, numbers, text, zones
from hub.calendar import today_in
from hub.file_words import ACCEPT, about_file, file_words
from hub.models import MessageKind, Role
from hub.models.choices import ClosureReason
from hub.queries.deployment import shows_demo_data


def environment(**options: Any) -> Environment:
    """Django's Jinja2 back end calls this once; text e-mails are not escaped."""
    options["autoescape"] = select_autoescape(["html"])
    options["trim_blocks"] = options["lstrip_blocks"] = True
    env = Environment(extensions=["jinja2.ext.i18n"], **options)  # noqa: S701 (set above)
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True
    )
    env.globals.update(ngettext=numbers.counted)  # the same, with numbers in words
    env.globals.update(static=static, url=reverse, now=timezone.now, today=today_in)
    env.globals.update(file_words=file_words, accepted_files=ACCEPT)
    env.globals.update(reader_zone=zones.reader_zone, clock_of_page=zones.clock_of_page)
    env.filters.update(day=day, clock=clock, when=when, iso=iso, body=body)
    env.filters.update(local_date=local_date, day_key=day_key, capital=capital)
    env.filters.update(hour=hour)
    env.filters.update(reason_name=reason_name, form_errors=form_errors)
    env.filters.update(
        about_file=about_file, number=numbers.number, phone=numbers.phone
    )
    env.filters.update(initials=initials, role=role_name, kind_name=kind_name)
    return env


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What every page knows without asking: language, theme, what to warn of."""
    theme = request.COOKIES.get("theme", "")
    return {
        "language": translation.get_language() or settings.LANGUAGE_CODE,
        "theme": theme if theme in ("light", "dark") else "",
        "dsfr": settings.HAS_DSFR,
        "user": getattr(request, "user", None),
        "development": not settings.PRODUCTION,
        "demo": shows_demo_data(),
        "session": session_end(request),
        "unscanned": not settings.FILES_ARE_SCANNED,
        "csrf_input": _form_opening(request),  # in the place of Django's
    }


def _open_form(request: HttpRequest) -> SafeString:
    """What every form begins with: its token, and whose words it will hold."""
    user = getattr(request, "user", None)
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="typed_by" value="{}">',
        get_token(request),
        (user and user.pk) or "",
    )


_form_opening = lazy(
    _open_form, SafeString, str
)  # a page without a form sets no cookie


def session_end(request: HttpRequest) -> dict[str, Any] | None:
    """What a page must know to warn before the session ends; none without one.

    `left` seconds are counted by the page's own clock, which may be wrong; `ends` is
    shown. `last`: no act puts this end off.
    """
    session: Any = getattr(request, "session", None)
    ends_at = getattr(session, "ends_at", None)
    if ends_at is None or not request.user.is_authenticated:
        return None
    longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return {
        "left": int((ends_at - timezone.now()).total_seconds()),
        "ends": ends_at.isoformat(timespec="seconds"),
        "last": ends_at >= session.since + longest,
        "idle": int(settings.SESSION_IDLE.total_seconds()),
        "hours": settings.SESSION_COOKIE_AGE // 3600,
    }


def day(at: datetime) -> str:
    """Like "Lundi 23 novembre 2026"; the day itself begins with "Aujourd'hui"."""
    local, today = zones.local(at).date(), zones.local(timezone.now()).date()
    words = days.in_words(local, days.WITH_WEEKDAY)
    if local == today:
        return translation.gettext("Today, %(day)s") % {"day": words}
    return words[:1].upper() + words[1:]


def clock(at: datetime) -> str:
    return f"{zones.local(at):%H:%M}"


def when(at: datetime) -> str:
    """Like "aujourd'hui, 10:31", "hier, 16:20", then "le 21 novembre" (DESIGN 6)."""
    local, now = zones.local(at), zones.local(timezone.now())
    if local.date() == now.date():
        return translation.gettext("today, %(time)s") % {"time": clock(at)}
    if local.date() == now.date() - timedelta(days=1):
        return translation.gettext("yesterday, %(time)s") % {"time": clock(at)}
    return local_date(local)


def local_date(at: Any) -> str:
    """Like "21 novembre 2026", from a date or a moment."""
    return days.in_words(zones.local(at).date() if isinstance(at, datetime) else at)


def day_key(at: datetime) -> str:
    """The reader's calendar day, "2026-11-23", for scripts to compare."""
    return zones.local(at).date().isoformat()


def initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()


def role_name(role: str) -> str:
    return str(Role(role).label) if role else ""


def kind_name(kind: str) -> str:
    """What a typed message is, with a capital: "Signalement d'une difficulté"."""
    words = str(MessageKind(kind).label) if kind else ""
    return words[:1].upper() + words[1:]


def capital(words: object) -> str:
    text = str(words)
    return text[:1].upper() + text[1:]


def reason_name(reason: str) -> str:
    return str(ClosureReason(reason).label) if reason else ""


def form_errors(form: BaseForm) -> list[tuple[str, str]]:
    """(id of the field, sentence) of everything wrong in a form, in its order."""
    return [
        (form[name].id_for_label or name, str(sentence))
        if name in form.fields
        else ("summary", str(sentence))
        for name, sentences in form.errors.items()
        for sentence in sentences
    ]


def hour(at: time) -> str:
    """Like "14 h" or "9 h 30"; outside French "14:00"."""
    if days.region() != "fr":
        return f"{at:%H:%M}"
    return f"{at.hour}\u00a0h" + (f"\u00a0{at:%M}" if at.minute else "")


def iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def body(stored: str) -> Markup:
    """A stored message as safe HTML; the only place where a template trusts it."""
    return Markup(text.render(stored))  # noqa: S704 (escaped and linkified there)
