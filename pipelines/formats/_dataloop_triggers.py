"""Dataloop's start nodes as triggers of ours. Their events are named otherwise, and their filters are all queries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

__all__ = ["EVENTS", "trigger_of"]

Tell = Callable[[str, str], None]

_CHANGES: Final = {"created": "created", "updated": "updated", "deleted": "deleted"}
EVENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "Item": {**_CHANGES, "clone": "cloned", "cloned": "cloned"},
    "Annotation": _CHANGES,
    "Dataset": _CHANGES,
    "ItemStatus": {"updated": "updated", "task assigned": "assigned", "taskassigned": "assigned"},
    "Task": {**_CHANGES, "statuschanged": "status_changed"},
    "Assignment": {**_CHANGES, "statuschanged": "status_changed"},
    "Model": {"updated": "status_changed", "statuschanged": "status_changed", "trained": "trained", "failed": "failed"},
}
"""Their resource → their action in small letters → ours."""

ABOUT_ITEMS: Final = ("Item", "Annotation", "ItemStatus")


def trigger_of(trigger: Mapping[str, Any], tell: Tell) -> dict[str, Any] | None:
    """Ours without id and node, or None with the reason told. A start node without a trigger is started by hand."""
    spec, kind = trigger.get("spec") or {}, trigger.get("type")
    if not trigger:
        return {"kind": "manual", "mode": "always", "overlap": "allow", "spec": {}}
    if kind == "Cron":
        kept = {key: spec[key] for key in ("cron", "startAt", "endAt") if spec.get(key)}
        return {"kind": "cron", "mode": "always", "overlap": "queue_one", "spec": kept}
    if kind == "Event":
        return _event(spec, tell)
    tell("left_out", f"There is no trigger of the kind {kind!r} here.")
    return None


def _event(spec: Mapping[str, Any], tell: Tell) -> dict[str, Any] | None:
    resource = str(spec.get("resource") or "Item")
    known, theirs = EVENTS.get(resource, {}), [str(one) for one in spec.get("actions") or ["Created"]]
    actions = [known[one.lower()] for one in theirs if one.lower() in known]
    for missing in (one for one in theirs if one.lower() not in known):
        tell("left_out", f"Its trigger: there is no event {resource} {missing} here.")
    if not actions:
        return None
    kept: dict[str, Any] = {"resource": resource, "actions": list(dict.fromkeys(actions))}
    if wanted := _query(spec.get("filter")):
        if resource in ABOUT_ITEMS:
            kept["filter"] = wanted
        else:
            tell("left_out", f"The filter of its trigger: set it anew for events of the kind {resource}.")
    mode = "always" if str(spec.get("executionMode")).lower() == "always" else "once"
    return {"kind": "event", "mode": mode, "overlap": "allow", "spec": kept}


def _query(found: Any) -> dict[str, Any]:
    """The tree itself, where a whole query was given."""
    if not isinstance(found, dict):
        return {}
    inner = found.get("filter")
    return inner if isinstance(inner, dict) else found
