"""Approval gate: nothing goes on until a named person says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

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
from pipelines.services.approvals import APPROVED, REFUSED, gate_key, strangers


@register
class ApprovalGate(Node):
    """The execution waits; `services.approvals.decide` ends it, once, with who, when and why in its log and in the
    cycle's memory. Writes nothing itself, so a retry just waits again."""

    spec = NodeSpec(
        type="approval_gate",
        title="Approval gate",
        category="People",
        icon="shield-check",
        doc="Holds back what arrives until one of the named people approves it or refuses it with a note. It stands on "
        "the pipeline's page for them. Nobody named: any owner or engineer may decide.",
        inputs=(Port("item", "Item"),),
        outputs=(Port("item", "Item"),),
        actions={"item": (APPROVED, REFUSED)},
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "type": {
                    "type": "string",
                    "title": "What is held back",
                    "description": "The type of what waits here: an item, a model before its promotion, a value.",
                    "enum": list(PORT_TYPES),
                    "default": "Item",
                },
                "question": {
                    "type": "string",
                    "title": "Question",
                    "description": "What people are asked to confirm.",
                    "maxLength": 500,
                    "x-widget": "textarea",
                    "default": "",
                },
                "people": {
                    "type": "array",
                    "title": "Who may decide",
                    "description": "Members of the project. Empty: every owner and engineer.",
                    "items": {"type": "string", "format": "uuid"},
                    "uniqueItems": True,
                    "maxItems": 50,
                    "default": [],
                    "x-people": True,
                },
            },
        },
    )

    def inputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        return (Port("item", config.get("type", "Item")),)

    def outputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        return self.inputs(config)

    def validate(self, place: Place) -> Iterable[Problem]:
        node = place.node
        for person in node.config.get("people", ()):
            try:
                UUID(person)
            except ValueError:
                text = f"{node.title}: {person!r} is no person's id."
                yield Problem("bad_config", text, node=node.id, field="people")

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        unknown = strangers(place.node.config.get("people", ()), tx.project_id)
        if unknown:
            text = f"{place.node.title}: {len(unknown)} of its people are no members who see pipelines."
            yield Problem("unknown_person", text, node=place.node.id, field="people")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return [
            Wait(e.id, e.config.get("question") or "waiting for approval", gate_key(e.id), {"item": e.inputs["item"]})
            for e in batch
        ]

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result] | None:
        return None
