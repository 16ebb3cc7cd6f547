"""Words of messages, and each database's own full-text index over them."""

import django.db.models.deletion
from django.db import migrations, models

import hub.models.searching

# Kept by the database itself: Django never writes it.
POSTGRESQL = [
    """ALTER TABLE hub_messagewords ADD COLUMN stems tsvector GENERATED ALWAYS AS
       (array_to_tsvector(string_to_array(words, ' '))) STORED""",
    "CREATE INDEX hub_messagewords_stems ON hub_messagewords USING gin (stems)",
]

# An index without a copy of the words ("external content", https://sqlite.org/fts5.html):
# what is in it changes by these triggers alone. `ascii`: only ASCII other than letters
# and digits divides words, so every stem stays one token.
SQLITE = [
    """CREATE VIRTUAL TABLE hub_messagewords_fts USING fts5(
       words, content='hub_messagewords', content_rowid='message_id',
       tokenize='ascii', detail='none')""",
    """CREATE TRIGGER hub_messagewords_in AFTER INSERT ON hub_messagewords BEGIN
       INSERT INTO hub_messagewords_fts(rowid, words)
       VALUES (new.message_id, new.words); END""",
    """CREATE TRIGGER hub_messagewords_out AFTER DELETE ON hub_messagewords BEGIN
       INSERT INTO hub_messagewords_fts(hub_messagewords_fts, rowid, words)
       VALUES ('delete', old.message_id, old.words); END""",
    """CREATE TRIGGER hub_messagewords_new AFTER UPDATE ON hub_messagewords BEGIN
       INSERT INTO hub_messagewords_fts(hub_messagewords_fts, rowid, words)
       VALUES ('delete', old.message_id, old.words);
       INSERT INTO hub_messagewords_fts(rowid, words)
       VALUES (new.message_id, new.words); END""",
]


def make_index(apps, schema_editor):
    wanted = {"postgresql": POSTGRESQL, "sqlite": SQLITE}
    for statement in wanted[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove_index(apps, schema_editor):
    """The rest goes with the table."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE hub_messagewords_fts")


class Migration(migrations.Migration):
    dependencies = [("hub", "0011_say_espace_de_rencontre")]

    operations = [
        migrations.CreateModel(
            name="MessageWords",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="hub.message",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("words", hub.models.searching.WordsField()),
                (
                    "thread",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hub.thread",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchProgress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("settled", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.RunPython(make_index, remove_index),
    ]
