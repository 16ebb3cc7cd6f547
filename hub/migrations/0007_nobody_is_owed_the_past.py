"""Whoever sits in a thread today is owed what comes, not all that was said before."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def skip_the_past(apps, schema_editor):
    participant = apps.get_model("hub", "Participant")
    thread = apps.get_model("hub", "Thread")
    heads = thread.objects.filter(pk=OuterRef("thread")).values("last_seq")[:1]
    participant.objects.update(notified_seq=Subquery(heads))


class Migration(migrations.Migration):
    dependencies = [("hub", "0006_reaching_the_absent")]

    operations = [migrations.RunPython(skip_the_past, migrations.RunPython.noop)]
