"""ML data split: every approved item becomes train, validation or test, once and for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from datasets.models import Subset
from datasets.services.items import add_tag, set_subset
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
    Tx,
    Wait,
    register,
)
from pipelines.nodes._paths import dataset_of, source_datasets
from pipelines.services.splits import Arrived, split_items

GROUPS: Final = [
    {"name": "train", "percent": 80},
    {"name": "validation", "percent": 10},
    {"name": "test", "percent": 10},
]


@dataclass(frozen=True)
class Dealing(Outcome):
    """An item that is to be dealt."""

    item: str = ""
    cycle: str = ""
    config: Mapping[str, Any] | None = None


@register
class DataSplit(Node):
    """Exact shares over the whole stream, spread over labels, the same for an item whenever it comes.

    An item that a strategy chose can only become train; validation and test fill from items chosen at random. The one
    exception: an item follows the others of its group key wherever they lie.
    """

    spec = NodeSpec(
        type="data_split",
        title="ML data split",
        category="Flow",
        icon="split",
        doc="Deals items to groups by exact percentages, spread over labels. What a strategy chose only becomes train.",
        inputs=(Port("item", "Item"),),
        outputs=(Port("item", "Item"),),
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "groups": {
                    "type": "array",
                    "title": "Groups and their percentages",
                    "description": "Two to five; the percentages make 100.",
                    "minItems": 2,
                    "maxItems": 5,
                    "default": GROUPS,
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["name", "percent"],
                        "properties": {
                            "name": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9 _-]{0,49}$"},
                            "percent": {"type": "number", "minimum": 0, "maximum": 100},
                        },
                    },
                },
                "equal": {
                    "type": "boolean",
                    "title": "Equal shares",
                    "description": "Every group gets as much; the percentages are not looked at.",
                    "default": False,
                },
                "tag_items": {
                    "type": "boolean",
                    "title": "Write the group on the item",
                    "description": "As its subset, or as a tag where the name is no subset's.",
                    "default": True,
                },
                "seed": {
                    "type": "integer",
                    "title": "Seed",
                    "description": "Another number deals otherwise. Keep it while items flow.",
                    "minimum": 0,
                    "default": 0,
                },
            },
        },
    )

    def actions(self, config: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
        return {"item": tuple(percentages_of(config))}

    def validate(self, place: Place) -> Iterable[Problem]:
        node, groups = place.node, place.node.config.get("groups", GROUPS)
        names = [group["name"] for group in groups]
        if len(set(names)) != len(names):
            yield Problem("bad_config", f"{node.title}: two groups have the same name.", node=node.id, field="groups")
        percents = [group["percent"] for group in groups]
        if not node.config.get("equal") and abs(sum(percents) - 100) > 1e-9:
            text = f"{node.title}: the percentages sum to {sum(percents):g}, not to 100."
            yield Problem("bad_config", text, node=node.id, field="groups")
        if any(round(percent, 2) != percent for percent in percents):
            text = f"{node.title}: percentages have at most two decimals."
            yield Problem("bad_config", text, node=node.id, field="groups")
        yield from self._separate_folders(place)

    @staticmethod
    def _separate_folders(place: Place) -> Iterable[Problem]:
        """Several Dataset nodes behind the split clone into folders; a clone into the items' own dataset would do
        nothing, so all groups would stay where they are."""
        graph, sources = place.graph, source_datasets(place.graph, place.node.id)
        ids = dict.fromkeys(c.target_node for c in graph.outgoing(place.node.id))
        targets = [node for name in ids if (node := graph.node(name)) is not None and node.type == "dataset"]
        if len(targets) < 2 or not sources:
            return
        for target in targets:
            if dataset_of(graph, target) == sources[0]:
                text = f"{target.title} is the dataset the items come from: with one node a group, they must differ."
                yield Problem("start_is_end", text, node=target.id, port="dataset")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return [
            Dealing(e.id, {"item": e.inputs["item"]}, item=e.inputs["item"], cycle=e.cycle_id, config=e.config)
            for e in batch
        ]

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        dealing = [result for result in results if isinstance(result, Dealing)]
        if not dealing:
            return []
        config = dealing[0].config or {}
        split = split_items(
            pipeline_id=tx.pipeline_id,
            node_id=tx.node_id,
            arrived=[Arrived(result.item, result.cycle) for result in dealing],
            percentages=percentages_of(config),
            seed=int(config.get("seed", 0)),
        )
        if config.get("tag_items", True):
            write_groups(split.fresh)
        missing = {name: count for name, count in split.shortfall.items() if count}
        said = f"; still to come by chance: {', '.join(f'{n} {k}' for k, n in missing.items())}" if missing else ""
        done: list[Result] = []
        for result in dealing:
            group = split.groups.get(result.item)
            if group is None:
                done.append(NodeError(result.execution_id, "item_missing", "The item was deleted."))
            else:
                done.append(replace(result, action=group, log=f"{group}{said}"))
        return done


def percentages_of(config: Mapping[str, Any]) -> dict[str, float]:
    """Group -> percentage, equal ones where asked for."""
    groups = config.get("groups", GROUPS)
    return {group["name"]: 100 / len(groups) if config.get("equal") else group["percent"] for group in groups}


def write_groups(groups: Mapping[str, str]) -> None:
    """The group as the item's subset, or as a tag where it is no subset's name."""
    by_group: dict[str, list[str]] = defaultdict(list)
    for item, group in groups.items():
        by_group[group].append(item)
    for group, ids in by_group.items():
        items = [UUID(key) for key in ids]
        if group in Subset.values:
            set_subset(items=items, subset=group)
        else:
            add_tag(items=items, tag=group)
