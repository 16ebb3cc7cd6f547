"""The zone that a person chose is theirs (hub.User.zone), not only that of their mails.

The old column stays for the version before, which reads it during an upgrade.
"""

from typing import Any

from django.db import migrations, models


def copy(apps: Any, _editor: Any) -> None:
    person = apps.get_model("hub", "User")
    chosen = apps.get_model("notifications", "Preference").objects.exclude(zone="")
    for user, zone in chosen.values_list("user", "zone"):
        person.objects.filter(pk=user, zone="").update(zone=zone)


class Migration(migrations.Migration):
    dependencies = [
        ("hub", "0009_user_zone"),
        ("notifications", "0001_reaching_the_absent"),
    ]

    operations = [
        migrations.AlterField(
            model_name="preference",
            name="zone",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=40
            ),
        ),
        migrations.RunPython(copy, migrations.RunPython.noop),
    ]
