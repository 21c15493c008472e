"""Annotation task: people label the item."""

from __future__ import annotations

from pipelines.engine.spec import NodeSpec, Port, register
from pipelines.nodes._people import TASK_SCHEMA, TaskNode


@register
class AnnotationTask(TaskNode):
    """Puts items into a labelling task and waits until someone completes or discards each."""

    kind = "annotation"
    waiting_for = "waiting for an annotator"
    own = ("completed", "discard")
    spec = NodeSpec(
        type="annotation_task",
        title="Annotation task",
        category="People",
        icon="tag",
        doc="People label each item, starting from the model's suggestion.",
        inputs=(
            Port("item", "Item"),
            Port(
                "dataset", "Dataset", required=False, doc="Where the items lie; by default the Dataset node before it."
            ),
        ),
        outputs=(Port("item", "Item"),),
        actions={"item": own},
        config_schema=TASK_SCHEMA,
    )
