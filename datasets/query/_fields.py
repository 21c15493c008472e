"""What a path of a filter stands for: a column, a JSON path, a tag, rows of another table.

A field answers one question: the condition (`Q`) under which a row passes `op value`. The compiler negates, so the
conditions here are never NULL. A value of the wrong type for a column is refused with the field's name: it would
silently match nothing.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from datasets.errors import QueryInvalid
from datasets.query._parse import Node
from datasets.query._sql import Glob, JsonEquals, JsonExists, JsonTest, PathMatch, wildcards
from datasets.query._tree import EVERYTHING, NOTHING, condition

__all__ = ["EVERYTHING", "NOTHING", "Column", "Field", "JsonColumn", "Related", "Source", "TagSet"]


MAX_INTEGER = 2**63 - 1  # what a column of either database holds


class Field(Protocol):
    """One addressable field of a resource."""

    def leaf(self, path: tuple[str, ...], op: str, value: Any) -> Q:
        """The rows for which the field at `path` (what follows the field's own name) passes. Never NULL."""
        ...

    def sort_key(self, path: tuple[str, ...]) -> Any:
        """A column name or expression that is never NULL; raises QueryInvalid where there is none."""
        ...


class Source(Protocol):
    """A named group of fields that a higher app registers: `prediction.margin` asks the source `prediction`."""

    def field(self, path: tuple[str, ...]) -> Field | None: ...


def refuse(name: str, op: str, why: str) -> QueryInvalid:
    return QueryInvalid(f"{name}: {why}", field=name, operator=f"${op}")


# ---- columns


def _as_text(value: Any, name: str, op: str) -> str:
    if not isinstance(value, str):
        raise refuse(name, op, "is a text")
    return value


def _as_number(value: Any, name: str, op: str) -> int | float:
    if isinstance(value, str):
        try:
            value = int(value) if value.strip().lstrip("+-").isdigit() else float(value)
        except ValueError:
            raise refuse(name, op, "is a number") from None
        if not math.isfinite(value):
            raise refuse(name, op, "is a number")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise refuse(name, op, "is a number")
    return value


def _as_bool(value: Any, name: str, op: str) -> bool:
    if not isinstance(value, bool):
        raise refuse(name, op, "is true or false")
    return value


def _as_date(value: Any, name: str, op: str) -> dt.datetime:
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
        if moment is None and isinstance(value, str) and (day := parse_date(value)):
            moment = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001  made aware below
    except ValueError:
        moment = None
    if moment is None:
        raise refuse(name, op, "is a time in ISO 8601")
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _as_uuid(value: Any, name: str, op: str) -> uuid.UUID | None:
    """None for a text that is no id of ours: it equals none, and has no place in their order."""
    if not isinstance(value, str):
        raise refuse(name, op, "is an id")
    try:
        return uuid.UUID(value)
    except ValueError:
        if op in ("eq", "in"):
            return None
        raise refuse(name, op, "is an id (UUID)") from None


_CASTS: dict[str, Callable[[Any, str, str], Any]] = {
    "text": _as_text,
    "path": _as_text,
    "dir": _as_text,
    "number": _as_number,
    "integer": _as_number,
    "bool": _as_bool,
    "date": _as_date,
    "uuid": _as_uuid,
}
_ABSENT: dict[str, Callable[[str], Q]] = {
    "never": lambda column: NOTHING,
    "null": lambda column: Q(**{f"{column}__isnull": True}),
    "empty": lambda column: Q(**{column: ""}),
    "zero": lambda column: Q(**{column: 0}),
}


@dataclass(frozen=True)
class Column:
    """A typed column. `absent` says which stored value means that the document lacks the field.

    Kinds: text, path (folders in patterns), dir (as path, a trailing slash is dropped), number, integer, bool, date,
    uuid."""

    kind: str
    column: str
    absent: str = "never"
    aliases: Mapping[str, str] = field(default_factory=dict)
    sortable: bool = True

    def missing(self) -> Q:
        return _ABSENT[self.absent](self.column)

    def leaf(self, path: tuple[str, ...], op: str, value: Any) -> Q:
        name = ".".join(path) or self.column
        if op == "exists":
            return ~self.missing() if value else self.missing()
        if op == "match":
            raise refuse(name, op, "$match with an object needs a list of objects")
        if op == "in":
            return self._in(value, name)
        if value is None:
            return self.missing()
        if op == "eq":
            return self._present(self._equal(value, name, op))
        if self.kind == "bool":
            raise refuse(name, op, "true and false have no order")
        cast = self._cast(value, name, op)
        if self.kind == "integer":  # Django would cut 2.5 to 2
            cast = math.floor(cast) if op in ("gt", "lte") else math.ceil(cast)
            cast = min(max(cast, -MAX_INTEGER), MAX_INTEGER)
        return self._present(Q(**{f"{self.column}__{op}": cast}))

    def _present(self, condition: Q) -> Q:
        if self.absent == "never" or condition == NOTHING:
            return condition
        return condition & ~self.missing()

    def _cast(self, value: Any, name: str, op: str) -> Any:
        if isinstance(value, list):
            raise refuse(name, op, "holds one value, not a list")
        return _CASTS[self.kind](value, name, op)

    def _in(self, values: list[Any], name: str) -> Q:
        plain, condition = [], NOTHING
        for value in values:
            if value is None:
                condition |= self.missing()
            elif isinstance(value, str) and self.kind in ("text", "path", "dir") and wildcards(value, name):
                condition |= self._present(self._equal(value, name, "in"))
            elif self.kind == "date":
                condition |= self._equal(value, name, "in")
            else:
                plain.append(self.plain(value, name, "in"))
        plain = [value for value in plain if value is not None]
        if plain:
            condition |= self._present(Q(**{f"{self.column}__in": plain}))
        return condition

    def plain(self, value: Any, name: str, op: str) -> Any:
        cast = self._cast(value, name, op)
        if self.kind == "integer":
            return int(cast) if cast == int(cast) and abs(cast) <= MAX_INTEGER else None
        if self.kind == "dir" and len(cast) > 1:
            cast = cast.rstrip("/") or "/"
        return self.aliases.get(cast, cast) if isinstance(cast, str) else cast

    def _equal(self, value: Any, name: str, op: str) -> Q:
        if self.kind in ("text", "path", "dir"):
            text = self._cast(value, name, op)
            if wildcards(text, name):
                return self._pattern(text)
        plain = self.plain(value, name, op)
        if plain is None:
            return NOTHING
        if self.kind == "date":  # shown to the millisecond, stored finer
            return Q(**{f"{self.column}__gte": plain, f"{self.column}__lt": plain + dt.timedelta(milliseconds=1)})
        return Q(**{self.column: plain})

    def _pattern(self, text: str) -> Q:
        if self.kind == "text" or not text.startswith("/"):
            return Q(Glob(F(self.column), text))
        head, last = text.rsplit("/", 1)
        if "*" not in head and last.startswith("**"):
            return Q(Glob(F(self.column), text))  # everything below a folder
        return Q(PathMatch(F(self.column), text))

    def sort_key(self, path: tuple[str, ...]) -> Any:
        if not self.sortable:
            raise QueryInvalid(f"Cannot sort by {'.'.join(path) or self.column}.", field=".".join(path) or self.column)
        return self.column


# ---- JSON


@dataclass(frozen=True)
class JsonColumn:
    """A path inside a JSON column; `root` is put before the path."""

    column: str
    root: tuple[str, ...] = ()

    def leaf(self, path: tuple[str, ...], op: str, value: Any) -> Q:
        name, full = self._name(path), self.root + path
        if not full:
            raise refuse(self.column, op, "needs a path into it")
        document = F(self.column)
        if op == "exists":
            found = Q(JsonExists(document, full))
            return found if value else ~found
        if op == "match":
            raise refuse(name, op, "$match with an object is not available on metadata")
        if op == "eq" and isinstance(value, list):
            return Q(JsonEquals(document, full, value))
        values = value if op == "in" else [value]
        for one in values:
            if isinstance(one, str):
                wildcards(one, name)
        if not values:
            return NOTHING
        return Q(JsonTest(document, full, "eq" if op == "in" else op, values))

    def sort_key(self, path: tuple[str, ...]) -> Any:
        name = self._name(path)
        raise QueryInvalid(f"Cannot sort by {name}: it is not a column.", field=name)

    def _name(self, path: tuple[str, ...]) -> str:
        return ".".join((self.column, *self.root, *path))


# ---- tags: a key that is true or not there


@dataclass(frozen=True)
class TagSet:
    """`tags.<name>` is true where `holds(name)`, and missing elsewhere."""

    holds: Callable[[str], Q]

    def leaf(self, path: tuple[str, ...], op: str, value: Any) -> Q:
        name = f"metadata.system.tags.{'.'.join(path)}"
        if not path:
            if op == "exists":
                return EVERYTHING if value else NOTHING
            raise refuse("metadata.system.tags", op, "ask for one tag: metadata.system.tags.<name>")
        if op not in ("eq", "in", "exists"):
            raise refuse(name, op, "a tag is true or missing")
        when_set = value is True if op in ("exists", "eq") else True in [v for v in value if isinstance(v, bool)]
        when_missing = value is False if op == "exists" else value is None if op == "eq" else None in value
        if op == "eq" and not (value is None or isinstance(value, bool)):
            raise refuse(name, op, "a tag is true or missing")
        held = self.holds(".".join(path))
        if when_set:
            return EVERYTHING if when_missing else held
        return ~held if when_missing else NOTHING

    def sort_key(self, path: tuple[str, ...]) -> Any:
        raise QueryInvalid("Cannot sort by a tag.", field=f"metadata.system.tags.{'.'.join(path)}")


# ---- rows of another table


@dataclass(frozen=True)
class Related:
    """A list of rows that belong to an item: refs, statuses, predictions.

    A condition on a field of the list holds when one row passes; `$match` asks that one row passes all. An empty list
    counts as missing. `value_field` makes the list one of plain values (annotationStatus)."""

    model: type[Model]
    fields: Mapping[str, Column]
    item_key: str = "item_id"
    where: Q | None = None
    value_field: str = ""
    outer: str = "pk"
    sort_keys: Mapping[str, Any] = field(default_factory=dict)

    def rows(self) -> QuerySet[Any]:
        found = self.model._default_manager.filter(**{self.item_key: OuterRef(self.outer)})
        return found.filter(self.where) if self.where else found

    def any(self, condition: Q = EVERYTHING) -> Q:
        return Q(Exists(self.rows().filter(condition)))

    def leaf(self, path: tuple[str, ...], op: str, value: Any) -> Q:
        if not path and self.value_field:
            return self._value(op, value)
        if not path:
            return self._whole(op, value)
        name = ".".join(path)
        column = self.column(name)
        if op == "exists":
            return self.any(~column.missing()) if value else ~self.any(~column.missing())
        if op == "eq" and value is None:
            return ~self.any() | self.any(column.missing())
        if op == "in" and None in value:
            return ~self.any() | self.any(column.leaf((name,), op, value))
        return self.any(column.leaf((name,), op, value))

    def column(self, name: str) -> Column:
        if name not in self.fields:
            raise QueryInvalid(f"Unknown field {name!r}. Known: {', '.join(sorted(self.fields))}.", field=name)
        return self.fields[name]

    def _whole(self, op: str, value: Any) -> Q:
        if op == "exists":
            return self.any() if value else ~self.any()
        if op == "eq" and value in ([], None):
            return ~self.any()
        if op == "match":
            return self.any(self.compile_match(value))
        raise refuse(self.model.__name__, op, "a list of objects: use $match, a field of it, $exists or []")

    def compile_match(self, node: Node) -> Q:
        return condition(node, lambda path: (self.column(".".join(path)), (".".join(path),)))

    def _value(self, op: str, value: Any) -> Q:
        column = self.fields[self.value_field]
        if op == "exists":
            return self.any() if value else ~self.any()
        if op == "eq" and isinstance(value, list):
            wanted = [column.plain(v, self.value_field, op) for v in value]
            every = [self.any(Q(**{column.column: v})) for v in wanted]
            none_else = ~self.any(~Q(**{f"{column.column}__in": wanted}))
            result = none_else
            for one in every:
                result &= one
            return result
        if op == "eq" and value is None:
            return ~self.any()
        if op == "in" and None in value:
            return ~self.any() | self.any(column.leaf((self.value_field,), op, value))
        return self.any(column.leaf((self.value_field,), op, value))

    def sort_key(self, path: tuple[str, ...]) -> Any:
        name = ".".join(path)
        if name not in self.sort_keys:
            raise QueryInvalid(f"Cannot sort by {name}.", field=name)
        return self.sort_keys[name]
