"""A pipeline's graph as plain values: nodes, connections, triggers, variables; to and from JSON.

Reading is forgiving where meaning is clear (a missing position) and strict where it is not: what is malformed raises
GraphFormatError naming the place. Whether the graph makes sense is ``validate``'s question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from alp_site.lib.errors import Invalid
from alp_site.lib.plain import first_fault

TRIGGER_KINDS: Final = ("event", "every_n", "cron", "measure", "manual", "webhook")
OVERLAPS: Final = ("skip", "queue_one", "allow")
MODES: Final = ("once", "always")


class GraphFormatError(Invalid):
    """The JSON is not a graph; ``data.where`` is the path to the part that is wrong."""

    code = "graph_format"


@dataclass(frozen=True)
class Source:
    """Where an input port's value comes from when no connection feeds it: a variable's name or a fixed value."""

    variable: str | None = None
    fixed: Any = None

    def as_json(self) -> dict[str, Any]:
        return {"variable": self.variable} if self.variable is not None else {"fixed": self.fixed}


@dataclass(frozen=True)
class GraphNode:
    """One node of a graph. ``inputs`` holds the ports fed by a variable or a fixed value."""

    id: str
    type: str
    version: int = 1
    name: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Source] = field(default_factory=dict)
    position: tuple[float, float] = (0.0, 0.0)

    @property
    def title(self) -> str:
        return self.name or self.id


@dataclass(frozen=True)
class Connection:
    """From an output port to an input port, taken when ``action`` was chosen (None: always) and the item matches
    ``condition`` (a query as JSON text)."""

    id: str
    source_node: str
    source_port: str
    target_node: str
    target_port: str
    action: str | None = None
    condition: str = "{}"

    @property
    def name(self) -> str:
        """What it is from one revision to the next: its ends and its action."""
        ends = f"{self.source_node}.{self.source_port} -> {self.target_node}.{self.target_port}"
        return ends if self.action is None else f"{ends} ({self.action})"

    @property
    def conditional(self) -> bool:
        return self.condition.strip() not in ("", "{}", "null")


@dataclass(frozen=True)
class TriggerSpec:
    """What starts cycles at a node. ``id`` is unique in the graph."""

    id: str
    node: str
    kind: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    mode: str = "once"
    overlap: str = "queue_one"
    enabled: bool = True


@dataclass(frozen=True)
class Variable:
    name: str
    type: str
    value: Any = None
    description: str = ""


@dataclass(frozen=True)
class Note:
    """A comment on the drawing. Nothing runs by it."""

    id: str
    text: str
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (200.0, 80.0)


@dataclass(frozen=True)
class Group:
    """Nodes that belong together on the drawing, with a name. Nothing runs by it."""

    id: str
    name: str
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """The whole graph. Node and connection ids may repeat here (``validate`` says so); look-ups take the first."""

    nodes: tuple[GraphNode, ...] = ()
    connections: tuple[Connection, ...] = ()
    triggers: tuple[TriggerSpec, ...] = ()
    variables: tuple[Variable, ...] = ()
    notes: tuple[Note, ...] = ()
    groups: tuple[Group, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, GraphNode]:
        return {node.id: node for node in reversed(self.nodes)}

    @cached_property
    def _out(self) -> Mapping[str, tuple[Connection, ...]]:
        return {node.id: tuple(c for c in self.connections if c.source_node == node.id) for node in self.nodes}

    @cached_property
    def _in(self) -> Mapping[str, tuple[Connection, ...]]:
        return {node.id: tuple(c for c in self.connections if c.target_node == node.id) for node in self.nodes}

    @cached_property
    def variable_by_name(self) -> Mapping[str, Variable]:
        return {variable.name: variable for variable in reversed(self.variables)}

    @cached_property
    def connection_by_id(self) -> Mapping[str, Connection]:
        return {connection.id: connection for connection in reversed(self.connections)}

    def node(self, node_id: str) -> GraphNode | None:
        return self.by_id.get(node_id)

    def outgoing(self, node_id: str) -> tuple[Connection, ...]:
        return self._out.get(node_id, ())

    def incoming(self, node_id: str) -> tuple[Connection, ...]:
        return self._in.get(node_id, ())

    def connected_ports(self, node_id: str) -> frozenset[str]:
        """Input ports that at least one connection enters: the ones a start waits for."""
        return frozenset(c.target_port for c in self.incoming(node_id))

    def start_nodes(self) -> tuple[str, ...]:
        """Nodes that triggers start, in the graph's order, each once."""
        started = {trigger.node for trigger in self.triggers}
        return tuple(node.id for node in self.nodes if node.id in started)

    def named_variables(self) -> frozenset[str]:
        """Variables that inputs, configurations (``variable``) or triggers of this graph name."""
        inputs = {source.variable for node in self.nodes for source in node.inputs.values() if source.variable}
        configs = {name for node in self.nodes if isinstance(name := node.config.get("variable"), str)}
        specs = [part for t in self.triggers for part in t.spec.values() if isinstance(part, dict)]
        return frozenset(inputs | configs | {name for s in specs if isinstance(name := s.get("variable"), str)})

    def has_connection_for(self, node_id: str, action: str | None) -> bool:
        """Whether a connection leaves the node that asks for exactly this action."""
        return any(c.action == action for c in self.outgoing(node_id))

    def reachable(self) -> frozenset[str]:
        """Ids of nodes that some start node leads to, the start nodes among them."""
        seen: set[str] = set()
        todo = list(self.start_nodes())
        while todo:
            node_id = todo.pop()
            if node_id not in seen:
                seen.add(node_id)
                todo.extend(c.target_node for c in self.outgoing(node_id))
        return frozenset(seen)


