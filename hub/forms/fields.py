"""How a page's fields become values, and values the text of fields again.

A page is described once, as a table of Field; nothing typed is ever lost: what cannot
be understood stays as text beside its sentence. Sense is judged by hub.terms_rules.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from hub.errors import InvalidText
from hub.text import normalise

DAY = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})")  # 26 is 2026
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
MONTH = re.compile(r"(\d{1,2})[/. -](\d{4})")
ISO_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
NUMBER = re.compile(r"[0-9]{1,4}")  # no field of a measure counts further
PHONE = re.compile(r"\+?[0-9 .()/-]{6,20}")
ROW = re.compile(r"[0-9]{1,3}")


class NotUnderstood(ValueError):
    """The sentence says what to write instead."""


@dataclass(frozen=True)
class Field:
    """`name` on the page, `attribute` in the record, `kind` one of PARSERS."""

    name: str
    kind: str
    choices: Sequence[tuple[str, Any]] = ()
    limit: int = 100
    default: str = ""
    attribute: str = ""

    @property
    def key(self) -> str:
        return self.attribute or self.name


@dataclass
class Filled:
    """A page as filled in. `rows`: how many rows of each kind it shows.

    `values`: keyword arguments of the action that saves it. `words`: what each field
    says, for people.
    """

    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


def read(
    fields: Iterable[Field], data: Mapping[str, str], filled: Filled, prefix: str = ""
) -> dict[str, Any]:
    """The values of these fields; text and sentences go into `filled`."""
    values: dict[str, Any] = {}
    for one in fields:
        name = prefix + one.name
        typed = filled.typed[name] = data.get(name, "")
        try:
            values[one.key] = PARSERS[one.kind](typed.strip(), one)
        except NotUnderstood as wrong:
            filled.errors[name] = str(wrong)
            values[one.key] = PARSERS[one.kind]("", one)
        filled.words[name] = _words(one, typed)
    return values


def show(
    fields: Iterable[Field], record: object, filled: Filled, prefix: str = ""
) -> None:
    """The fields as the record fills them."""
    for one in fields:
        typed = _written(getattr(record, one.key, None), one)
        filled.typed[prefix + one.name] = typed
        filled.words[prefix + one.name] = _words(one, typed)


def read_rows(
    fields: Sequence[Field],
    data: Mapping[str, str],
    filled: Filled,
    *,
    kind: str,
    signs: Iterable[str],
    without: int = 0,
) -> list[dict[str, Any]]:
    """Rows "kind-1-…", numbered anew; a row is empty when none of `signs` is filled.

    `without`: the number of a row that its person took away.
    """
    found = []
    for number in _row_numbers(data, kind):
        raw = {one.name: data.get(f"{kind}-{number}-{one.name}", "") for one in fields}
        if number != without and any(raw[sign].strip() for sign in signs):
            found.append(raw)
    filled.rows[kind] = len(found)
    values = []
    for number, raw in enumerate(found, start=1):
        prefix = f"{kind}-{number}-"
        renamed = {prefix + name: typed for name, typed in raw.items()}
        values.append(read(fields, renamed, filled, prefix))
    return values


def show_rows(
    fields: Sequence[Field], records: Sequence[object], filled: Filled, kind: str
) -> None:
    filled.rows[kind] = len(records)
    for number, record in enumerate(records, start=1):
        show(fields, record, filled, f"{kind}-{number}-")


def _row_numbers(data: Mapping[str, str], kind: str) -> list[int]:
    numbers = set()
    for name in data:
        first, _sep, rest = name.partition("-")
        number = rest.partition("-")[0]
        if first == kind and ROW.fullmatch(number):
            numbers.add(int(number))
    return sorted(numbers)


def _written(value: Any, one: Field) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, date):
        return value.strftime("%Y-%m" if one.kind == "month" else "%d/%m/%Y")
    return "1" if value is True else str(value)


def _words(one: Field, typed: str) -> str:
    """Like "visites" for "visit": what a reader of the page would see."""
    if one.kind == "flag":
        return _("yes") if typed else _("no")
    return str(dict(one.choices).get(typed, typed)) or _("nothing")


def _line(typed: str, one: Field) -> str:
    return " ".join(_text(typed, one).split())


def _text(typed: str, one: Field) -> str:
    try:
        return normalise(typed, one.limit)
    except InvalidText as error:
        raise NotUnderstood(error.detail) from None


def _choice(typed: str, one: Field) -> str:
    if typed and typed not in dict(one.choices):
        raise NotUnderstood(_("Choose one of the answers of the list."))
    return typed or one.default


def _number(typed: str, one: Field) -> int | None:
    if typed and not NUMBER.fullmatch(typed):
        raise NotUnderstood(
            _("Write a whole number in digits. You wrote “%(typed)s”.")
            % {"typed": _short(typed)}
        )
    return int(typed) if typed else None


def _day(typed: str, one: Field) -> date | None:
    if not typed:
        return None
    numbers = None
    if match := DAY.fullmatch(typed):
        numbers = [int(part) for part in reversed(match.groups())]
        numbers[0] += 2000 if numbers[0] < 100 else 0
    elif match := ISO_DAY.fullmatch(typed):
        numbers = [int(part) for part in match.groups()]
    if numbers is None:
        raise NotUnderstood(
            _("Write the date as day/month/year, for example 19/11/2026.")
        )
    return _real_day(numbers, typed)


def _month(typed: str, one: Field) -> date | None:
    if not typed:
        return None
    if match := MONTH.fullmatch(typed):
        month, year = (int(part) for part in match.groups())
    elif match := ISO_MONTH.fullmatch(typed):
        year, month = (int(part) for part in match.groups())
    else:
        raise NotUnderstood(_("Write the month and the year, for example 03/2019."))
    return _real_day([year, month, 1], typed)


def _real_day(numbers: Sequence[int], typed: str) -> date:
    try:
        return date(*numbers)
    except ValueError:
        raise NotUnderstood(
            _("“%(typed)s” is not in the calendar.") % {"typed": _short(typed)}
        ) from None


def _flag(typed: str, one: Field) -> bool:
    return bool(typed)


def _email(typed: str, one: Field) -> str:
    line = _line(typed, one)
    try:
        if line:
            validate_email(line)
    except ValidationError:
        raise NotUnderstood(
            _("Write the address in full, for example name@example.fr.")
        ) from None
    return line


def _phone(typed: str, one: Field) -> str:
    line = _line(typed, one)
    if line and not PHONE.fullmatch(line):
        raise NotUnderstood(
            _("Write the number in digits, for example 06 12 34 56 78.")
        )
    return line


def _short(typed: str) -> str:
    return typed if len(typed) <= 20 else f"{typed[:20]}…"


PARSERS: dict[str, Callable[[str, Field], Any]] = {
    "line": _line,
    "text": _text,
    "choice": _choice,
    "number": _number,
    "day": _day,
    "month": _month,
    "flag": _flag,
    "email": _email,
    "phone": _phone,
}
