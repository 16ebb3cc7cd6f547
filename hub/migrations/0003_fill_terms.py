"""Moves what the first version kept on a measure into terms, children and approvals."""

import uuid
from datetime import date

from django.db import migrations
from django.utils import timezone

HUB_USER_ID = uuid.UUID(int=1)  # hub.models.accounts.HUB_USER_ID
NATURES = {
    "visit_on_site": ("visit", "none"),
    "visit_with_exits": ("visit", "allowed"),
    "handover": ("handover", ""),
}


def fill(apps, schema_editor):
    get = lambda name: apps.get_model("hub", name)  # noqa: E731
    get("User").objects.get_or_create(
        pk=HUB_USER_ID,
        defaults={
            "email": "hub@system.invalid",
            "given_name": "Hub",
            "usual_name": "des mesures",
            "is_active": False,
        },
    )
    for centre in get("Centre").objects.all():
        get("Approval").objects.create(
            centre=centre,
            departement_id=centre.departement_id,
            number=centre.approval_number,
            granted_on=centre.approved_on,
        )
    for measure in get("Measure").objects.all():
        _fill_measure(get, measure)


def _fill_measure(get, measure):
    nature, exits = NATURES[measure.nature]
    sent = measure.designations.order_by("transmitted_at")
    terms = get("MeasureTerms").objects.create(
        measure=measure,
        version=1,
        nature=nature,
        exits=exits,
        periodicity_count=measure.visits_per_month,
        periodicity_unit="month",
        visit_minutes=measure.visit_minutes,
        duration_months=measure.duration_months,
        duration_starts="first_visit",
        contact_initiative="both_parents",
        frozen_at=sent[0].transmitted_at if sent else None,
        entered_by_id=measure.prepared_by_id,
    )
    for age in measure.children_ages.split(","):
        if age.strip().isdigit():
            today = timezone.now().date()
            born = date(today.year - int(age), today.month, 1)
            get("Child").objects.create(measure=measure, birth_month=born)
    measure.terms = terms
    measure.decision_kind = "jugement"
    if measure.state == "transmitted":
        measure.awaits, measure.awaits_act = "centre", "acknowledge"
    measure.awaits_since = measure.changed_at
    measure.save()
    for designation in sent:
        designation.state = "transmitted"
        designation.visit_kind = measure.nature
        designation.is_current = False
        designation.save()
    if last := sent.last():
        type(last).objects.filter(pk=last.pk).update(is_current=True)


class Migration(migrations.Migration):
    dependencies = [("hub", "0002_measures_from_decision_to_end")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