def to_json(graph: Graph) -> dict[str, Any]:
    """The stored form; ``from_json`` reads it back unchanged. Notes and groups are there only if there are any."""
    return {
        "nodes": [
            {
                "id": n.id,
                "type": n.type,
                "version": n.version,
                "name": n.name,
                "config": dict(n.config),
                "inputs": {port: source.as_json() for port, source in n.inputs.items()},
                "position": {"x": n.position[0], "y": n.position[1]},
            }
            for n in graph.nodes
        ],
        "connections": [
            {
                "id": c.id,
                "source": {"node": c.source_node, "port": c.source_port},
                "target": {"node": c.target_node, "port": c.target_port},
                "action": c.action,
                "condition": c.condition,
            }
            for c in graph.connections
        ],
        "triggers": [
            {
                "id": t.id,
                "node": t.node,
                "kind": t.kind,
                "spec": dict(t.spec),
                "mode": t.mode,
                "overlap": t.overlap,
                "enabled": t.enabled,
            }
            for t in graph.triggers
        ],
        "variables": [
            {"name": v.name, "type": v.type, "value": v.value, "description": v.description} for v in graph.variables
        ],
        **_drawn(graph),
    }


def _drawn(graph: Graph) -> dict[str, Any]:
    notes = [
        {
            "id": n.id,
            "text": n.text,
            "position": {"x": n.position[0], "y": n.position[1]},
            "size": {"x": n.size[0], "y": n.size[1]},
        }
        for n in graph.notes
    ]
    groups = [{"id": g.id, "name": g.name, "nodes": list(g.nodes)} for g in graph.groups]
    return {name: parts for name, parts in (("notes", notes), ("groups", groups)) if parts}


def from_json(data: Any) -> Graph:
    """Raises GraphFormatError."""
    if not isinstance(data, dict):
        raise GraphFormatError("A graph is a JSON object.", where="")
    if fault := first_fault(data):
        raise GraphFormatError(f"A graph cannot be kept: {fault}.", where="")
    unknown = sorted(set(data) - {"nodes", "connections", "triggers", "variables", "notes", "groups"})
    if unknown:
        raise GraphFormatError(f"A graph has no field {unknown[0]!r}.", where=unknown[0])
    return Graph(
        nodes=tuple(_node(part) for part in _parts(data, "nodes")),
        connections=tuple(_connection(part, index) for index, part in enumerate(_parts(data, "connections"))),
        triggers=tuple(_trigger(part) for part in _parts(data, "triggers")),
        variables=tuple(_variable(part) for part in _parts(data, "variables")),
        notes=tuple(_note(part) for part in _parts(data, "notes")),
        groups=tuple(_group(part) for part in _parts(data, "groups")),
    )


