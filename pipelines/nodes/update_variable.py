"""Update variable: compare-and-set, and with a model the promotion that goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from models_registry.services.promotion import promote
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
    Wait,
    register,
)

CHANGED = "incumbent changed"


@dataclass(frozen=True)
class Setting(Outcome):
    """A value that is to be set, if the variable still has the one it was compared with."""

    name: str = ""
    type: str = ""
    memory: Mapping[str, Any] | None = None
    cycle: str = ""


@register
class UpdateVariable(Node):
    """Sets the variable; every node that reads it uses the new value at once. A model becomes the best one.

    Where the cycle compared the model with an incumbent and someone else was promoted meanwhile, nothing is set: the
    action is `incumbent changed`, and the comparison runs again.
    """

    spec = NodeSpec(
        type="update_variable",
        title="Update variable",
        category="Flow",
        icon="variable",
        doc="Sets a variable, if nobody changed it since this cycle looked. A model is promoted to best with it.",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "required": ["variable"],
            "properties": {
                "variable": {
                    "type": "string",
                    "title": "Variable",
                    "description": "Its name; the value comes by the port of that name.",
                    "minLength": 1,
                    "x-variable": "Json",
                },
                "type": {
                    "type": "string",
                    "title": "Type",
                    "description": "What the variable holds.",
                    "enum": list(PORT_TYPES),
                    "default": "Model",
                },
            },
        },
        batch=16,
    )

    def inputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        return (Port(config["variable"], config.get("type", "Model")),)

    def outputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        return self.inputs(config)

    def actions(self, config: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
        return {config["variable"]: (CHANGED,)}

    def validate(self, place: Place) -> Iterable[Problem]:
        node, name = place.node, place.node.config["variable"]
        variable = place.graph.variable_by_name.get(name)
        if variable is None:
            text = f"{node.title} sets the variable {name!r}, which does not exist."
            yield Problem("unknown_variable", text, node=node.id, variable=name)
        elif variable.type != node.config.get("type", "Model"):
            text = f"{node.title} sets {name!r} as {node.config.get('type', 'Model')}, but it is {variable.type}."
            yield Problem("type_mismatch", text, node=node.id, variable=name)

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        results = []
        for e in batch:
            name = e.config["variable"]
            results.append(
                Setting(
                    e.id, {name: e.inputs[name]}, name=name, type=e.config["type"], memory=e.memory, cycle=e.cycle_id
                )
            )
        return results

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        return [self._set(tx, result) for result in results if isinstance(result, Setting)]

    @staticmethod
    def _set(tx: Tx, result: Setting) -> Result:
        value, memory = result.outputs[result.name], result.memory or {}
        compared = memory.get("incumbent") if result.type == "Model" else None
        if compared is None or tx.variable(result.name) == value:
            tx.set_variable(result.name, value, why="set by the pipeline")
        elif not tx.set_variable(result.name, value, expected=compared, why=str(memory.get("verdict", ""))):
            return replace(
                result, action=CHANGED, again=True, log="Another model became best meanwhile: compare again."
            )
        if result.type == "Model":
            promote(
                model_id=UUID(value),
                reason=str(memory.get("verdict", "")),
                cycle_id=UUID(result.cycle),
                pipeline_id=UUID(tx.pipeline_id),
                comparison_id=UUID(memory["comparison"]) if memory.get("comparison") else None,
            )
        return replace(result, action=None)
