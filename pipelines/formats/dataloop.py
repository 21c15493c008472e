"""Dataloop's pipeline JSON: what its API and its template files hold.

A file is one pipeline or a list with one. Ports are named by ids of their own, inputs carry ``variableName`` or
``defaultValue``, triggers stand in ``startNodes``. Which node becomes which of ours is in ``_dataloop_nodes``, which
event in ``_dataloop_triggers``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pipelines.formats._base import FORMATS, Catalogue, CatalogueEntry, Note, PipelineFile, UnreadableFile, slug
from pipelines.formats._dataloop_nodes import LEFT_OUT, Mapped, action_of, mapped, type_of
from pipelines.formats._dataloop_triggers import trigger_of

UNFILLED = "$var("


class Dataloop:
    title = "Dataloop pipeline or template"

    def recognises(self, document: Any) -> bool:
        if isinstance(document, list):
            return bool(document) and self.recognises(document[0])
        return isinstance(document, dict) and isinstance(document.get("nodes"), list) and "connections" in document

    def read(self, document: Any, catalogue: Catalogue) -> PipelineFile:
        several = len(document) - 1 if isinstance(document, list) else 0
        reading = _Reading(document[0] if isinstance(document, list) else document, catalogue)
        if several:
            reading.note("file", "left_out", f"The file holds {several + 1} pipelines; this is the first.")
        return reading.all()


class _Reading:
    """One document on its way to a graph; ``ids`` is their node id -> ours, for the nodes that are kept."""

    def __init__(self, document: Mapping[str, Any], catalogue: Catalogue) -> None:
        self.document, self.catalogue = document, catalogue
        self.notes: list[Note] = []
        self.ids: dict[str, str] = {}
        self.entries: dict[str, CatalogueEntry] = {}
        self.found: dict[str, Mapped] = {}
        self.ports: dict[tuple[str, str], str] = {}
        self.titles: dict[str, str] = {}

    def note(self, where: str, level: str, message: str) -> None:
        self.notes.append(Note(level, where, message))

    def all(self) -> PipelineFile:
        nodes = [node for part in self._parts("nodes") if (node := self._node(part)) is not None]
        graph = {
            "nodes": nodes,
            "connections": list(self._connections()),
            "triggers": list(self._triggers()),
            "variables": [self._variable(part) for part in self._parts("variables")],
        }
        name, description = (str(self.document.get(key) or "") for key in ("name", "description"))
        return PipelineFile(name, description, graph, self._settings(), tuple(self.notes))

    def _settings(self) -> dict[str, Any]:
        """Only what is a truth value: their client writes the resume option into every setting."""
        keep = (self.document.get("settings") or {}).get("keepTriggersActive")
        return {"keep_triggers": keep} if isinstance(keep, bool) else {}

    def _parts(self, key: str) -> list[Mapping[str, Any]]:
        rows = self.document.get(key) or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise UnreadableFile(f"{key} must be a list of objects.", where=key)
        return rows

    # --- nodes

    def _node(self, part: Mapping[str, Any]) -> dict[str, Any] | None:
        theirs, title = str(part.get("id") or ""), str(part.get("name") or part.get("id") or "")
        self.titles[theirs] = title
        for port in [*part.get("inputs", ()), *part.get("outputs", ())]:
            self.ports[theirs, str(port.get("portId"))] = str(port.get("name") or "")
        told = len(self.notes)
        found = mapped(part, partial(self.note, title))
        if found is None and len(self.notes) > told:
            return None  # it was said why
        entry = self.catalogue(found.type, found.config) if found else None
        if found is None or entry is None:
            kind = "/".join(str(x) for x in (part.get("type"), (part.get("namespace") or {}).get("functionName")) if x)
            self.note(title, "left_out", f"There is no node here for {kind or 'it'}; its connections are left out too.")
            return None
        ours = self.ids[theirs] = slug(title, self.entries)
        self.entries[ours], self.found[ours] = entry, found
        place = (part.get("metadata") or {}).get("position") or {}
        return {
            "id": ours,
            "type": found.type,
            "version": 1,
            "name": title,
            "config": found.config,
            "inputs": dict(self._inputs(part, found, entry, title)),
            "position": {"x": float(place.get("x") or 0), "y": float(place.get("y") or 0)},
        }

    def _inputs(
        self, part: Mapping[str, Any], found: Mapped, entry: CatalogueEntry, title: str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from found.inputs.items()
        for port in part.get("inputs", ()):
            name, variable, fixed = str(port.get("name")), port.get("variableName"), port.get("defaultValue")
            name = found.ports.get(name, name)
            if variable is None and fixed is None:
                continue
            if name not in entry.inputs:
                self.note(title, "left_out", f"The node here has no input {name!r}.")
            elif variable is not None:
                yield name, {"variable": variable}
            else:
                yield name, {"fixed": fixed}

    # --- connections

    def _connections(self) -> Iterator[dict[str, Any]]:
        taken: list[str] = []
        for part in self._parts("connections"):
            ends = [part.get("src") or {}, part.get("tgt") or {}]
            theirs = [str(end.get("nodeId")) for end in ends]
            if any(node not in self.titles for node in theirs):
                raise UnreadableFile("A connection names a node that is not in the file.", where="connections")
            if any(node not in self.ids for node in theirs):
                continue  # said where the node was left out
            names = [self.ports.get((n, str(e.get("portId"))), "") for n, e in zip(theirs, ends, strict=True)]
            where = f"{self.titles[theirs[0]]} to {self.titles[theirs[1]]}"
            source, target = (self.ids[node] for node in theirs)
            names = [self.found[o].ports.get(n, n) for o, n in zip((source, target), names, strict=True)]
            if names[0] not in self.entries[source].outputs or names[1] not in self.entries[target].inputs:
                self.note(where, "left_out", f"The nodes here have no ports {names[0]!r} and {names[1]!r} to connect.")
                continue
            action = self._action(part, source, where)
            if action == LEFT_OUT:
                continue
            name = slug(f"{source}-{action or names[0]}-{target}", taken)
            taken.append(name)
            yield {
                "id": name,
                "source": {"node": source, "port": names[0]},
                "target": {"node": target, "port": names[1]},
                "action": action,
                "condition": self._condition(part.get("condition"), where),
            }

    def _action(self, part: Mapping[str, Any], source: str, where: str) -> str | None:
        """What the connection asks for, by our name; LEFT_OUT, and it is told, where our node has no such way out."""
        theirs = action_of(part["action"]) if part.get("action") else None
        ours = self.found[source].actions.get(theirs, theirs) if theirs else None
        if ours == LEFT_OUT:
            self.note(where, "left_out", f"The node here has no way out by {theirs!r}, and needs none.")
        return ours

    def _condition(self, condition: Any, where: str) -> str:
        if not isinstance(condition, str):
            return json.dumps(condition or {})
        try:
            json.loads(condition or "{}")
        except ValueError:
            self.note(where, "left_out", "Its condition is not JSON: the connection lets everything through.")
            return "{}"
        return condition or "{}"

    # --- triggers and variables

    def _triggers(self) -> Iterator[dict[str, Any]]:
        taken: list[str] = []
        for part in self._parts("startNodes"):
            node = self.ids.get(str(part.get("nodeId")))
            if node is None:
                continue
            trigger, title = part.get("trigger") or {}, self.titles[str(part["nodeId"])]
            body = trigger_of(trigger, partial(self.note, title))
            if body is not None:
                name = slug(str(trigger.get("name") or f"{node}_{body['kind']}"), taken)
                taken.append(name)
                yield {"id": name, "node": node, "enabled": True, **body}

    def _variable(self, part: Mapping[str, Any]) -> dict[str, Any]:
        name, value = str(part.get("name") or ""), part.get("value")
        if isinstance(value, str) and value.startswith(UNFILLED):
            value = None
            self.note(name, "to_do", "Choose its value before the pipeline starts.")
        theirs, description = str(part.get("type") or "Json"), str(part.get("description") or "")
        kind = type_of(theirs)
        if kind != theirs:
            self.note(name, "changed", f"There are no variables of the type {theirs} here: it is {kind}.")
        return {"name": name, "type": kind, "value": value, "description": description}


FORMATS.register("dataloop", Dataloop())
