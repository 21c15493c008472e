"""The envelope of a query to a queryset: filter, join, sort, paging."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from datasets.errors import QueryInvalid
from datasets.query._parse import parse
from datasets.query._resources import RESOURCES, Resource
from datasets.query._tree import condition

__all__ = ["Compiled", "Page", "compile", "matches", "run"]

MAX_PAGE = 1_000
_KEYS = frozenset(
    {
        "resource", "filter", "page", "pageSize", "sort", "join", "context", "except", "intersect", "count", "after",
        "systemSpace",
    }
)  # fmt: skip
_ENVELOPE = frozenset({"filter", "resource", "join", "sort", "page", "pageSize", "context", "except", "intersect"})
_DIRECTIONS = {"ascending": False, "asc": False, "descending": True, "desc": True}


@dataclass(frozen=True)
class Order:
    """One sort key: its alias in the row, the expression behind it, the direction."""

    alias: str
    expression: Any
    descending: bool


@dataclass(frozen=True)
class Compiled:
    """A query ready to run over any base queryset of its resource."""

    resource: str
    where: Q
    order: tuple[Order, ...]
    page: int = 0
    page_size: int = MAX_PAGE
    after: tuple[Any, ...] | None = None
    count: bool = False
    scope: Q = field(default_factory=Q)

    def queryset(self, base: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of `base` that pass, in no order."""
        return base.filter(self.scope, self.where)

    def ordered(self, base: QuerySet[Any]) -> QuerySet[Any]:
        rows = self.queryset(base)
        computed = {o.alias: o.expression for o in self.order if not isinstance(o.expression, str)}
        if computed:
            rows = rows.alias(**computed) if self.after is None else rows.annotate(**computed)
        names = [f"{'-' if o.descending else ''}{_name(o)}" for o in self.order]
        return rows.order_by(*names)


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    total: int | None
    has_next: bool
    next: str | None
    page_size: int

    def envelope(self, items: list[Any]) -> dict[str, Any]:
        """The answer's body: DATALOOP-style envelope, plus `next` for keyset paging."""
        pages = None if self.total is None else -(-self.total // self.page_size) if self.page_size else 0
        return {
            "totalItemsCount": self.total,
            "totalPagesCount": pages,
            "hasNextPage": self.has_next,
            "items": items,
            "next": self.next,
        }


def compile(dql: dict[str, Any], *, resource: str = "items") -> Compiled:  # noqa: A001  the field's word for it
    """Compiles an envelope, or a bare filter object. Raises QueryInvalid naming what is wrong."""
    if not isinstance(dql, dict):
        raise QueryInvalid("A query is a JSON object.", value=repr(dql)[:80])
    body = dql if _ENVELOPE & dql.keys() or not dql else {"filter": dql}
    for key in body:
        if key not in _KEYS:
            raise QueryInvalid(f"Unknown key {key!r} of a query. Known: {', '.join(sorted(_KEYS))}.", field=key)
    target = _resource(body.get("resource", resource), resource)
    where = _where(body, target)
    for key, keep in (("intersect", True), ("except", False)):
        if body.get(key):
            inner = body[key].get("query", body[key]) if isinstance(body[key], dict) else None
            if not isinstance(inner, dict):
                raise QueryInvalid(f"{key} takes an object with a query.", field=key)
            matched = Q(pk__in=target.model._default_manager.filter(_where(inner, target)).values("pk"))
            where &= matched if keep else ~matched
    order = _order(body.get("sort"), target)
    return Compiled(
        resource=target.name,
        where=where,
        order=order,
        page=_whole(body, "page", 0, 10**9),
        page_size=_whole(body, "pageSize", MAX_PAGE, MAX_PAGE),
        after=_cursor(body.get("after"), order),
        count=body.get("count") is True or body.get("pageSize") == 0,
        scope=_scope(body.get("context"), target),
    )


def run(dql: dict[str, Any], base: QuerySet[Any], *, resource: str = "items") -> Page:
    """One page of `base`. Totals are counted only for `count: true` or `pageSize: 0`."""
    query = compile(dql, resource=resource)
    total = query.queryset(base).count() if query.count else None
    size = query.page_size
    if size == 0:
        return Page([], total, bool(total), None, 0)
    rows = query.ordered(base)
    if query.after is not None:
        rows = rows.filter(_beyond(query.order, query.after))
    start = query.page * size
    found = list(rows[start : start + size + 1])
    more = len(found) > size
    found = found[:size]
    cursor = _encode(query, base, found[-1]) if more else None
    return Page(found, total, more, cursor, size)


def matches(dql: dict[str, Any], item_ids: Iterable[Any], base: QuerySet[Any]) -> set[uuid.UUID]:
    """Which of these items pass. `base` is the scope (a dataset's or a project's live items)."""
    ids = list(item_ids)
    query = compile(dql)
    found: set[uuid.UUID] = set()
    for start in range(0, len(ids), 500):
        found.update(query.queryset(base.filter(pk__in=ids[start : start + 500])).values_list("pk", flat=True))
    return found


def _resource(name: Any, expected: str) -> Resource:
    if name not in RESOURCES:
        raise QueryInvalid(f"Unknown resource {name!r}. Known: {', '.join(RESOURCES)}.", field="resource")
    if name != expected:
        raise QueryInvalid(f"This is a query over {name}; here {expected} are asked for.", field="resource")
    return RESOURCES[name]


def _where(body: dict[str, Any], target: Resource) -> Q:
    where = condition(parse(_given(body, "filter")), target.resolve)
    join = body.get("join")
    if join:
        where &= _join(join, target)
    return where


def _given(body: dict[str, Any], key: str) -> Any:
    """The value, {} where there is none: an empty list is a mistake, not an empty filter."""
    value = body.get(key)
    return {} if value is None else value


def _join(join: Any, target: Resource) -> Q:
    if not isinstance(join, dict) or not join.keys() <= {"on", "filter"}:
        raise QueryInvalid("join takes an object with `on` and `filter`.", field="join")
    on = join.get("on") or {}
    if not isinstance(on, dict):
        raise QueryInvalid("join.on is an object.", field="join.on")
    other = str(on.get("resource") or next(iter(target.joins)))
    if other not in target.joins:
        raise QueryInvalid(f"{target.name} cannot be joined with {other!r}.", field="join.on.resource")
    expected = {"itemId", "id"}
    ends = {on.get("local"), on.get("forigen", on.get("foreign"))} - {None}
    if not ends <= expected:
        raise QueryInvalid(f"{target.name} join {other} by id and itemId.", field="join.on")
    ours, theirs = target.joins[other]
    joined = RESOURCES[other]
    rows = joined.model._default_manager.filter(**{theirs: OuterRef(ours), "deleted_at": None})
    return Q(Exists(rows.filter(condition(parse(_given(join, "filter")), joined.resolve))))


def _scope(context: Any, target: Resource) -> Q:
    if not context:
        return Q()
    if not isinstance(context, dict) or not context.keys() <= {"datasets", "projects", "projectIds"}:
        raise QueryInvalid("context takes datasets or projects.", field="context")
    prefix = "" if target.name == "items" else "item__"
    scope = Q()
    for key, column in (("datasets", "dataset"), ("projects", "dataset__project"), ("projectIds", "dataset__project")):
        if key in context:
            scope &= Q(**{f"{prefix}{column}__in": _ids(context[key], f"context.{key}")})
    return scope


def _ids(values: Any, name: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(str(value)) for value in values]
    except (ValueError, TypeError):
        raise QueryInvalid(f"{name} takes a list of ids.", field=name) from None


def _whole(body: dict[str, Any], key: str, default: int, most: int) -> int:
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise QueryInvalid(f"{key} is a whole number from 0 to {most}.", field=key)
    return value


# ---- order and keyset paging


def _order(sort: Any, target: Resource) -> tuple[Order, ...]:
    """The sort keys, always ending with the id; by id alone when nothing is asked."""
    if sort is not None and not isinstance(sort, dict):
        raise QueryInvalid("sort takes an object of field and direction.", field="sort")
    keys: list[Order] = []
    for index, (name, direction) in enumerate((sort or {}).items()):
        if direction not in _DIRECTIONS:
            raise QueryInvalid("A direction is ascending or descending.", field=f"sort.{name}", value=direction)
        found, rest = target.resolve(tuple(name.split(".")))
        expression = found.sort_key(rest)
        keys.append(Order(f"sort_{index}", expression, _DIRECTIONS[direction]))
        if expression == "id":
            return tuple(keys)
    keys.append(Order("id", "id", keys[-1].descending if keys else False))
    return tuple(keys)


def _name(order: Order) -> str:
    return order.expression if isinstance(order.expression, str) else order.alias


def _beyond(order: tuple[Order, ...], after: tuple[Any, ...]) -> Q:
    """Rows behind the cursor: (a > x) or (a = x and b > y) …, with a plain bound on `a` that an index can use."""
    beyond, equal = Q(pk__in=[]), Q()
    for key, value in zip(order, after, strict=True):
        op = "lt" if key.descending else "gt"
        beyond |= equal & Q(**{f"{_name(key)}__{op}": value})
        equal &= Q(**{_name(key): value})
    first = order[0]
    return Q(**{f"{_name(first)}__{'lte' if first.descending else 'gte'}": after[0]}) & beyond


def _encode(query: Compiled, base: QuerySet[Any], row: Any) -> str:
    values = [getattr(row, key.expression) if isinstance(key.expression, str) else None for key in query.order]
    if None in values:
        computed = {key.alias: key.expression for key in query.order if not isinstance(key.expression, str)}
        got = base.filter(pk=row.pk).annotate(**computed).values(*computed).get()
        values = [got.get(key.alias, value) for key, value in zip(query.order, values, strict=True)]
    plain = [
        {"t": v.isoformat()} if isinstance(v, dt.datetime) else str(v) if isinstance(v, uuid.UUID) else v
        for v in values
    ]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode()


def _cursor(text: Any, order: tuple[Order, ...]) -> tuple[Any, ...] | None:
    if text is None or text == "":
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text))
        got = tuple(dt.datetime.fromisoformat(v["t"]) if isinstance(v, dict) else v for v in values)
        if len(got) == len(order):
            uuid.UUID(str(got[-1]))
            return got
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error):
        pass
    raise QueryInvalid("`after` is not a cursor of this query.", field="after")
