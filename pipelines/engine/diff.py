"""What changed between two graphs. Pure.

Nodes and triggers are known by their ids, variables by their names. Connections often have no lasting id, so they are
known by their ends and action first; one that only got another action is still the same connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipelines.engine.graph import Connection, Graph, to_json

Part: TypeAlias = Mapping[str, Any]
NESTED = ("config", "inputs", "spec")
"""Fields whose keys are told one by one."""


@dataclass(frozen=True)
class Change:
    """One field that differs. ``field`` is dotted below ``config``, ``inputs`` and ``spec``; a side that lacks it has
    None."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Changed:
    """``part`` is the newer side as JSON."""

    part: Part
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Difference:
    """Of one kind of part: the added and changed ones in the newer graph's order, the removed in the older's."""

    added: tuple[Part, ...] = ()
    removed: tuple[Part, ...] = ()
    changed: tuple[Changed, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True)
class GraphDiff:
    """``moved`` are ids of nodes that stand elsewhere on the canvas, which means nothing to a run."""

    nodes: Difference
    connections: Difference
    triggers: Difference
    variables: Difference
    moved: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both graphs do the same."""
        return not (self.nodes or self.connections or self.triggers or self.variables)


def diff(before: Graph, after: Graph) -> GraphDiff:
    old, new = to_json(before), to_json(after)
    spots = {part["id"]: part["position"] for part in old["nodes"]}
    moved = (part["id"] for part in new["nodes"] if spots.get(part["id"], part["position"]) != part["position"])
    return GraphDiff(
        nodes=_compare(old["nodes"], new["nodes"], lambda part: part["id"], skip=("id", "position")),
        connections=_connections(before, after, old["connections"], new["connections"]),
        triggers=_compare(old["triggers"], new["triggers"], lambda part: part["id"], skip=("id",)),
        variables=_compare(old["variables"], new["variables"], lambda part: part["name"], skip=("name",)),
        moved=tuple(moved),
    )


def _compare(old: Iterable[Part], new: Iterable[Part], key: Callable[[Part], Any], skip: Iterable[str]) -> Difference:
    was = {key(part): part for part in old}
    now = {key(part): part for part in new}
    both = ((part, tuple(_changes(was[name], part, skip))) for name, part in now.items() if name in was)
    return Difference(
        added=tuple(part for name, part in now.items() if name not in was),
        removed=tuple(part for name, part in was.items() if name not in now),
        changed=tuple(Changed(part, changes) for part, changes in both if changes),
    )


def _changes(old: Part, new: Part, skip: Iterable[str]) -> Iterator[Change]:
    for name in new:
        if name in skip:
            continue
        if name in NESTED:
            for key in sorted({*old[name], *new[name]}):
                yield from _change(f"{name}.{key}", old[name].get(key), new[name].get(key))
        else:
            yield from _change(name, old[name], new[name])


def _change(name: str, before: Any, after: Any) -> Iterator[Change]:
    if before != after or type(before) is not type(after):
        yield Change(name, before, after)


def _connections(before: Graph, after: Graph, old: list[Part], new: list[Part]) -> Difference:
    """As ``_compare``, with keys that find a connection again though its id or its action is another."""
    names: dict[int, Any] = {}
    left = {(*_ends(c), c.action): index for index, c in enumerate(before.connections)}
    loose: dict[Any, int] = {}
    for index, c in enumerate(after.connections):
        found = left.pop((*_ends(c), c.action), None)
        if found is None:
            loose[(c.id, *_ends(c))] = index
        else:
            names[index] = found
    for found in left.values():
        c = before.connections[found]
        index = loose.pop((c.id, *_ends(c)), -1)
        if index >= 0:
            names[index] = found
    keyed_old = [{**part, "_key": index} for index, part in enumerate(old)]
    keyed_new = [{**part, "_key": names.get(index, f"new {index}")} for index, part in enumerate(new)]
    found_ = _compare(keyed_old, keyed_new, lambda part: part["_key"], skip=("id", "_key", "source", "target"))
    return Difference(
        tuple(map(_plain, found_.added)),
        tuple(map(_plain, found_.removed)),
        tuple(Changed(_plain(one.part), one.changes) for one in found_.changed),
    )


def _ends(c: Connection) -> tuple[str, str, str, str]:
    return c.source_node, c.source_port, c.target_node, c.target_port


def _plain(part: Part) -> Part:
    return {name: value for name, value in part.items() if name != "_key"}


__all__ = ["Change", "Changed", "Difference", "GraphDiff", "diff"]
