"""Node types for the engine's tests: pass-through, people, failures, joins. Registered when this module is imported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipelines.engine.spec import (
    BatchFailed,
    Execution,
    Node,
    NodeError,
    NodeSpec,
    Outcome,
    Port,
    Result,
    StartScope,
    Wait,
    register,
    wait_on,
)

ITEM = (Port("item", "Item"),)
OPEN_CONFIG: Mapping[str, Any] = {"type": "object"}
effects: Counter[str] = Counter()
"""What ``apply`` did, by execution id; cleared by the fixture. Counts only: what rolled back is counted too."""
hooks: dict[str, Callable[..., Any]] = {}
"""Lets one test get between: "compute" and "apply" are called with the batch, "later" is put off."""


class _Pass(Node):
    def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
        if "compute" in hooks:
            hooks["compute"](batch)
        if "later" in hooks:
            ctx.later(hooks["later"])
        return [Outcome(e.id, {"item": e.inputs["item"]}, action=e.config.get("action")) for e in batch]

    def apply(self, tx: Any, results: Sequence[Outcome | Wait]) -> Sequence[Result] | None:
        if "apply" in hooks:
            hooks["apply"](tx, results)
        effects.update(r.execution_id for r in results)
        return None


@register
class Pass(_Pass):
    """Sends its item on, with the action its configuration names."""

    spec = NodeSpec(
        type="test.pass",
        title="Pass",
        category="Test",
        inputs=ITEM,
        outputs=ITEM,
        actions={"item": ("left", "right")},
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {"action": {"enum": ["left", "right"]}, "dataset": {"type": "string"}},
        },
        hidden=True,
    )

    def start_scope(self, place: Any) -> StartScope:
        return StartScope(dataset_id=place.node.config.get("dataset"))


@register
class Gate(_Pass):
    """Lets items through at once, but for those its hook names: they go to a worker."""

    spec = NodeSpec(
        type="test.gate", title="Gate", category="Test", inputs=ITEM, outputs=ITEM,
        actions={"item": ("left", "right")}, config_schema=OPEN_CONFIG, hidden=True,
    )  # fmt: skip

    def at_once(self, tx: Any, batch: Sequence[Execution]) -> Sequence[Outcome]:
        slow = hooks.get("slow", lambda e: False)
        return [Outcome(e.id, {"item": e.inputs["item"]}, remember={"gate": e.id}) for e in batch if not slow(e)]


@register
class Person(Node):
    """Waits for a person, as a task does."""

    spec = NodeSpec(
        type="test.person", title="Person", category="Test", inputs=ITEM, outputs=ITEM,
        actions={"item": ("completed", "discard", "rejected")}, hidden=True,
    )  # fmt: skip

    def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
        return [
            Wait(e.id, "waiting for a person", on=wait_on("task_item", e.id), outputs={"item": e.inputs["item"]})
            for e in batch
        ]

    def check(self, tx: Any, waiting: Sequence[Execution]) -> Sequence[Result]:
        over = hooks.get("over", lambda e: False)
        return [Outcome(e.id, {"item": e.inputs["item"]}, action="completed") for e in waiting if over(e)]


@register
class Picky(_Pass):
    """Fails on the items its hook names: in compute, in apply, or for the whole batch."""

    spec = NodeSpec(
        type="test.picky", title="Picky", category="Test", inputs=ITEM, outputs=ITEM, config_schema=OPEN_CONFIG,
        hidden=True,
    )  # fmt: skip

    def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
        bad = hooks.get("bad", lambda e: "")
        if any(bad(e) == "batch" for e in batch):
            raise BatchFailed("the model is gone")
        if any(bad(e) == "compute" for e in batch):
            raise ValueError("this item is broken")
        return [
            NodeError(e.id, "unreadable", "no") if bad(e) == "error" else Outcome(e.id, {"item": e.inputs["item"]})
            for e in batch
            if bad(e) != "silent"
        ]

    def apply(self, tx: Any, results: Sequence[Outcome | Wait]) -> Sequence[Result] | None:
        bad = hooks.get("bad_apply", lambda r: False)
        if any(bad(r) for r in results):
            raise ValueError("cannot be written")
        return super().apply(tx, results)


@register
class Join(Node):
    """Needs two items and a value of a variable."""

    spec = NodeSpec(
        type="test.join", title="Join", category="Test",
        inputs=(Port("a", "Item"), Port("b", "Item"), Port("value", "Json", required=False)),
        outputs=(Port("item", "Item"), Port("value", "Json")), hidden=True,
    )  # fmt: skip

    def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
        return [Outcome(e.id, {"item": e.inputs["a"], "value": e.inputs.get("value")}) for e in batch]


@register
class TakesModel(Node):
    """Started with a model."""

    spec = NodeSpec(
        type="test.takes_model", title="Takes a model", category="Test", inputs=(Port("model", "Model"),),
        outputs=(Port("model", "Model"),), hidden=True,
    )  # fmt: skip

    def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
        return [Outcome(e.id, {"model": e.inputs["model"]}) for e in batch]


@register
class Needs(Node):
    """Starts only when its hook says that what it requires is there."""

    spec = NodeSpec(
        type="test.needs", title="Needs", category="Test", inputs=(Port("item", "Item"),), outputs=ITEM, batch=1,
        requires=("an evaluation",), hidden=True,
    )  # fmt: skip

    def unmet(self, tx: Any, batch: Sequence[Execution]) -> Sequence[Wait | NodeError]:
        return hooks["unmet"](batch) if "unmet" in hooks else ()

    def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
        return [Outcome(e.id, {"item": e.inputs["item"]}) for e in batch]


@register
class Swap(Node):
    """Sets a variable if it is still what its source saw; otherwise the source runs again."""

    spec = NodeSpec(
        type="test.swap", title="Swap", category="Test",
        inputs=(Port("value", "Json"),), outputs=(Port("value", "Json"),),
        actions={"value": ("update", "incumbent changed")}, config_schema=OPEN_CONFIG, hidden=True,
    )  # fmt: skip

    def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
        if "compute" in hooks:
            hooks["compute"](batch)
        return [Outcome(e.id, {"value": e.inputs["value"]}, action="update") for e in batch]

    def apply(self, tx: Any, results: Sequence[Outcome | Wait]) -> Sequence[Result] | None:
        return [
            r if tx.set_variable("best", r.outputs["value"] + 1, expected=r.outputs["value"])
            else Outcome(r.execution_id, r.outputs, action="incumbent changed", again=True)
            for r in results
        ]  # fmt: skip


@register
class Clock(Node):
    """A start node for clocks and counts: its inputs are variables."""

    spec = NodeSpec(
        type="test.clock", title="Clock", category="Test",
        inputs=(Port("value", "Json"),), outputs=(Port("value", "Json"),),
        hidden=True,
    )  # fmt: skip

    def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
        return [Outcome(e.id, {"value": e.inputs["value"]}) for e in batch]


@register
class Told(Node):
    """Has its cycle remember what the configuration says."""

    spec = NodeSpec(
        type="test.told", title="Told", category="Test", inputs=ITEM, outputs=ITEM, config_schema=OPEN_CONFIG,
        hidden=True,
    )  # fmt: skip

    def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
        return [Outcome(e.id, {"item": e.inputs["item"]}, remember=e.config.get("memory", {})) for e in batch]
