"""A parsed filter to one `Q`, given who answers for each path."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any, Protocol

from django.db.models import Q

from datasets.query._parse import And, Leaf, Node, Not

__all__ = ["EVERYTHING", "NOTHING", "Resolve", "condition"]

# Not Q(): Django drops an empty Q from a negation or an alternative, which would turn "all" into "none" or back.
NOTHING = Q(pk__in=[])
EVERYTHING = ~NOTHING


class _Leafs(Protocol):
    def leaf(self, path: tuple[str, ...], op: str, value: Any) -> Q: ...


Resolve = Callable[[tuple[str, ...]], tuple[_Leafs, tuple[str, ...]]]


def condition(node: Node, resolve: Resolve) -> Q:
    """The condition of the whole tree. `resolve(path)` gives the field that answers and the rest of the path."""
    if isinstance(node, Leaf):
        field, rest = resolve(node.path)
        return field.leaf(rest, node.op, node.value)
    if isinstance(node, Not):
        return ~condition(node.node, resolve)
    parts = [condition(part, resolve) for part in node.nodes]
    if isinstance(node, And):
        return reduce(and_, parts) if parts else EVERYTHING
    return reduce(or_, parts)
