"""Loading hub/data: the real courts of France, and the invented centres.

Origins and licences of the files: hub/data/SOURCES.md.
"""

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from hub.actions.centres import (
    Progress,
    no_progress,
    refuse_demo_among_real,
    search_words,
)
from hub.models import (
    AppealCourt,
    Approval,
    Centre,
    Court,
    Departement,
    OpeningSlot,
    ReceptionProfile,
    Site,
    WaitingDeclaration,
)
from hub.queries.deployment import forget

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as in the data


def load_courts() -> int:
    """Creates or updates départements, appeal courts and courts; returns the courts."""
    rows: list[dict[str, Any]] = _json("tribunaux.json")
    with transaction.atomic():
        Departement.objects.bulk_create(
            [
                Departement(code=d["code"], name=d["nom"], region=d["region_nom"])
                for d in _csv("departements.csv")
            ],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "region"],
        )
        appeal_courts = [
            AppealCourt(code=c["code"], name=c["nom"]) for c in _csv("cours_appel.csv")
        ]
        AppealCourt.objects.bulk_create(appeal_courts, ignore_conflicts=True)
        codes = {c.name: c.code for c in appeal_courts}
        Court.objects.bulk_create(
            [_court(row, codes[row["cour_appel"]]) for row in rows],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "city", "departement", "appeal_court"],
        )
    return len(rows)


def load_demo_centres(progress: Progress = no_progress) -> int:
    """Creates the 192 invented centres. Raises DemoRefused next to real ones."""
    rows = demo_rows()
    with transaction.atomic():
        refuse_demo_among_real()
        for done, row in enumerate(rows, start=1):
            if not Centre.objects.filter(code=row["code"]).exists():
                store_demo_centre(row)
            progress(done, len(rows))
    forget()
    return len(rows)


def demo_rows() -> list[dict[str, Any]]:
    """The invented centres as hub/data holds them."""
    rows: list[dict[str, Any]] = _json("demo_centres.json")["centres"]
    return rows


def store_demo_centre(row: dict[str, Any]) -> None:
    """One invented centre with its site, profiles and declared waiting times."""
    centre = Centre.objects.create(
        code=row["code"],
        name=row["name"],
        manager=row["manager"],
        approval_number=row["approval_number"],
        departement_id=row["departement_code"],
        email=row["email"],
        is_demo=True,
    )
    centre.search = search_words(centre, row["city_label"])
    centre.save(update_fields=["search"])
    centre.courts_served.set(row["served_tribunal_codes"])
    site = Site.objects.create(
        centre=centre,
        city=row["city_label"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        wheelchair=row["wheelchair"],
        separate_entrances=row["separate_entrances"],
        public_transport=row["public_transport"],
    )
    Approval.objects.create(
        centre=centre,
        departement_id=row["departement_code"],
        number=row["approval_number"],
    )
    OpeningSlot.objects.bulk_create(
        OpeningSlot(site=site, weekday=WEEKDAYS.index(day), start=start, end=end)
        for day, start, end in row["opening"]
    )
    _store_profiles(site, row)


def _court(row: dict[str, Any], appeal_court: str) -> Court:
    return Court(
        code=row["code"],
        kind=row["type"],
        name=row["nom"],
        city=row["ville"],
        departement_id=row["departement_code"],
        appeal_court_id=appeal_court,
        latitude=row["latitude"],
        longitude=row["longitude"],
    )


def _store_profiles(site: Site, row: dict[str, Any]) -> None:
    kinds = [k for k in row["waiting_weeks"] if row[k]]
    ReceptionProfile.objects.bulk_create(
        ReceptionProfile(
            site=site,
            visit_kind=kind,
            min_age_months=row["min_age_months"],
            max_age_years=row["max_age_years"],
            max_siblings=row["max_siblings"],
            families_per_slot=row["max_families_per_slot"],
            accompaniment=row["accompaniment"],
            interpreter=row["interpreter"],
            accepts_protection_orders=row["accepts_protection_orders"],
        )
        for kind in kinds
    )
    declared_at = timezone.now() - timedelta(days=row["waiting_declared_days_ago"])
    WaitingDeclaration.objects.bulk_create(
        WaitingDeclaration(
            site=site,
            visit_kind=kind,
            weeks=row["waiting_weeks"][kind],
            declared_at=declared_at,
        )
        for kind in kinds
    )


def _json(name: str) -> Any:
    return json.loads(_path(name).read_text())


def _csv(name: str) -> list[dict[str, str]]:
    with _path(name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _path(name: str) -> Path:
    path: Path = settings.SEED_DATA / name
    return path
