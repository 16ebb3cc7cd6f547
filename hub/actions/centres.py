"""Centres come from a list: real ones from a file, invented ones from hub/data.

The two never live in one deployment (DOMAIN section 12).
"""

import csv
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from hub.actions.journal import record
from hub.errors import DemoRefused, ImportFailed, InvalidText
from hub.models import (
    Approval,
    Centre,
    Court,
    Departement,
    ReceptionProfile,
    Site,
)
from hub.models.centres import VisitKind
from hub.queries.deployment import forget
from hub.text import fold, normalise

REQUIRED = ("code", "name", "manager", "approval_number", "departement", "email")
OPTIONAL = ("siret", "approved_on", "address", "city", "insee", "phone", "courts")
RESERVED = ".invalid"  # RFC 2606: an address that cannot exist marks invented data

Progress = Callable[[int, int], None]  # (done, total)


def no_progress(done: int, total: int) -> None:
    """For callers that show nothing."""


def import_centres(
    lines: Iterable[str],
    *,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> int:
    """Creates or updates the centres of a CSV file, all or none; returns how many.

    `lines` is UTF-8 text, separated by `,` or `;`, with a header row (columns:
    docs/configuration.md). Raises ImportFailed with every wrong row, and DemoRefused
    where demonstration centres are.
    """
    try:
        rows = list(_read(lines))
    except csv.Error as error:
        raise ImportFailed(
            [(1, _("Not a CSV file: %(why)s.") % {"why": error})]
        ) from None
    with transaction.atomic():
        if Centre.objects.filter(is_demo=True).exists():
            raise DemoRefused(_("Remove the demonstration data first (new database)."))
        checked = _check(rows)
        for done, (_number, row) in enumerate(checked, start=1):
            _store(row)
            progress(done, len(checked))
        record(None, "centres_imported", "centre", len(checked))
        if dry_run:
            transaction.set_rollback(True)
    forget()
    return len(checked)


def refuse_demo_among_real() -> None:
    """Raises DemoRefused if this deployment has any real centre."""
    if Centre.objects.filter(is_demo=False).exists():
        raise DemoRefused(
            _(
                "This deployment holds real espaces de rencontre: "
                "demonstration data is refused."
            )
        )


def search_words(centre: Centre, city: str) -> str:
    """What the search of the list looks into: folded name, manager, place."""
    place = (city, centre.departement.name, centre.departement_id)
    return fold(" ".join([centre.name, centre.manager, centre.code, *place]))[:400]


def _read(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    text = list(lines)
    header = text[0].lstrip("\ufeff") if text else ""
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader([header, *text[1:]], delimiter=delimiter)
    found = [(name or "").strip() for name in reader.fieldnames or []]
    reader.fieldnames = found
    if missing := [name for name in REQUIRED if name not in found]:
        raise ImportFailed(
            [(1, _("Missing columns: %(names)s.") % {"names": ", ".join(missing)})]
        )
    for row in reader:
        yield reader.line_num, {k: _cell(v) for k, v in row.items() if k}


def _cell(value: str | None) -> str:
    return unicodedata.normalize("NFC", value or "").strip()


def _check(rows: list[tuple[int, dict[str, str]]]) -> list[tuple[int, dict[str, Any]]]:
    departements = set(Departement.objects.values_list("code", flat=True))
    courts = set(Court.objects.values_list("code", flat=True))
    wrong: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        wrong += [(number, s) for s in _problems(row, departements, courts)]
        if row["code"] in seen:
            where = {"code": row["code"], "row": seen[row["code"]]}
            wrong.append(
                (number, _("Code %(code)s is already on row %(row)d.") % where)
            )
        seen.setdefault(row["code"], number)
    if wrong:
        raise ImportFailed(wrong)
    return rows


def _problems(
    row: dict[str, str], departements: set[str], courts: set[str]
) -> Iterator[str]:
    for name in REQUIRED:
        if not row[name]:
            yield _("Column %(name)s is empty.") % {"name": name}
    for name, value in row.items():
        if name in REQUIRED + OPTIONAL and not _is_clean(value):
            yield _("Column %(name)s holds control characters.") % {"name": name}
        if len(value) > MOST_CHARACTERS.get(name, 1000):
            yield _("Column %(name)s is too long.") % {"name": name}
    if row["departement"] and row["departement"] not in departements:
        yield _("Unknown département %(code)s.") % {"code": row["departement"]}
    yield from _wrong_address(row["email"])
    if unknown := [c for c in row.get("courts", "").split() if c not in courts]:
        yield _("Unknown courts: %(codes)s.") % {"codes": ", ".join(unknown)}
    if row.get("approved_on") and not _is_date(row["approved_on"]):
        yield _("approved_on must be written like 2026-11-23.")


# The columns' sizes in hub.models.centres.
MOST_CHARACTERS = {
    "code": 40, "name": 160, "manager": 160, "siret": 14, "approval_number": 60,
    "email": 254, "phone": 20, "address": 200, "city": 100, "insee": 5,
}  # fmt: skip


def _wrong_address(email: str) -> Iterator[str]:
    if not email:
        return
    try:
        validate_email(email)
    except ValidationError:
        yield _("%(email)s is not an e-mail address.") % {"email": email[:80]}
    if email.lower().endswith(RESERVED):
        yield _("Addresses in .invalid belong to demonstration data.")


def _is_clean(value: str) -> bool:
    try:
        return value == normalise(value, len(value))
    except InvalidText:
        return False


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _store(row: dict[str, str]) -> None:
    centre, _created = Centre.objects.update_or_create(
        code=row["code"],
        defaults={
            "name": row["name"],
            "manager": row["manager"],
            "siret": row.get("siret", ""),
            "approval_number": row["approval_number"],
            "approved_on": row.get("approved_on") or None,
            "departement_id": row["departement"],
            "email": row["email"].lower(),
            "phone": row.get("phone", ""),
        },
    )
    place = {k: row.get(k, "") for k in ("address", "city", "insee")}
    site, created = Site.objects.get_or_create(centre=centre, defaults=place)
    if created:
        # Until the centre describes itself, only plain visits are assumed.
        ReceptionProfile.objects.create(site=site, visit_kind=VisitKind.VISIT)
    else:
        Site.objects.filter(pk=site.pk).update(**place)
    Approval.objects.update_or_create(
        centre=centre,
        departement_id=row["departement"],
        defaults={
            "number": row["approval_number"],
            "granted_on": row.get("approved_on") or None,
        },
    )
    codes = row.get("courts", "").split()
    centre.courts_served.set(Court.objects.filter(code__in=codes))
    centre.search = search_words(centre, place["city"])
    centre.save(update_fields=["search"])
