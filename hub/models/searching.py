"""The words by which messages are found, apart from the record.

Everything here can be made again from the messages; posting never waits for it
(decision 0027). Which words count is hub.stems, who finds what is hub.queries.search.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from django.db.models.lookups import Lookup

from hub.models.threads import Message, Thread


class WordsField(models.TextField):  # type: ignore[type-arg]
    """Stems with single spaces between them. `words__hold=all_of(stems)` finds.

    Each database answers with its own full-text index, made by migration 0012: a
    tsvector with GIN on PostgreSQL, FTS5 on SQLite. Both get the stems as they are.
    """


def all_of(stems: Iterable[str]) -> str:
    """The question as this database's index is asked.

    Stems hold no quote or space (hub.stems).
    """
    if connection.vendor == "postgresql":
        return " & ".join(f"'{stem}'" for stem in stems)
    return " AND ".join(f'"{stem}"' for stem in stems)


@WordsField.register_lookup
class Hold(Lookup):
    """What `all_of` made of the stems, as one parameter."""

    lookup_name = "hold"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[str]]:
        return f'{self._table(connection)}."stems" @@ %s::tsquery', [self.rhs]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[str]]:
        found = "SELECT rowid FROM hub_messagewords_fts(%s)"
        return f'{self._table(connection)}."message_id" IN ({found})', [self.rhs]

    def _table(self, connection: Any) -> str:
        name: str = connection.ops.quote_name(self.lhs.alias)
        return name


@models.UUIDField.register_lookup
@models.BigIntegerField.register_lookup
@models.ForeignKey.register_lookup
class Among(Lookup):
    """`thread__among=[key, ...]`: as `in`, but one parameter for hundreds of keys.

    Each further `%s` costs Django and the driver more than PostgreSQL its index. Text
    stands for keys that are as the database takes them already (hub.prepared).
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, self.rhs]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        keys = self.rhs if isinstance(self.rhs, str) else self._as_json(connection)
        any_of = "(SELECT value FROM json_each(%s))"
        return f"{column} IN {any_of}", [*params, keys]

    def _as_json(self, connection: Any) -> str:
        field = self.lhs.output_field
        return json.dumps([field.get_db_prep_value(k, connection) for k in self.rhs])


class MessageWords(models.Model):
    """What one message is found by: the stems of Message.searched_text.

    `thread` and `at` are the message's own, so that looking needs no other table. No
    constraint on the thread: its check would touch the row that posting holds.

    On SQLite three triggers fill the index. A migration that changes a field here makes
    the table anew and drops them without a word: let it make them again (0012).
    """

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="words"
    )
    thread = models.ForeignKey(
        Thread, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    at = models.DateTimeField()
    words = WordsField()


class SearchProgress(models.Model):
    """One row: every message up to `settled` (its key) has its words."""

    settled = models.BigIntegerField(default=0)
