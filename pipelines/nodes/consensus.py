"""Consensus: several people labelled the same picture, each by themselves; do they say the same?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from annotation.models import TaskItem
from datasets.geometry._agreement import consensus
from datasets.services import approve
from pipelines.engine.spec import (
    Ctx,
    Execution,
    Figures,
    Node,
    NodeError,
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
from pipelines.nodes._agreeing import agreed, agreement_so_far
from pipelines.services.bulk import as_uuids, chunks
from pipelines.services.labelling import Held, NewAnnotation, held_by, shapes_of, write_annotations

AGREE: Final = "agree"
DISAGREE: Final = "disagree"
COPIES: Final = ("first", "second", "third", "fourth", "fifth")


@dataclass(frozen=True)
class Voted(Outcome):
    """What most of them said, to be written on the item."""

    merged: tuple[NewAnnotation, ...] = ()
    rule: str = ""


@register
class Consensus(Node):
    """Each person labels a copy of their own (a Dataset node before each labelling task makes it, sharing the bytes),
    so nobody sees what another drew. The copies come together here, with the item itself.

    Agreement is the mean over all pairs of people of the share of their annotations that belong together. Where it is
    reached, what more than half of them drew replaces what the item had: of each such annotation the one most like the
    others, in the name of who drew it. Written with the outcome; what is there already is not written again.
    """

    spec = NodeSpec(
        type="consensus",
        title="Consensus",
        category="People",
        icon="users",
        doc="Compares what several people made of the same picture. Each labels a copy: connect a Dataset node and a "
        "labelling task for each person to `first`, `second` …, and the item itself to `item`. Where they agree, "
        "the merged result is written on the item and it leaves by `agree`; else by `disagree`, as it was. The "
        "agreement (0 to 1) is an output and is kept with the cycle as `consensus`; the run view tells its mean so far "
        "and the agreement beyond chance.",
        inputs=(Port("item", "Item"), Port("first", "Item"), Port("second", "Item")),
        outputs=(Port("item", "Item"), Port("agreement", "Float")),
        actions={"item": (AGREE, DISAGREE)},
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "people": {
                    "type": "integer",
                    "title": "How many people",
                    "description": "As many copies come together here.",
                    "minimum": 2,
                    "maximum": len(COPIES),
                    "default": 2,
                },
                "threshold": {
                    "type": "number",
                    "title": "They agree from",
                    "description": "Mean share of annotations that two of them have in common: 1 is all. Of three "
                    "people, two that agree on a class and one that does not make a third.",
                    "minimum": 0,
                    "maximum": 1,
                    "default": 0.8,
                },
                "overlap": {
                    "type": "number",
                    "title": "Same place from",
                    "description": "How far two shapes must overlap to be the same (IoU). Classes have no place.",
                    "minimum": 0.05,
                    "maximum": 1,
                    "default": 0.5,
                },
                "distinct": {
                    "type": "boolean",
                    "title": "Different people",
                    "description": "Somebody who labelled two of the copies does not agree with themselves.",
                    "default": True,
                },
                "approve": {
                    "type": "boolean",
                    "title": "Agreement is approval",
                    "description": "What they agree on becomes ground truth in this rule's name, without a review.",
                    "default": False,
                },
            },
        },
        batch=64,
        barrier=True,
    )

    def inputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        return (Port("item", "Item"), *(Port(name, "Item") for name in COPIES[: config.get("people", 2)]))

    def validate(self, place: Place) -> Iterable[Problem]:
        node, copies = place.node, COPIES[: place.node.config.get("people", 2)]
        sources = {
            name: {(c.source_node, c.source_port) for c in place.graph.incoming(node.id) if c.target_port == name}
            for name in copies
        }
        alike = [(a, b) for at, a in enumerate(copies) for b in copies[at + 1 :] if sources[a] & sources[b]]
        for first, second in alike:
            text = f"{node.title}: {first!r} and {second!r} come from the same node: that is one person, not two."
            yield Problem("same_copy", text, node=node.id, port=second)

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        copies = [e.inputs[name] for e in batch for name in names_of(e)]
        held = held_by([*copies, *(e.inputs["item"] for e in batch)])
        people = _people(batch[0].pipeline_id, copies) if batch else {}
        return [self._judge(e, held, people) for e in batch]

    @staticmethod
    def _judge(e: Execution, held: Mapping[str, Held], people: Mapping[str, set[UUID]]) -> Result:
        config, ids = e.config, [e.inputs[name] for name in names_of(e)]
        gone = [item for item in (e.inputs["item"], *ids) if item not in held]
        if gone:
            return NodeError(e.id, "item_missing", "The item or a copy of it was deleted.", {"items": gone})
        if len({held[item].size_wh for item in ids}) > 1:
            return NodeError(e.id, "different_pictures", "The copies are not of the same picture.", {"items": ids})
        votes = [held[item].annotations for item in ids]
        shapes, size_wh, overlap = [shapes_of(vote) for vote in votes], held[ids[0]].size_wh, config.get("overlap", 0.5)
        found = consensus(shapes, size_wh, overlap)
        score, k = round(found.score, 6), len(ids)
        outputs, remember = {"item": e.inputs["item"], "agreement": score}, {"consensus": score}
        said = f"agreement of {k}: {score:.3f}"
        if config.get("distinct", True) and _twice([people.get(item, set()) for item in ids]):
            log = f"{said}; one person labelled two copies"
            return Outcome(e.id, outputs, DISAGREE, remember=remember, log=log)  # no agreement of people: not noted
        noted = agreed(shapes, size_wh, overlap=overlap, score=score)
        if score < config.get("threshold", 0.8):
            return Outcome(e.id, outputs, DISAGREE, remember=remember, log=said, noted=noted)
        rows = [votes[voter][index] for voter, index in found.kept]
        merged = tuple(
            NewAnnotation(row.type, row.label, row.geometry, row.attributes, user=row.creator) for row in rows
        )
        rule = f"consensus of {k}: agreement at least {config.get('threshold', 0.8):g}" if config.get("approve") else ""
        return Voted(e.id, outputs, AGREE, remember=remember, log=said, noted=noted, merged=merged, rule=rule)

    def figures(self, noted: Sequence[Mapping[str, Any]]) -> Sequence[Figures]:
        return agreement_so_far(noted)

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        voted = [result for result in results if isinstance(result, Voted)]
        held = held_by(result.outputs["item"] for result in voted)
        write_annotations({result.outputs["item"]: result.merged for result in voted}, held)
        for rule in {result.rule for result in voted if result.rule}:
            refs = {UUID(r.outputs["item"]): UUID(r.execution_id) for r in voted if r.rule == rule}
            approve(item_ids=refs, rule=rule, refs=refs)
        return [replace(result, log=f"{result.log}; approved by the rule") for result in voted if result.rule]


def names_of(e: Execution) -> tuple[str, ...]:
    return COPIES[: e.config.get("people", 2)]


def _people(pipeline_id: str, item_ids: Iterable[str]) -> dict[str, set[UUID]]:
    """Copy -> who completed it in this pipeline's tasks."""
    found: dict[str, set[UUID]] = defaultdict(set)
    for part in chunks(as_uuids(sorted(set(item_ids))), 500):
        rows = TaskItem.objects.filter(
            item_id__in=part, task__pipeline_id=pipeline_id, retired_at=None, finished_by__isnull=False
        )
        for item, person in rows.values_list("item_id", "finished_by_id"):
            found[str(item)].add(person)
    return found


def _twice(people: Sequence[set[UUID]]) -> bool:
    return any(a & b for at, a in enumerate(people) for b in people[at + 1 :])
