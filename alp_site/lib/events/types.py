"""The vocabulary: every event type, what its ids are, which keys its data must have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alp_site.lib.errors import Invalid

_TYPES: dict[str, frozenset[str]] = {}


def define(name: str, keys: Iterable[str] = ()) -> str:
    """Declares an event type and the keys its data always carries. Declaring it twice alike is harmless."""
    wanted = frozenset(keys)
    if _TYPES.get(name, wanted) != wanted:
        raise RuntimeError(f"event type {name!r} is declared twice with different keys")
    _TYPES[name] = wanted
    return name


def known_types() -> dict[str, frozenset[str]]:
    return dict(_TYPES)


def check(name: str, data: dict[str, Any]) -> None:
    """Raises Invalid when the type is unknown or a promised key is missing."""
    if name not in _TYPES:
        raise Invalid(f"Unknown event type {name!r}.", type=name)
    missing = _TYPES[name] - data.keys()
    if missing:
        raise Invalid(f"Event {name} lacks {', '.join(sorted(missing))}.", type=name)


for _name, _keys in {
    "item.created": ["dataset"],
    "item.updated": ["dataset"],
    "item.deleted": ["dataset"],
    "annotation.saved": ["dataset"],
    "item.approved": ["dataset"],
    "dataset.updated": [],
    "task.updated": [],
    "assignment.updated": ["task", "changes"],
    "task.item_status": ["task", "entries"],
    "task.items": ["task"],
    "issue.changed": ["item", "task_item", "task", "state", "people", "mentioned"],
    "model.status": ["status"],
    "model.metric": [],
    "model.stage": ["stage"],
    "evaluation.status": ["status", "model", "test_set_version"],
    "comparison.done": [],
    "variable.updated": ["pipeline", "name"],
    "pipeline.status": ["status"],
    "cycle.status": ["pipeline", "status"],
    "execution.status": ["pipeline", "node", "status"],
    "selection.round": ["pipeline", "node"],
    "job.progress": ["kind", "progress"],
    "job.status": ["kind", "state"],
    "member.updated": [],
}.items():
    define(_name, _keys)
