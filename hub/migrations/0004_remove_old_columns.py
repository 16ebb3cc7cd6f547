from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hub", "0003_fill_terms")]

    operations = [
        migrations.RemoveField(
            model_name='measure',
            name='children_ages',
        ),
        migrations.RemoveField(
            model_name='measure',
            name='duration_months',
        ),
        migrations.RemoveField(
            model_name='measure',
            name='nature',
        ),
        migrations.RemoveField(
            model_name='measure',
            name='visit_minutes',
        ),
        migrations.RemoveField(
            model_name='measure',
            name='visits_per_month',
        ),
        migrations.AddConstraint(
            model_name='designation',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('measure',), name='one_current_designation'),
        ),
    ]
