"""Function: a Python function of an installed package, with the ports its annotations tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.engine.functions import Function, functions, load_functions
from pipelines.engine.ports import check_value
from pipelines.engine.spec import (
    Ctx,
    Execution,
    Node,
    NodeError,
    NodeSpec,
    Outcome,
    Place,
    Port,
    Problem,
    Result,
    register,
)

load_functions()
INSTALLED = functions.names()


@register
class FunctionNode(Node):
    """Calls a function that an installed package registered (`pipelines.engine.functions`). It runs in the worker
    itself, with all its rights: who installs a package trusts it. Where it takes an `item` and returns none, the item
    is passed on.
    """

    spec = NodeSpec(
        type="function",
        title="Function",
        category="Code",
        icon="function",
        doc="Calls a function of a package that the operator installed. Its inputs and outputs are the function's.",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "required": ["function"],
            "properties": {
                "function": {
                    "type": "string",
                    "title": "Function",
                    "minLength": 1,
                    "description": "One that an installed package registered.",
                    **({"enum": INSTALLED} if INSTALLED else {}),
                },
            },
        },
        batch=64,
        hidden=not INSTALLED,
    )

    def inputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        found = _found(config)
        return found.inputs if found else ()

    def outputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        found = _found(config)
        return _outputs(found) if found else ()

    def validate(self, place: Place) -> Iterable[Problem]:
        if _found(place.node.config) is None:
            known = ", ".join(functions.names()) or "none"
            text = f"{place.node.title}: no such function is installed here (there is: {known})."
            yield Problem("unknown_function", text, node=place.node.id, field="function")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        if not batch:
            return []
        found = functions.get(batch[0].config["function"])
        results: list[Result] = []
        for done, e in enumerate(batch):
            if ctx.cancelled():
                break
            results.append(_called(found, e))
            ctx.progress(done + 1, len(batch), found.title)
        return results


def _found(config: Mapping[str, Any]) -> Function | None:
    name = config.get("function", "")
    return functions.get(name) if name in functions else None


def _outputs(found: Function) -> tuple[Port, ...]:
    """Its own, and the item it took where it gives none."""
    takes = [port for port in found.inputs if port.name == "item" and port.type == "Item"]
    gives = any(port.name == "item" for port in found.outputs)
    return found.outputs if gives or not takes else (*found.outputs, Port("item", "Item"))


def _called(found: Function, e: Execution) -> Result:
    given = {port.name: e.inputs[port.name] for port in found.inputs if e.inputs.get(port.name) is not None}
    try:
        value = found.call(**given)
    except Exception as error:  # noqa: BLE001  a package's own error is this item's failure, not the batch's
        return NodeError(e.id, "function_error", f"{type(error).__name__}: {error}"[:2000])
    values = value if found.several else {port.name: value for port in found.outputs}
    if not isinstance(values, Mapping):
        return NodeError(e.id, "bad_result", f"{found.name} returned {type(value).__name__}, not a dictionary.")
    outputs: dict[str, Any] = {"item": e.inputs["item"]} if any(p.name == "item" for p in _outputs(found)) else {}
    for port in found.outputs:
        if port.name not in values:
            continue
        if why := check_value(port.type, values[port.name]):
            return NodeError(e.id, "bad_result", f"{found.name} returned as {port.name}: {why}.")
        outputs[port.name] = values[port.name]
    return Outcome(e.id, outputs)
