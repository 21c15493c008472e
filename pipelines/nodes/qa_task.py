"""QA task: a reviewer decides; approving makes ground truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from annotation.models import Task
from pipelines.engine.spec import NodeSpec, Place, Port, Tx, register
from pipelines.nodes._paths import before
from pipelines.nodes._people import TASK_SCHEMA, TaskNode

_FOLLOWS = {
    "annotation_types": {"title": "Annotation types (none: as the labelling task before it)", "default": []},
    "labels": {"title": "Labels people may use (none: as the labelling task before it)", "default": []},
}
_PROPERTIES: Mapping[str, Any] = TASK_SCHEMA["properties"]
QA_SCHEMA: Final[Mapping[str, Any]] = {
    **TASK_SCHEMA,
    "properties": {name: {**part, **_FOLLOWS.get(name, {})} for name, part in _PROPERTIES.items()},
}


@register
class QATask(TaskNode):
    """Puts items into a review task and waits for the decision.

    Where no connection asks for `rejected`, a return stays inside people's work: this node waits on while the item is
    with its annotator again, and nothing flows twice. A drawn `rejected` connection sends the item on instead.
    """

    kind = "qa"
    waiting_for = "waiting for a reviewer"
    own = ("approved", "discard", "rejected")
    spec = NodeSpec(
        type="qa_task",
        title="QA task",
        category="People",
        icon="eye",
        doc="A reviewer approves, corrects or returns each item. Approved items are ground truth.",
        inputs=(
            Port("item", "Item"),
            Port(
                "dataset", "Dataset", required=False, doc="Where the items lie; by default the Dataset node before it."
            ),
        ),
        outputs=(Port("item", "Item"),),
        actions={"item": own},
        config_schema=QA_SCHEMA,
    )

    def drawing(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value or None for name, value in super().drawing(config).items()}

    def more_settings(self, tx: Tx, place: Place) -> dict[str, Any]:
        parent = next((node.id for node in before(place.graph, place.node.id) if node.type == "annotation_task"), None)
        if parent is None:
            return {}
        tasks = Task.objects.filter(pipeline_id=tx.pipeline_id, node_id=parent).exclude(status=Task.State.ARCHIVED)
        return {"parent_task": tasks.first()}
