"""Join: a barrier. What comes by several ways goes on together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pipelines.engine.ports import PORT_TYPES
from pipelines.engine.spec import (
    Ctx,
    Execution,
    Node,
    NodeSpec,
    Outcome,
    Place,
    Port,
    Problem,
    Result,
    Tx,
    register,
)

MOST: Final = 8


@register
class Join(Node):
    """Starts when every connected input has a value in its cycle, and uses the values up: the next start needs a new
    one at each. Of two that reach an input before the others have one, the later counts."""

    spec = NodeSpec(
        type="join",
        title="Join",
        category="Flow",
        icon="merge",
        doc="Waits within a cycle until something has come by each of its inputs, then sends on what came by the "
        "first, and all of it as a list. A way that ends before (a discarded item) holds it back for good.",
        inputs=(Port("first", "Item"), Port("second", "Item")),
        outputs=(Port("item", "Item"), Port("all", "Item[]")),
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "inputs": {
                    "type": "integer",
                    "title": "How many inputs",
                    "description": "As many ways as come together here.",
                    "minimum": 2,
                    "maximum": MOST,
                    "default": 2,
                },
                "type": {
                    "type": "string",
                    "title": "What comes together",
                    "description": "The type of the inputs.",
                    "enum": [name for name in PORT_TYPES if not name.endswith("[]")],
                    "default": "Item",
                },
            },
        },
        barrier=True,
    )

    def inputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        return tuple(Port(name, config.get("type", "Item")) for name in names_of(config))

    def outputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        kind = config.get("type", "Item")
        return (Port("item", kind), Port("all", f"{kind}[]"))

    def validate(self, place: Place) -> Iterable[Problem]:
        node = place.node
        if len(place.graph.connected_ports(node.id)) < 2:
            text = f"{node.title} has nothing to wait for: connect at least two of its inputs."
            yield Problem("nothing_to_join", text, node=node.id, level="warning")

    def at_once(self, tx: Tx, batch: Sequence[Execution]) -> Sequence[Outcome]:
        return self._joined(batch)

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return self._joined(batch)

    @staticmethod
    def _joined(batch: Sequence[Execution]) -> list[Outcome]:
        found = []
        for e in batch:
            values = [e.inputs[name] for name in names_of(e.config)]
            found.append(Outcome(e.id, {"item": values[0], "all": values}))
        return found


def names_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    names = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
    return names[: config.get("inputs", 2)]
