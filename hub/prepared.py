"""Querysets whose SQL is made once in a process: for what sockets, pages, searches ask.

Django writes the SQL of a queryset anew each time. For a condition as long as "seated
now, in a role that may read" that takes more time than the database needs to answer
(decision 0026). Here is how one is kept; what is asked stands in hub.queries and
hub.permissions, as querysets.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any, Generic, Self, TypeVar, cast
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connection
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
M = TypeVar("M", bound=Model)

# What stands for a value while the SQL is written: no query of ours holds these. The
# n-th blank of its kind.
BLANKS: dict[type, Callable[[int], Any]] = {
    UUID: lambda n: UUID(int=0xB1A4C0DE << 96 | n),
    datetime: lambda n: datetime(1, 2, 3, 4, 5, n, tzinfo=UTC),
    int: lambda n: 1_948_163_000 + n,
    str: lambda n: f"\N{REPLACEMENT CHARACTER}{n}",
    list: lambda n: f"\N{REPLACEMENT CHARACTER}[{n}]",  # of keys, for `__among` alone
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


class Whole(Generic[M]):
    """Makes objects of rows: of `model`, with those that its keys `related` point to.

    `columns` are for values_list(), first in it.
    """

    def __init__(self, model: type[M], *related: str) -> None:
        self._model, self._names = model, related

    @cached_property
    def columns(self) -> list[str]:
        return _columns(self._model) + [
            f"{name}__{column}"
            for name, other in self._related
            for column in _columns(other)
        ]

    def made(self, row: Row) -> M:
        """A related object is there as after select_related()."""
        end = len(_columns(self._model))
        made = _object(self._model, row[:end])
        for name, other in self._related:
            start, end = end, end + len(_columns(other))
            points_to = getattr(made, f"{name}_id")
            found = None if points_to is None else _object(other, row[start:end])
            setattr(made, name, found)
        return made

    @cached_property
    def _related(self) -> list[tuple[str, type[Model]]]:
        fields = map(self._model._meta.get_field, self._names)
        return [(field.name, cast(Any, field.related_model)) for field in fields]


@cache
def _columns(model: type[Model]) -> list[str]:
    return [column.attname for column in model._meta.concrete_fields]


def _object(model: type[M], row: Row) -> M:
    return model.from_db(DEFAULT_DB_ALIAS, _columns(model), row)


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
        rows = _answer(statement.sql, statement.filled(stored))
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


def _answer(sql: str, parameters: list[Any]) -> list[Row]:
    """A kept plan that no longer fits is made anew, once.

    "Cached plan must not change result type", says PostgreSQL when a migration changed
    the type of a column while this process runs (decision 0026).
    """
    try:
        return _rows(sql, parameters)
    except NotSupportedError:
        # In a transaction nothing more can be asked; its end forgets the plans.
        if connection.vendor != "postgresql" or connection.in_atomic_block:
            raise
        connection.connection.execute("DEALLOCATE ALL")
        return _rows(sql, parameters)


def _rows(sql: str, parameters: list[Any]) -> list[Row]:
    with _cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[Row] = cursor.fetchall()
    return found


def _stored(value: Any) -> Any:
    """As the database's driver takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, list):
        return _list(value)
    return value


def _list(keys: list[Any]) -> str:
    """As text: the driver takes six times longer to make the same of hundreds."""
    if connection.vendor != "postgresql":
        return json.dumps([_stored(key) for key in keys])
    return f"{{{','.join([_element(key) for key in keys])}}}"


def _element(key: Any) -> str:
    """PostgreSQL, "Array Input and Output Syntax"."""
    if isinstance(key, UUID):
        return key.hex
    escaped = str(key).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


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
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    return connection.make_cursor(cast(Any, _PlanKeepingCursor(connection.connection)))


class _PlanKeepingCursor(psycopg.Cursor[Row]):
    def execute(self, query: Any, params: Any = None, **_: Any) -> Self:
        return super().execute(query, params, prepare=True)
