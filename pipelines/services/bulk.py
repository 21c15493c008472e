"""Writing many rows with one prepared statement.

Django's ``bulk_update`` builds a CASE that grows with the square of the rows, its ``bulk_create`` a new long statement
each time; both convert every value of every row. Here a statement runs once per row inside the database's driver, and a
value that all rows share is converted once. That is what keeps the transaction of a batch short.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import Field, Model

__all__ = ["as_uuids", "chunks", "insert_rows", "write_rows"]


def write_rows(rows: Sequence[Model], fields: Iterable[str]) -> None:
    """Updates these fields of rows that exist."""
    meta = type(rows[0])._meta if rows else None
    columns = [cast("Field[Any, Any]", meta.get_field(name)) for name in fields] if meta else []
    if meta is None or not columns:
        return
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(column.column or '')} = %s" for column in columns)
    sql = f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {quote(meta.pk.column or '')} = %s"  # noqa: S608  our names
    _execute(sql, [_values(rows, column) for column in [*columns, meta.pk]])


def insert_rows(rows: Sequence[Model]) -> None:
    """Inserts new rows whose keys are set. PostgreSQL takes whole columns at once (UNNEST), which Django knows."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        type(rows[0])._default_manager.bulk_create(rows)
        return
    meta = type(rows[0])._meta
    columns = list(meta.concrete_fields)
    quote = connection.ops.quote_name
    names = ", ".join(quote(column.column or "") for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    sql = f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608  our names
    _execute(sql, [_values(rows, column) for column in columns])


def _values(rows: Sequence[Model], column: Field[Any, Any]) -> list[Any]:
    """The column of all rows, as the database takes it."""
    found = [getattr(row, column.attname) for row in rows]
    first = found[0]
    if all(value is first or (value == first and type(value) is type(first)) for value in found):
        return [column.get_db_prep_save(first, connection)] * len(found)
    return [column.get_db_prep_save(value, connection) for value in found]


def _execute(sql: str, columns: list[list[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(zip(*columns, strict=True)))


def chunks(rows: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def as_uuids(ids: Iterable[str | UUID]) -> list[UUID]:
    return [i if isinstance(i, UUID) else UUID(i) for i in ids]
