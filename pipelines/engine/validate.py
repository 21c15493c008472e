"""What is wrong with a graph, as coded problems. Pure: what only the database knows is asked by ``Node.ready``.

A graph with an error is not started; warnings are shown and do not stop it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from pipelines.engine.graph import Connection, Graph, GraphNode, TriggerSpec
from pipelines.engine.ports import accepts, check_value, is_port_type, spreads
from pipelines.engine.spec import Node, Place, Port, Problem, get_node, node_key, node_types
from pipelines.engine.triggers import ABOUT_ITEMS, resource_of, trigger_spec_problems

READ_TYPES = frozenset({"Dataset", "Model"})
"""Types of variables that a trigger's settings may read, by a setting of that name in small letters."""


def validate(graph: Graph, *, project_id: str = "", pipeline_id: str = "") -> list[Problem]:
    """Every problem found, errors first, in the order of the graph."""
    check = _Check(graph, project_id, pipeline_id)
    found = [*check.ids(), *check.variables(), *check.nodes(), *check.connections(), *check.triggers(), *check.shape()]
    return sorted(found, key=lambda problem: problem.level != "error")


def errors(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.level == "error"]


def place_of(graph: Graph, node: GraphNode, *, project_id: str = "", pipeline_id: str = "") -> Place:
    """The node with the values its variable and fixed inputs have in this graph."""
    values = {}
    for port, source in node.inputs.items():
        if source.variable is None:
            values[port] = source.fixed
        elif source.variable in graph.variable_by_name:
            values[port] = graph.variable_by_name[source.variable].value
    return Place(graph, node, values, project_id, pipeline_id)


def schema_problems(schema: Mapping[str, Any], value: Any) -> Iterator[tuple[str, str]]:
    """(path, sentence) for each way ``value`` breaks the JSON schema."""
    found = Draft202012Validator(schema).iter_errors(value)
    for error in sorted(found, key=lambda e: [str(part) for part in e.absolute_path]):
        yield ".".join(str(part) for part in error.absolute_path), error.message


def triggered_ports(graph: Graph, node_id: str, ports: tuple[Port, ...]) -> frozenset[str]:
    """Input ports of a start node that the trigger's item fills: those of type Item without a variable or fixed value.

    A connection into such a port (a loop back to the start) is one more alternative.
    """
    node = graph.node(node_id)
    fed = () if node is None else node.inputs
    return frozenset(port.name for port in ports if node and port.type == "Item" and port.name not in fed)


