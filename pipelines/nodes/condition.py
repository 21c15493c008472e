"""Condition: which way a value goes depends on another value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from datasets.models import Item
from pipelines.engine.ports import PORT_TYPES
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
from pipelines.nodes._items import LOOKUP, SCORES, missing_item, scores_of
from pipelines.services.bulk import as_uuids, chunks

MISSING: Final = object()
"""There is no such value: the key is not there, nothing predicted the item."""
ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "less than": lambda a, b: a < b,
    "at most": lambda a, b: a <= b,
    "greater than": lambda a, b: a > b,
    "at least": lambda a, b: a >= b,
}
OPERATORS: Final = ("equals", "differs from", *ORDER, "is one of", "contains", "exists", "is missing")
UNARY: Final = ("exists", "is missing")
FIELDS: Final = ("filename", "name", "dir", "mimetype", "subset", "size", "width", "height", "annotated", "hidden")


class NotComparable(ValueError):
    """The two values have no order, or one cannot hold the other."""


@register
class Condition(Node):
    """Compares one value (an input, a key of the item's metadata, one of its fields, a prediction's score, something
    this cycle remembered) with another (a constant, or an input fed by a variable). Reads only: repeating is harmless.

    A value that is not there is not equal to, less or greater than anything; `exists` and `is missing` ask for that.
    """

    spec = NodeSpec(
        type="condition",
        title="Condition",
        category="Flow",
        icon="branch",
        doc="Compares a value with a constant or a variable: what holds leaves by `true`, else by `false`. The value "
        "is an input, a key of the item's metadata, a field of it, the score of its prediction, or what this cycle "
        "remembered (an agreement, a verdict).",
        inputs=(
            Port("item", "Item"),
            Port("value", "Json", required=False, doc="The value that is compared, where that is asked of an input."),
            Port("against", "Json", required=False, doc="What it is compared with; empty: the constant."),
        ),
        outputs=(Port("item", "Item"),),
        actions={"item": ("true", "false")},
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "type": {
                    "type": "string",
                    "title": "What flows through",
                    "description": "The type of what is sent on; metadata, fields and scores are asked of items.",
                    "enum": list(PORT_TYPES),
                    "default": "Item",
                },
                "source": {
                    "type": "string",
                    "title": "Value",
                    "description": "Where the value comes from.",
                    "enum": ["input", "metadata", "field", "score", "memory"],
                    "default": "metadata",
                },
                "path": {
                    "type": "string",
                    "title": "Which one",
                    "description": "The key of the metadata or memory (a.b.c), the item's field, or the score "
                    "(confidence, margin, entropy).",
                    "maxLength": 200,
                    "default": "",
                },
                "operator": {
                    "type": "string",
                    "title": "Comparison",
                    "description": "How the two values are compared.",
                    "enum": list(OPERATORS),
                    "default": "equals",
                },
                "constant": {
                    "title": "Compared with",
                    "description": "A constant, used where no input `against` is filled.",
                    "type": ["string", "number", "boolean", "array", "null"],
                    "default": None,
                },
            },
        },
    )

    def inputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        return (Port("item", config.get("type", "Item")), *self.spec.inputs[1:])

    def outputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        return (Port("item", config.get("type", "Item")),)

    def validate(self, place: Place) -> Iterable[Problem]:
        node, config = place.node, place.node.config
        source, path = config.get("source", "metadata"), config.get("path", "")
        known = {"field": FIELDS, "score": SCORES}.get(source)
        if source == "input" and "value" not in {*node.inputs, *place.graph.connected_ports(node.id)}:
            text = f"{node.title} compares its input `value`, which is not filled."
            yield Problem("value_unfilled", text, node=node.id, port="value")
        elif source in ("metadata", "memory") and not path:
            text = f"{node.title} does not say which key is compared."
            yield Problem("bad_config", text, node=node.id, field="path")
        elif known is not None and path not in known:
            text = f"{node.title}: {path!r} is none of {', '.join(known)}."
            yield Problem("bad_config", text, node=node.id, field="path")
        if source in ("metadata", "field", "score") and config.get("type", "Item") != "Item":
            text = f"{node.title}: only items have {source} values; compare the input instead."
            yield Problem("bad_config", text, node=node.id, field="source")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        values = values_of(batch)
        return [self._one(e, values[e.id]) if e.id in values else missing_item(e) for e in batch]

    @staticmethod
    def _one(e: Execution, value: Any) -> Result:
        against = e.inputs.get("against")
        against = e.config.get("constant") if against is None else against
        operator = e.config.get("operator", "equals")
        try:
            holds = compare(value, operator, against)
        except NotComparable as error:
            return NodeError(e.id, "not_comparable", str(error))
        shown = "nothing" if value is MISSING else repr(value)
        said = f"{shown} {operator}" + ("" if operator in UNARY else f" {against!r}")
        return Outcome(e.id, {"item": e.inputs["item"]}, "true" if holds else "false", log=f"{said}: {holds}".lower())


def values_of(batch: Sequence[Execution]) -> dict[str, Any]:
    """Execution id -> the value to compare, ``MISSING`` where there is none; deleted items are left out."""
    if not batch:
        return {}
    source, path = batch[0].config.get("source", "metadata"), batch[0].config.get("path", "")
    if source == "input":
        return {e.id: MISSING if (v := e.inputs.get("value")) is None else v for e in batch}
    if source == "memory":
        return {e.id: inside(e.memory, path) for e in batch}
    if source == "score":
        scores = scores_of(batch)
        return {e.id: scores[e.id][path] if e.id in scores else MISSING for e in batch}
    column = "metadata" if source == "metadata" else path
    rows: dict[str, Any] = {}
    for part in chunks(as_uuids(sorted({e.inputs["item"] for e in batch})), LOOKUP):
        found = Item.objects.filter(pk__in=part, deleted_at=None).values_list("pk", column)
        rows.update({str(pk): value for pk, value in found})
    there = {e.id: rows[e.inputs["item"]] for e in batch if e.inputs["item"] in rows}
    return there if source == "field" else {key: inside(value, path) for key, value in there.items()}


def inside(value: Any, path: str) -> Any:
    """What lies at a.b.c of nested objects; keys under ``user`` may leave that out."""
    for root in (value, value.get("user") if isinstance(value, Mapping) else None):
        here: Any = root
        for key in path.split("."):
            here = here.get(key, MISSING) if isinstance(here, Mapping) else MISSING
        if here is not MISSING and here is not None:
            return here
    return MISSING


def compare(value: Any, operator: str, against: Any) -> bool:
    """Whether it holds. A number written as text is a number where the other side is one. Raises NotComparable."""
    if operator == "exists":
        return value is not MISSING
    if operator == "is missing":
        return value is MISSING
    if value is MISSING:
        return operator == "differs from"
    if operator == "is one of":
        if not isinstance(against, list):
            raise NotComparable("`is one of` needs a list to look in.")
        return any(equal(value, part) for part in against)
    if operator == "contains":
        if isinstance(value, str) and isinstance(against, str):
            return against in value
        if isinstance(value, (list, Mapping)):
            return any(equal(part, against) for part in value)
        raise NotComparable(f"{value!r} holds no other values.")
    if operator in ORDER:
        return ordered(value, operator, against)
    return equal(value, against) == (operator == "equals")


def ordered(value: Any, operator: str, against: Any) -> bool:
    left, right = alike(value, against)
    numbers = all(isinstance(side, (int, float)) and not isinstance(side, bool) for side in (left, right))
    if not numbers and not (isinstance(left, str) and isinstance(right, str)):
        raise NotComparable(f"{value!r} and {against!r} have no order.")
    return ORDER[operator](left, right)


def equal(value: Any, against: Any) -> bool:
    left, right = alike(value, against)
    return bool(left == right and isinstance(left, bool) == isinstance(right, bool))


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Text that reads as a number becomes one beside a number."""

    def as_number(text: Any, other: Any) -> Any:
        if not isinstance(text, str) or isinstance(other, (str, bool)) or not isinstance(other, (int, float)):
            return text
        try:
            return float(text)
        except ValueError:
            return text

    return as_number(left, right), as_number(right, left)
