"""The small demo, made once per process and copied into each test's database.

A copy is what making it at that moment would have left: ids, moments and hash chains
are its own. Belongs here: taking the copy and putting it back. What is in it: cast.py.
"""

import io
import pickle
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import DateTimeField, Field, Model, UUIDField
from django.utils import timezone

from hub.calendar import today_in
from hub.chain import content, message_hash, with_files
from hub.demo import Demo
from hub.files import storage
from hub.models import GENESIS, Blob, Departement, Message

APPS = ("hub", "realtime", "notifications")
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Dates and working days are kept as they were made: a test that moves its clock, or
# passes midnight, makes its demo anew.
FRESH = timedelta(hours=1)
AN_ID: "UUIDField[Any, Any]" = UUIDField()
A_MOMENT: "DateTimeField[Any, Any]" = DateTimeField()


class DemoCopy:
    """What `make` leaves in an empty database, taken out of it again."""

    def __init__(self, make: Callable[[], Demo]) -> None:
        self._left_out: dict[Any, int] = {}  # what is new in each copy, and its number
        self._hashes: set[str] = set()
        with transaction.atomic():
            before = _all_keys()
            demo = make()
            self._made_at, self._day = timezone.now(), today_in()
            self._sealed = {b.pk: _bytes(b.pk) for b in Blob.objects.all()}
            # A blob's id is sealed into its bytes.
            self._kept = {
                *self._sealed,
                *(key for keys in before.values() for key in keys),
            }
            messages = with_files(Message.objects.order_by("thread_id", "seq"))
            self._messages = self._written(messages)
            self._hashes = {message.hash for message in messages}
            grown = dict(_new_rows(before))
            statements = connection.ops.sequence_reset_sql(no_style(), list(grown))
            self._behind = ";".join(statements)  # puts each sequence behind its rows
            self._rows = self._written([(_insert(m), grown[m]) for m in grown])
            self._demo = self._written(demo)
            transaction.set_rollback(True)

    def fits(self) -> bool:
        """Whether making the demo here and now would leave the same."""
        age = abs(timezone.now() - self._made_at)
        if age > FRESH or today_in() != self._day:
            return False
        return not Departement.objects.exists()

    def put_back(self) -> Demo:
        """Writes the rows and the sealed bytes; returns the same objects."""
        new = self._renewed()
        left_out = list(self._left_out)
        self._chain(_Reader(self._messages, [new.get(old) for old in left_out]), new)
        stored = [_for_database(new[old]) for old in left_out]
        with transaction.atomic(), connection.cursor() as cursor:
            for statement, rows in _Reader(self._rows, stored).load():
                cursor.executemany(statement, rows)
            if self._behind:
                cursor.execute(self._behind)
        for blob, sealed in self._sealed.items():
            _put_back_bytes(blob, sealed)
        demo: Demo = _Reader(self._demo, [new[old] for old in left_out]).load()
        return demo

    def _written(self, value: object) -> bytes:
        target = io.BytesIO()
        _Writer(target, self._number).dump(value)
        return target.getvalue()

    def _number(self, value: Any) -> int | None:
        """Of a value that may be another in each copy, or in each database."""
        if isinstance(value, str):
            varies = value in self._hashes or bool(ID.search(value))
        else:
            varies = isinstance(value, UUID | datetime)
        return self._left_out.setdefault(value, len(self._left_out)) if varies else None

    def _renewed(self) -> dict[Any, Any]:
        """All that was left out, by what it was; hashes follow in `_chain`."""
        later = timezone.now() - self._made_at
        new: dict[Any, Any] = {}
        for old in self._left_out:
            if isinstance(old, datetime):
                new[old] = old + later
            elif isinstance(old, UUID):
                new[old] = old if old in self._kept else uuid4()
        names = {str(old): str(id_) for old, id_ in new.items()}
        for old in self._left_out:
            if isinstance(old, str):
                new[old] = ID.sub(lambda found: names.get(found[0], found[0]), old)
        return new

    def _chain(self, messages: "_Reader", new: dict[Any, Any]) -> None:
        heads: dict[UUID, str] = {}
        for message in messages.load():
            previous = heads.get(message.thread_id, GENESIS)
            hash_ = message_hash(previous, content(message))
            heads[message.thread_id] = new[message.hash] = hash_


class _Writer(pickle.Pickler):
    """Writes a number in the place of each value that has one."""

    def __init__(self, target: io.BytesIO, number: Callable[[Any], int | None]) -> None:
        super().__init__(target)
        self._number = number

    def persistent_id(self, value: Any) -> int | None:
        return self._number(value)


class _Reader(pickle.Unpickler):
    """Reads it again with other values in these places."""

    def __init__(self, written: bytes, values: list[Any]) -> None:
        super().__init__(io.BytesIO(written))
        self._values = values

    def persistent_load(self, number: Any) -> Any:
        return self._values[number]


def _models() -> Iterator[type[Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in APPS:
            yield model


def _all_keys() -> dict[type[Model], set[Any]]:
    """What migrations have left."""
    return {m: set(m._base_manager.values_list("pk", flat=True)) for m in _models()}


def _new_rows(
    before: dict[type[Model], set[Any]],
) -> Iterator[tuple[type[Model], list[tuple[Any, ...]]]]:
    """Per table that has grown, by what."""
    for model in _models():
        fields = model._meta.local_concrete_fields
        added = model._base_manager.exclude(pk__in=before[model])
        rows = [
            tuple(map(_kept, fields, row))
            for row in added.values_list(*(field.attname for field in fields))
        ]
        if rows:
            yield model, rows


def _insert(model: type[Model]) -> str:
    quote, fields = connection.ops.quote_name, model._meta.local_concrete_fields
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join("%s" for _ in fields)
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"


def _kept(field: "Field[Any, Any]", value: Any) -> Any:
    """As the database takes it, unless that is decided when it is put back."""
    if isinstance(value, UUID | datetime):
        return value
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return field.get_db_prep_save(value, connection)


def _for_database(value: Any) -> Any:
    if isinstance(value, UUID):
        return AN_ID.get_db_prep_value(value, connection)
    if isinstance(value, datetime):
        return A_MOMENT.get_db_prep_value(value, connection)
    return value


def _bytes(blob: UUID) -> bytes:
    with storage.opened(blob) as sealed:
        return sealed.read()


def _put_back_bytes(blob: UUID, sealed: bytes) -> None:
    """A test may have removed or damaged them."""
    try:
        if _bytes(blob) == sealed:
            return
    except FileNotFoundError:
        pass
    storage.place().save(storage.path_of(blob), ContentFile(sealed))