class _Part:
    """One object of the JSON with its path, so that every complaint says where."""

    def __init__(self, where: str, data: Any) -> None:
        if not isinstance(data, dict):
            raise GraphFormatError(f"{where} must be an object.", where=where)
        self.where, self.data = where, data

    def get(self, key: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        value = self.data.get(key, default)
        if value is ...:
            raise GraphFormatError(f"{self.where}.{key} is missing.", where=f"{self.where}.{key}")
        wrong_bool = isinstance(value, bool) and kind is int
        if value is not default and (wrong_bool or not isinstance(value, kind)):
            raise GraphFormatError(f"{self.where}.{key} has the wrong type.", where=f"{self.where}.{key}")
        return value

    def part(self, key: str) -> _Part:
        return _Part(f"{self.where}.{key}", self.data.get(key))


def _parts(data: Mapping[str, Any], key: str) -> Iterator[_Part]:
    rows = data.get(key, [])
    if not isinstance(rows, list):
        raise GraphFormatError(f"{key} must be a list.", where=key)
    return (_Part(f"{key}[{index}]", row) for index, row in enumerate(rows))


def _node(part: _Part) -> GraphNode:
    inputs = part.get("inputs", dict, {})
    return GraphNode(
        id=part.get("id", str),
        type=part.get("type", str),
        version=part.get("version", int, 1),
        name=part.get("name", str, ""),
        config=part.get("config", dict, {}),
        inputs={port: _source(_Part(f"{part.where}.inputs.{port}", value)) for port, value in inputs.items()},
        position=_point(part, "position", (0.0, 0.0)),
    )


def _point(part: _Part, key: str, default: tuple[float, float]) -> tuple[float, float]:
    spot = _Part(f"{part.where}.{key}", part.get(key, dict, {}))
    return float(spot.get("x", (int, float), default[0])), float(spot.get("y", (int, float), default[1]))


def _note(part: _Part) -> Note:
    return Note(
        id=part.get("id", str),
        text=part.get("text", str, ""),
        position=_point(part, "position", (0.0, 0.0)),
        size=_point(part, "size", (200.0, 80.0)),
    )


def _group(part: _Part) -> Group:
    nodes = part.get("nodes", list, [])
    if not all(isinstance(node, str) for node in nodes):
        raise GraphFormatError(f"{part.where}.nodes must be ids of nodes.", where=f"{part.where}.nodes")
    return Group(id=part.get("id", str), name=part.get("name", str, ""), nodes=tuple(nodes))


def _source(part: _Part) -> Source:
    if set(part.data) == {"variable"}:
        return Source(variable=part.get("variable", str))
    if set(part.data) == {"fixed"}:
        return Source(fixed=part.data["fixed"])
    raise GraphFormatError(f'{part.where} must be {{"variable": name}} or {{"fixed": value}}.', where=part.where)


def _connection(part: _Part, index: int) -> Connection:
    source, target = part.part("source"), part.part("target")
    return Connection(
        id=part.get("id", str, f"c{index + 1}"),
        source_node=source.get("node", str),
        source_port=source.get("port", str),
        target_node=target.get("node", str),
        target_port=target.get("port", str),
        action=part.get("action", str, None),
        condition=part.get("condition", str, "{}"),
    )


def _trigger(part: _Part) -> TriggerSpec:
    return TriggerSpec(
        id=part.get("id", str),
        node=part.get("node", str),
        kind=part.get("kind", str),
        spec=part.get("spec", dict, {}),
        mode=part.get("mode", str, "once"),
        overlap=part.get("overlap", str, "queue_one"),
        enabled=part.get("enabled", bool, True),
    )


def _variable(part: _Part) -> Variable:
    return Variable(
        name=part.get("name", str),
        type=part.get("type", str),
        value=part.data.get("value"),
        description=part.get("description", str, ""),
    )
