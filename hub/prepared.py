"""Querysets whose SQL is made once in a process: for what every socket asks.

Django writes the SQL of a queryset anew each time. For a condition as long as "seated
now, in a role that may read" that takes more time than the database needs to answer
(decision 0026). Here is how one is kept; what is asked stands in hub.queries and
hub.permissions, as querysets.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Self, cast
from uuid import UUID

import psycopg
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]

# What stands for a value while the SQL is written: no query of ours holds these. The
# n-th blank of its kind.
BLANKS: dict[type, Callable[[int], Any]] = {
    UUID: lambda n: UUID(int=0xB1A4C0DE << 96 | n),
    datetime: lambda n: datetime(1, 2, 3, 4, 5, n, tzinfo=UTC),
    int: lambda n: 1_948_163_000 + n,
    str: lambda n: f"\N{REPLACEMENT CHARACTER}{n}",
}


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    parameters: list[Any]
    places: list[tuple[int, str]]  # of the parameters, and whose value goes there
    converters: list[tuple[int, list[Any], Any]]

    def filled(self, values: dict[str, Any]) -> list[Any]:
        parameters = self.parameters.copy()
        for place, name in self.places:
            parameters[place] = values[name]
        return parameters


def columns_of(model: type[Model]) -> list[str]:
    """For values_list(), so that `model.from_db` makes a whole object of each row."""
    return [column.attname for column in model._meta.concrete_fields]  # noqa: SLF001


class Prepared:
    """`build` makes a queryset of values_list() from one value of each kind.

    It is called once per database; from then on only the values differ. Conditions
    that depend on anything else would be kept as they were the first time.
    """

    def __init__(
        self, build: Callable[..., "QuerySet[Any, Row]"], **kinds: type
    ) -> None:
        self._build, self._kinds = build, kinds
        self._statement = cache(self._write)

    def rows(self, **values: Any) -> list[Row]:
        """Raises what a queryset raises. KeyError when a value is not given."""
        statement = self._statement(connection.vendor)
        stored = {name: _stored(values[name]) for name in self._kinds}
        with _cursor() as cursor:
            cursor.execute(statement.sql, statement.filled(stored))
            rows = cursor.fetchall()
        return list(_converted(rows, statement)) if statement.converters else rows

    def _write(self, _vendor: str) -> _Statement:
        blanks = {n: BLANKS[k](i) for i, (n, k) in enumerate(self._kinds.items())}
        compiler = self._build(**blanks).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        names = {_stored(blank): name for name, blank in blanks.items()}
        places = [(i, names[p]) for i, p in enumerate(parameters) if p in names]
        if missing := self._kinds.keys() - {name for _place, name in places}:
            raise ValueError(f"No condition holds {', '.join(sorted(missing))}")
        return _Statement(sql, list(parameters), places, _converters(compiler))


def _stored(value: Any) -> Any:
    """As the database's driver takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def _converters(compiler: SQLCompiler) -> list[tuple[int, list[Any], Any]]:
    found = compiler.get_converters([column for column, _, _ in compiler.select])
    return [(place, convs, column) for place, (convs, column) in found.items()]


def _converted(rows: Sequence[Row], statement: _Statement) -> Iterator[Row]:
    for row in map(list, rows):
        for place, converters, column in statement.converters:
            for convert in converters:
                row[place] = convert(row[place], column, connection)
        yield tuple(row)


def _cursor() -> Any:
    """On PostgreSQL one that lets the server bind the values and keep the plan.

    Django's own when statements are counted: it asks its cursor for the text it sent.
    """
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()
    connection.ensure_connection()
    return connection.make_cursor(cast(Any, _PlanKeepingCursor(connection.connection)))


class _PlanKeepingCursor(psycopg.Cursor[Row]):
    def execute(self, query: Any, params: Any = None, **_: Any) -> Self:
        return super().execute(query, params, prepare=True)
