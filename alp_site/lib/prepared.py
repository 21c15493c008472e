"""Queries that are compiled once: for the few that every save runs.

Building and compiling a query costs the ORM more than SQLite needs to answer it, a third of a save's time in all. Its
shape is the same each time; only the values differ.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, get_related_populators

__all__ = ["Prepared"]

R = TypeVar("R")
MARKS: dict[type, Callable[[int], Any]] = {
    uuid.UUID: lambda at: uuid.UUID(int=(0x9E3779B97F4A7C15 << 64) + at),
    str: lambda at: f"\x00value {at}",
    int: lambda at: -(2**31) + 7919 + at,
}
"""Values that stand for those to come, and that no query holds by itself."""


@dataclass(frozen=True)
class _Plan:
    """Compiled for one kind of database. ``places``: (index in the parameters, which value, whether as hex)."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int, bool], ...]
    compiler: Any
    converters: Any
    make: Callable[[Sequence[Any]], Any]


class Prepared(Generic[R]):
    """``find = Prepared(lambda pk: Item.objects.filter(pk=pk), UUID)``, then ``find(pk)`` gives the rows as a list.

    ``build`` gets one value for each of ``types`` (UUID, str, int), must only put them into comparisons, and gives a
    query of model instances (``select_related`` allowed, no prefetching, no annotations) or of one flat column. What
    comes is what the query itself would give.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, R]], *types: type) -> None:
        self._build, self._types = build, types
        self._plans: dict[str, _Plan] = {}

    def __call__(self, *values: Any) -> list[R]:
        here = connections[DEFAULT_DB_ALIAS]  # the proxy asks for its thread's connection at each touch
        plan = self._plans.get(here.vendor)
        if plan is None:
            plan = self._plans[here.vendor] = self._compiled()
        params = list(plan.params)
        for index, which, as_hex in plan.places:
            params[index] = _hex(values[which]) if as_hex else values[which]
        with here.cursor() as cursor:
            cursor.execute(plan.sql, params)
            rows: Any = cursor.fetchall()
        if plan.converters:
            rows = plan.compiler.apply_converters(rows, plan.converters)
        return [plan.make(row) for row in rows]

    def first(self, *values: Any) -> R | None:
        """The first row; a query that can have several should end in ``[:1]``."""
        return next(iter(self(*values)), None)

    def _compiled(self) -> _Plan:
        marks = [MARKS[kind](at) for at, kind in enumerate(self._types)]
        rows = self._build(*marks)
        compiler: Any = rows.query.get_compiler(rows.db)
        sql, params = compiler.as_sql()
        places = []
        for index, value in enumerate(params):
            for which, mark in enumerate(marks):
                as_hex = isinstance(mark, uuid.UUID) and value == mark.hex
                if as_hex or (type(value) is type(mark) and value == mark):
                    places.append((index, which, as_hex))
        if {which for _, which, _ in places} != set(range(len(marks))):
            raise ValueError("the query does not hold every value as it was given")
        converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        return _Plan(sql, tuple(params), tuple(places), compiler, converters, _maker(rows, compiler))


def _hex(value: Any) -> str:
    """A UUID as SQLite keeps it. Raises ValueError for a text that is none."""
    return (value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))).hex


def _maker(rows: QuerySet[Any, Any], compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """What makes a result of a row: as the query's own iterable does."""
    kind = cast("Any", rows)._iterable_class  # noqa: SLF001  there is no public name for it
    if kind is FlatValuesListIterable:
        return lambda row: row[0]
    if kind is not ModelIterable or compiler.annotation_col_map:
        raise ValueError("only model instances and one flat column can be prepared")
    info, alias = compiler.klass_info, rows.db
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in compiler.select[first:last]]
    populators = cast("Any", get_related_populators)(info, compiler.select, alias)  # the stubs are of a later Django

    def make(row: Sequence[Any]) -> Any:
        found = info["model"].from_db(alias, names, row[first:last])
        for populator in populators:
            populator.populate(row, found)
        return found

    return make