class _Check:
    def __init__(self, graph: Graph, project_id: str, pipeline_id: str) -> None:
        self.graph, self.project_id, self.pipeline_id = graph, project_id, pipeline_id
        self.types: dict[str, Node] = {}
        self.bad_config: set[str] = set()
        for node in graph.nodes:
            if node_key(node.type, node.version) in node_types:
                self.types[node.id] = get_node(node.type, node.version)
                if any(schema_problems(self.types[node.id].spec.config_schema, node.config)):
                    self.bad_config.add(node.id)

    def _ports(self, node_id: str, side: str) -> dict[str, Port] | None:
        """Ports by name, or None where they cannot be known (unknown type, broken configuration)."""
        node = self.graph.node(node_id)
        if node is None or node_id not in self.types or node_id in self.bad_config:
            return None
        ports: tuple[Port, ...] = getattr(self.types[node_id], side)(node.config)
        return {port.name: port for port in ports}

    def ids(self) -> Iterator[Problem]:
        for what, ids in (
            ("node", [n.id for n in self.graph.nodes]),
            ("connection", [c.id for c in self.graph.connections]),
            ("trigger", [t.id for t in self.graph.triggers]),
            ("variable", [v.name for v in self.graph.variables]),
        ):
            for name, times in Counter(ids).items():
                if times > 1:
                    yield Problem(f"duplicate_{what}", f"The {what} {name!r} exists {times} times.", **{what: name})
                if not name:
                    yield Problem(f"empty_{what}_id", f"A {what} has an empty name.")

    def variables(self) -> Iterator[Problem]:
        for variable in self.graph.variables:
            if not is_port_type(variable.type):
                text = f"The variable {variable.name!r} has the unknown type {variable.type!r}."
                yield Problem("unknown_type", text, variable=variable.name)
            elif variable.value is not None and (why := check_value(variable.type, variable.value)):
                text = f"The value of the variable {variable.name!r} does not fit its type: {why}."
                yield Problem("bad_value", text, variable=variable.name)

    def nodes(self) -> Iterator[Problem]:
        for node in self.graph.nodes:
            if node.id not in self.types:
                text = f"{node.title}: there is no node type {node.type!r} in version {node.version}."
                yield Problem("unknown_node_type", text, node=node.id)
                continue
            spec = self.types[node.id].spec
            for path, message in schema_problems(spec.config_schema, node.config):
                text = f"{node.title}: {path or 'configuration'}: {message}"
                yield Problem("bad_config", text, node=node.id, field=path or None)
            if node.id not in self.bad_config:
                yield from self._inputs(node)
                yield from self._own(node)

    def _inputs(self, node: GraphNode) -> Iterator[Problem]:
        ports = self._ports(node.id, "inputs") or {}
        connected = self.graph.connected_ports(node.id)
        starts = {t.node for t in self.graph.triggers}
        by_trigger = (
            triggered_ports(self.graph, node.id, tuple(ports.values())) if node.id in starts else frozenset[str]()
        )
        for name, source in node.inputs.items():
            if name not in ports:
                text = f"{node.title} has no input {name!r}."
                yield Problem("unknown_port", text, node=node.id, port=name)
                continue
            if name in connected:
                text = f"The input {name!r} of {node.title} has a connection and also a variable or fixed value."
                yield Problem("several_sources", text, node=node.id, port=name)
            if source.variable is not None:
                yield from self._variable_source(node, ports[name], source.variable)
            elif (source.fixed is not None or ports[name].required) and (
                why := check_value(ports[name].type, source.fixed)
            ):
                text = f"The fixed value of {name!r} of {node.title} does not fit: {why}."
                yield Problem("bad_value", text, node=node.id, port=name)
        for port in ports.values():
            filled = connected | set(node.inputs) | by_trigger | self._brought(node.id, ports)
            if port.required and port.name not in filled:
                yield Problem(
                    "input_unfilled", f"The input {port.name!r} of {node.title} is not filled.", node.id, port=port.name
                )

    def _variable_source(self, node: GraphNode, port: Port, name: str) -> Iterator[Problem]:
        variable = self.graph.variable_by_name.get(name)
        if variable is None:
            text = f"{node.title} reads the variable {name!r}, which does not exist."
            yield Problem("unknown_variable", text, node=node.id, port=port.name, variable=name)
        elif is_port_type(variable.type) and not accepts(port.type, variable.type):
            text = f"{node.title}: {port.name!r} takes {port.type}, the variable {name!r} is {variable.type}."
            yield Problem("type_mismatch", text, node=node.id, port=port.name, variable=name)
        elif variable.value is None and port.required:
            text = f"{node.title} reads the variable {name!r}, which has no value yet."
            yield Problem("variable_empty", text, node=node.id, port=port.name, variable=name)

    def _own(self, node: GraphNode) -> Iterator[Problem]:
        place = place_of(self.graph, node, project_id=self.project_id, pipeline_id=self.pipeline_id)
        yield from self.types[node.id].validate(place)

    def connections(self) -> Iterator[Problem]:
        for c in self.graph.connections:
            missing = [n for n in (c.source_node, c.target_node) if n not in self.graph.by_id]
            for node_id in missing:
                text = f"A connection names the node {node_id!r}, which does not exist."
                yield Problem("unknown_node", text, connection=c.id)
            if not missing:
                yield from self._connection_ports(c)
            try:
                if not isinstance(json.loads(c.condition or "{}"), dict):
                    raise ValueError
            except ValueError:
                text = "The condition of a connection is not a JSON object."
                yield Problem("bad_condition", text, connection=c.id)

    def _connection_ports(self, c: Connection) -> Iterator[Problem]:
        outputs, inputs = self._ports(c.source_node, "outputs"), self._ports(c.target_node, "inputs")
        source, target = self.graph.by_id[c.source_node], self.graph.by_id[c.target_node]
        if outputs is not None and c.source_port not in outputs:
            text = f"{source.title} has no output {c.source_port!r}."
            yield Problem("unknown_port", text, node=source.id, connection=c.id, port=c.source_port)
        if inputs is not None and c.target_port not in inputs:
            text = f"{target.title} has no input {c.target_port!r}."
            yield Problem("unknown_port", text, node=target.id, connection=c.id, port=c.target_port)
        if outputs and inputs and c.source_port in outputs and c.target_port in inputs:
            given, taken = outputs[c.source_port].type, inputs[c.target_port].type
            if not (accepts(taken, given) or spreads(taken, given)):
                text = f"{source.title} gives {given} where {target.title} takes {taken}."
                yield Problem("type_mismatch", text, node=target.id, connection=c.id, port=c.target_port)
            if c.conditional and given != "Item" and not (given == "Item[]" and spreads(taken, given)):
                text = f"A condition filters items; {source.title} sends {given} here."
                yield Problem("bad_condition", text, connection=c.id)
        if outputs is not None and c.action is not None:
            known = self.types[source.id].actions(source.config).get(c.source_port, ())
            if c.action not in known:
                text = f"{source.title} has no action {c.action!r} (it has: {', '.join(known) or 'none'})."
                yield Problem("unknown_action", text, node=source.id, connection=c.id)

    def triggers(self) -> Iterator[Problem]:
        for trigger in self.graph.triggers:
            if trigger.node not in self.graph.by_id:
                text = f"A trigger names the node {trigger.node!r}, which does not exist."
                yield Problem("unknown_node", text, trigger=trigger.id)
                continue
            for text in trigger_spec_problems(trigger):
                yield Problem("bad_trigger", text, node=trigger.node, trigger=trigger.id)
            yield from self._trigger_reads(trigger)
            yield from self._trigger_inputs(trigger)

    def _trigger_reads(self, trigger: TriggerSpec) -> Iterator[Problem]:
        """Variables that the trigger's kind reads: they are there, of the type that the setting is called."""
        counts = trigger.kind == "every_n" and trigger.spec.get("count") == "ground_truth"
        if not counts and trigger.kind != "measure":
            return
        for name, source in trigger.spec.items():
            read = source.get("variable") if isinstance(source, Mapping) and name.capitalize() in READ_TYPES else None
            if read is None:
                continue
            variable = self.graph.variable_by_name.get(read)
            if variable is None:
                text = f"A trigger's {name} is the variable {read!r}, which does not exist."
                yield Problem("unknown_variable", text, node=trigger.node, trigger=trigger.id)
            elif variable.type != name.capitalize():
                text = f"A trigger's {name} is the variable {read!r}, which is a {variable.type}."
                yield Problem("type_mismatch", text, node=trigger.node, trigger=trigger.id)

    def _trigger_inputs(self, trigger: TriggerSpec) -> Iterator[Problem]:
        ports = self._ports(trigger.node, "inputs")
        if ports is None:
            return
        title = self.graph.by_id[trigger.node].title
        item_ports = triggered_ports(self.graph, trigger.node, tuple(ports.values()))
        if trigger.kind in ("cron", "every_n", "measure"):
            empty = sorted(name for name in item_ports if ports[name].required)
            if empty:
                text = (
                    f"{title} is started by clock, count or figure, so its input {empty[0]!r} must be filled already."
                )
                yield Problem("trigger_needs_inputs", text, node=trigger.node, trigger=trigger.id, port=empty[0])
        elif trigger.kind == "event" and resource_of(trigger.spec) not in ABOUT_ITEMS:
            yield from self._resource_input(trigger, ports)
        elif trigger.kind == "event" and not item_ports:
            text = f"{title} has no free input of type Item for the trigger's item."
            yield Problem("trigger_without_input", text, node=trigger.node, trigger=trigger.id)
        inner = sorted(self.graph.connected_ports(trigger.node) - (item_ports if trigger.kind != "cron" else set()))
        if inner:
            text = f"{title} is a start node, but its input {inner[0]!r} comes from a connection."
            yield Problem("start_has_connection", text, node=trigger.node, trigger=trigger.id, port=inner[0])

    def _brought(self, node_id: str, ports: Mapping[str, Port]) -> frozenset[str]:
        """Inputs that every trigger of the node fills with what its event is about: a model, a dataset."""
        mine = [t for t in self.graph.triggers if t.node == node_id]
        kinds = {resource_of(t.spec) if t.kind == "event" else "" for t in mine}
        kind = kinds.pop() if len(kinds) == 1 else ""
        return frozenset(name for name, port in ports.items() if port.type == kind and kind not in ABOUT_ITEMS)

    def _resource_input(self, trigger: TriggerSpec, ports: Mapping[str, Port]) -> Iterator[Problem]:
        """What such an event is about fills the free inputs of its type; the others must be filled already."""
        node, kind = self.graph.by_id[trigger.node], resource_of(trigger.spec)
        for name, port in ports.items():
            if port.required and name not in node.inputs and port.type != kind:
                text = f"{node.title} is started by a {kind}, so its input {name!r} must be filled already."
                yield Problem("trigger_needs_inputs", text, node=node.id, trigger=trigger.id, port=name)

    def shape(self) -> Iterator[Problem]:
        if not self.graph.nodes:
            yield Problem("empty_graph", "The pipeline has no nodes.")
            return
        if not self.graph.triggers:
            yield Problem("no_start_node", "Nothing starts this pipeline: give one node a trigger.")
            return
        reachable = self.graph.reachable()
        for node in self.graph.nodes:
            if node.id not in reachable:
                text = f"No start node leads to {node.title}."
                yield Problem("unreachable", text, node=node.id, level="warning")


def config_with_defaults(schema: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with the schema's top-level defaults filled in."""
    defaults = {k: p["default"] for k, p in schema.get("properties", {}).items() if "default" in p}
    return {**defaults, **config}


__all__ = [
    "config_with_defaults",
    "errors",
    "place_of",
    "schema_problems",
    "triggered_ports",
    "validate",
]
