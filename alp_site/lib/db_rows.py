"""Many rows with few statements and little work a value: what keeps the transactions of bulk work short.

Django's ``bulk_update`` builds a CASE that grows with the square of the rows, its ``bulk_create`` a new long statement
each time, and reading or writing converts every value of every row by itself. Here a statement runs once per row inside
the database's driver, values are converted column by column, and one that many rows share is converted once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar, cast
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    FloatField,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
    QuerySet,
    TextField,
    UUIDField,
)
from django.db.models.base import ModelState

__all__ = ["add_all", "add_to", "insert_rows", "new_row", "read_rows", "write_rows"]

M = TypeVar("M", bound=Model)
Column: TypeAlias = "Field[Any, Any]"
PLAIN = (str, int, float, type(None))


def read_rows(rows: QuerySet[M]) -> list[M]:
    """The rows of a query over whole rows: no deferred columns, annotations or ``select_related``.

    They are what iterating gives, but no ``pre_init`` or ``post_init`` signal is sent for them.
    """
    if connection.vendor != "sqlite":
        return list(rows)
    try:
        sql, params = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    columns = rows.model._meta.concrete_fields
    names = [column.attname for column in columns]
    parts = [_from_sqlite(column, part) for column, part in zip(columns, zip(*found, strict=True), strict=False)]
    made = zip(*parts, strict=True)
    return [_instance(rows.model, dict(zip(names, row, strict=True)), stored_in=rows.db) for row in made]


def new_row(model: type[M], **values: Any) -> M:
    """As ``model(**values)``, by the names of columns (``cycle_id``, not ``cycle``) and without signals."""
    plain, made = _defaults(model)
    row = {**plain, **{name: make() for name, make in made.items() if name not in values}, **values}
    return _instance(model, row, stored_in=None)


def write_rows(rows: Sequence[Model], fields: Iterable[str]) -> None:
    """Updates these fields of rows that exist."""
    names = tuple(fields)
    if not rows or not names:
        return
    sql, columns = _update(type(rows[0]), names)
    _execute_many(sql, rows, columns)


def insert_rows(
    rows: Sequence[Model], *, unique: Sequence[str] = (), update: Sequence[str] = (), ignore: bool = False
) -> None:
    """Inserts new rows whose keys are set (or given by the database, where the key is a number).

    ``update``: the fields that replace those of a row that is there already, known by its ``unique`` fields.
    ``ignore``: such a row stays as it is. PostgreSQL takes whole columns at once (UNNEST), which Django knows.
    """
    if not rows:
        return
    if connection.vendor != "sqlite":
        known: dict[str, Any] = {"update_conflicts": True, "unique_fields": unique, "update_fields": update}
        type(rows[0])._default_manager.bulk_create(rows, **(known if update else {"ignore_conflicts": ignore}))
        return
    sql, columns = _insert(type(rows[0]), rows[0].pk is not None, tuple(unique), tuple(update), ignore)
    _execute_many(sql, rows, columns)


def add_to(model: type[Model], where: Mapping[str, Any], changes: Mapping[str, float]) -> int:
    """Adds to number columns of the rows whose columns have these values; returns how many rows there were."""
    meta = model._meta
    sets = ", ".join(f"{_name(meta.get_field(name))} = {_name(meta.get_field(name))} + %s" for name in changes)
    columns = {cast("Column", meta.get_field(name)): value for name, value in where.items()}
    sql = (
        f"UPDATE {_quote(meta.db_table)} SET {sets}"  # noqa: S608  our names
        f" WHERE {' AND '.join(f'{_name(column)} = %s' for column in columns)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*changes.values(), *(_prepared(column, value) for column, value in columns.items())])
        return int(cursor.rowcount)


def add_all(rows: Sequence[Model], *, unique: Sequence[str], add: Sequence[str]) -> None:
    """Adds the ``add`` columns of these rows to the rows known by their ``unique`` fields, making those that are not
    there. One statement; where several transactions do this, give the rows in an order they share."""
    if not rows:
        return
    meta = type(rows[0])._meta
    columns = [cast("Column", meta.get_field(name)) for name in (*unique, *add)]
    table = _quote(meta.db_table)
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in map(_name, columns[len(unique) :]))
    sql = (
        f"INSERT INTO {table} ({', '.join(map(_name, columns))})"  # noqa: S608  our names
        f" VALUES ({', '.join(['%s'] * len(columns))})"
        f" ON CONFLICT ({', '.join(map(_name, columns[: len(unique)]))}) DO UPDATE SET {sums}"
    )
    _execute_many(sql, rows, columns)


# The statements of a save are the same each time: a sixth of its time went into writing them anew.


@cache
def _update(model: type[Model], fields: tuple[str, ...]) -> tuple[str, list[Column]]:
    """The statement, which both databases quote alike, and the columns whose values it takes."""
    meta = model._meta
    columns = [cast("Column", meta.get_field(name)) for name in fields]
    sets = ", ".join(f"{_name(column)} = %s" for column in columns)
    sql = f"UPDATE {_quote(meta.db_table)} SET {sets} WHERE {_name(meta.pk)} = %s"  # noqa: S608  our names
    return sql, [*columns, meta.pk]


@cache
def _insert(
    model: type[Model], keyed: bool, unique: tuple[str, ...], update: tuple[str, ...], ignore: bool
) -> tuple[str, list[Column]]:
    """SQLite's statement, and the columns whose values it takes."""
    meta = model._meta
    columns = [column for column in meta.concrete_fields if keyed or not column.primary_key]
    sql = (
        f"INSERT INTO {_quote(meta.db_table)} ({', '.join(map(_name, columns))})"  # noqa: S608  our names
        f" VALUES ({', '.join(['%s'] * len(columns))})"
    )
    if ignore:
        sql += " ON CONFLICT DO NOTHING"
    elif update:
        sets = ", ".join(f"{name} = excluded.{name}" for name in (_name(meta.get_field(field)) for field in update))
        sql += f" ON CONFLICT ({', '.join(_name(meta.get_field(field)) for field in unique)}) DO UPDATE SET {sets}"
    return sql, columns


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _name(column: Any) -> str:
    return _quote(column.column or "")


