"""JSON filter to a small tree: And, Or, Leaf. Pure; knows operators and shapes, not fields.

Dotted keys and nested objects mean the same path; a plain object is an implicit AND of its keys; `$ne` and `$nin` are
the negations of `$eq` and `$in`, so they hold for what lacks the field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alp_site.lib.plain import scalar_fault
from datasets.errors import QueryInvalid

__all__ = ["And", "Leaf", "Node", "Not", "Or", "parse"]

MAX_DEPTH = 24
MAX_NODES = 2_000
MAX_LIST = 10_000
SCALARS = (str, int, float, bool, type(None))
COMPARISONS = frozenset({"gt", "gte", "lt", "lte"})
OPERATORS = frozenset({"eq", "ne", "in", "nin", "exists", "match", "glob"}) | COMPARISONS


@dataclass(frozen=True)
class And:
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    node: Node


@dataclass(frozen=True)
class Leaf:
    """`op` is one of eq, in, gt, gte, lt, lte, exists, match; the value of a `match` on objects is a Node."""

    path: tuple[str, ...]
    op: str
    value: Any

    @property
    def field(self) -> str:
        return ".".join(self.path)


Node = And | Or | Not | Leaf


class _Budget:
    def __init__(self) -> None:
        self.left = MAX_NODES

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise QueryInvalid(f"The filter has more than {MAX_NODES} conditions.", limit=MAX_NODES)


def parse(document: Any) -> Node:
    """The tree of a filter object. Raises QueryInvalid naming the operator, field or value at fault."""
    if not isinstance(document, dict):
        raise QueryInvalid("A filter is a JSON object.", value=repr(document)[:80])
    return _object(document, (), 0, _Budget())


def _object(document: dict[str, Any], prefix: tuple[str, ...], depth: int, budget: _Budget) -> Node:
    if depth > MAX_DEPTH:
        raise QueryInvalid(f"The filter is nested deeper than {MAX_DEPTH} levels.", limit=MAX_DEPTH)
    nodes: list[Node] = []
    for key, value in document.items():
        budget.spend()
        if not isinstance(key, str):
            raise QueryInvalid("Keys of a filter are strings.", field=repr(key))
        if key in ("$and", "$or"):
            nodes.append(_boolean(key, value, prefix, depth, budget))
        elif key.startswith("$"):
            nodes.append(_operator(key, value, prefix, depth, budget))
        else:
            nodes.append(_field(prefix + _split(key), value, depth, budget))
    return nodes[0] if len(nodes) == 1 else And(tuple(nodes))


def _split(key: str) -> tuple[str, ...]:
    parts = tuple(key.split("."))
    if not all(parts):
        raise QueryInvalid(f"Field {key!r} has an empty part.", field=key)
    if any('"' in part or "\\" in part or "\x00" in part for part in parts):
        raise QueryInvalid("A field name holds a quote, a backslash or a zero byte.", field=key)
    return parts


def _boolean(key: str, value: Any, prefix: tuple[str, ...], depth: int, budget: _Budget) -> Node:
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise QueryInvalid(f"{key} takes a list of objects.", operator=key)
    if key == "$or" and not value:
        raise QueryInvalid("$or needs at least one alternative.", operator=key)
    parts = tuple(_object(part, prefix, depth + 1, budget) for part in value)
    return And(parts) if key == "$and" else Or(parts)


def _field(path: tuple[str, ...], value: Any, depth: int, budget: _Budget) -> Node:
    if isinstance(value, dict):
        return _object(value, path, depth + 1, budget)
    return Leaf(path, "eq", _literal(value, ".".join(path)))


def _operator(key: str, value: Any, path: tuple[str, ...], depth: int, budget: _Budget) -> Node:
    op, field = key[1:], ".".join(path)
    if op not in OPERATORS:
        known = ", ".join(f"${name}" for name in sorted(OPERATORS | {"and", "or"}))
        raise QueryInvalid(f"Unknown operator {key!r}. Known: {known}.", operator=key, field=field)
    if not path:
        raise QueryInvalid(f"Operator {key} stands without a field.", operator=key)
    if op in ("in", "nin"):
        leaf = Leaf(path, "in", _list(key, value, field))
        return Not(leaf) if op == "nin" else leaf
    if op == "exists":
        if not isinstance(value, bool):
            raise QueryInvalid("$exists takes true or false.", operator=key, field=field)
        return Leaf(path, "exists", value)
    if op in COMPARISONS:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise QueryInvalid(f"{key} takes a number or a text.", operator=key, field=field)
        return Leaf(path, op, _literal(value, field))
    if op in ("match", "glob"):
        return _match(key, value, path, depth, budget)
    if isinstance(value, dict):
        raise QueryInvalid(f"{key} takes no object: use nested keys.", operator=key, field=field)
    leaf = Leaf(path, "eq", _literal(value, field))
    return Not(leaf) if op == "ne" else leaf


def _match(key: str, value: Any, path: tuple[str, ...], depth: int, budget: _Budget) -> Node:
    field = ".".join(path)
    if key == "$match" and isinstance(value, dict):
        return Leaf(path, "match", _object(value, (), depth + 1, budget))
    if not isinstance(value, str):
        raise QueryInvalid(f"{key} takes a pattern or an object.", operator=key, field=field)
    return Leaf(path, "eq", _literal(value, field))


def _list(key: str, value: Any, field: str) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(part, SCALARS) for part in value):
        raise QueryInvalid(f"{key} takes a list of texts, numbers, true, false or null.", operator=key, field=field)
    if len(value) > MAX_LIST:
        raise QueryInvalid(f"{key} takes at most {MAX_LIST} values.", operator=key, field=field, limit=MAX_LIST)
    return [_literal(part, field) for part in value]


def _literal(value: Any, field: str, depth: int = 0) -> Any:
    """A JSON value that means the same on every database, or QueryInvalid."""
    if isinstance(value, (list, dict)):
        if depth > MAX_DEPTH or len(value) > MAX_LIST:
            raise QueryInvalid("The value is too large.", field=field)
        for part in value.values() if isinstance(value, dict) else value:
            _literal(part, field, depth + 1)
        for key in value if isinstance(value, dict) else ():
            if not isinstance(key, str) or any(c in key for c in '"\\\x00'):
                raise QueryInvalid("A key in the value holds a quote, a backslash or a zero byte.", field=field)
        return value
    if fault := scalar_fault(value):
        raise QueryInvalid(f"A value cannot be looked for: {fault}.", field=field)
    if not isinstance(value, SCALARS):
        raise QueryInvalid(f"{type(value).__name__} is not a JSON value.", field=field)
    return value