def _execute_many(sql: str, rows: Sequence[Model], columns: Sequence[Column]) -> None:
    here = connections[DEFAULT_DB_ALIAS]  # the proxy asks for its thread's connection at each touch
    values = [_values(rows, column, here) for column in columns]
    with here.cursor() as cursor:
        cursor.executemany(sql, list(zip(*values, strict=True)))


# --- values on their way in


def _values(rows: Sequence[Model], column: Column, here: BaseDatabaseWrapper) -> list[Any]:
    """The column of all rows, as the database takes it."""
    found = list(map(attrgetter(column.attname), rows))
    first = found[0]
    if len(found) == 1 and here.vendor == "sqlite":
        return _to_sqlite(column, found)
    if all(value is first or (type(value) is type(first) and _same(value, first)) for value in found):
        return [_prepared(column, first)] * len(found)
    if here.vendor == "sqlite":
        return _to_sqlite(column, found)
    return [column.get_db_prep_save(value, here) for value in found]


def _same(value: Any, other: Any) -> bool:
    """Equal all through. In a container True equals 1 to Python, but not to JSON: only empty ones are compared."""
    return bool(value == other) and (not isinstance(value, (dict, list, tuple)) or not value)


def _to_sqlite(column: Column, values: list[Any]) -> list[Any]:
    """What Django's fields do, without the call for each value where there is nothing to do."""
    kind = _kind(column)
    if issubclass(kind, (CharField, TextField, IntegerField, FloatField)):
        return [value if type(value) in PLAIN else _prepared(column, value) for value in values]
    if issubclass(kind, UUIDField):
        return [f"{value.int:032x}" if type(value) is UUID else _prepared(column, value) for value in values]
    if issubclass(kind, JSONField):
        encode = (cast("JSONField[Any, Any]", column).encoder or json.JSONEncoder)().encode
        return [encode(value) if type(value) in (dict, list) else _prepared(column, value) for value in values]
    here = connections[DEFAULT_DB_ALIAS]
    return [column.get_db_prep_save(value, here) for value in values]


def _prepared(column: Column, value: Any) -> Any:
    return column.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])


# --- values on their way out


@cache
def _kind(column: Column) -> type[Column]:
    """The class of the field that says how values are stored: a foreign key's is its target's."""
    while isinstance(column, ForeignKey):
        column = column.target_field
    return type(column)


def _moment(naive: datetime) -> datetime:
    return naive.replace(tzinfo=UTC)  # the driver has parsed it, as Django tells it to


_SHARED: dict[type[Column], Callable[[Any], Any]] = {UUIDField: UUID, DateTimeField: _moment, BooleanField: bool}
"""Kinds whose values cannot be changed, so that rows may share one."""


def _from_sqlite(column: Column, values: Sequence[Any]) -> list[Any]:
    kind = _kind(column)
    if kind in _SHARED:
        convert = _SHARED[kind]
        known = {value: None if value is None else convert(value) for value in set(values)}
        return [known[value] for value in values]
    if kind is JSONField and cast("JSONField[Any, Any]", column).decoder is None:
        return [None if value is None else {} if value == "{}" else json.loads(value) for value in values]
    col = column.cached_col
    converters = [*connection.ops.get_db_converters(col), *col.get_db_converters(connection)]
    if not converters:
        return list(values)
    found = list(values)
    for converter in converters:
        found = [converter(value, col, connection) for value in found]
    return found


def _instance(model: type[M], values: dict[str, Any], *, stored_in: str | None) -> M:
    row = model.__new__(model)
    row.__dict__ = values
    state = ModelState()
    state.adding, state.db = stored_in is None, stored_in
    row._state = state  # noqa: SLF001  what Model.__init__ sets
    return row


@cache
def _defaults(model: type[Model]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """The values of a new row that are always the same, and what makes the others."""
    columns = model._meta.concrete_fields
    made = {column.attname: column.default for column in columns if column.has_default() and callable(column.default)}
    return {column.attname: column.get_default() for column in columns if column.attname not in made}, made
