"""Task nodes: what people are asked, and how their answers flow on, once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.utils.timezone import now

from alp_site.lib.models import Event
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import User
from annotation.models import Task, TaskItem
from annotation.selectors.rules import rules_of
from annotation.services import review, status
from datasets.models import Dataset, Item
from datasets.selectors import class_labels
from models_registry.models import Model, Prediction
from pipelines.engine.spec import Execution
from pipelines.models import NodeExecution, Pipeline
from pipelines.services.pipelines import pause_pipeline, start_pipeline
from pipelines.services.work import contexts
from tests.pipelines.nodes.conftest import Upload, counts, open_items, take, task_of

pytestmark = pytest.mark.django_db
Flow = Callable[..., Pipeline]


def label_all(pipeline: Pipeline, person: User, label: str = "circle") -> None:
    for ti in take(task_of(pipeline, "annotation"), person):
        status.complete(task_item_id=ti.pk, person=person, label=label)
    settle()


def approve_all(pipeline: Pipeline, person: User) -> None:
    for ti in take(task_of(pipeline, "qa"), person):
        review.approve(task_item_id=ti.pk, person=person, resolve_fixed=True)
    settle()


def test_starting_makes_the_tasks_people_see(flow: Flow, raw: Dataset) -> None:
    pipeline = flow(labeling_task={"batch_size": 3, "max_workload": 9, "priority": 3, "instructions": "Look well."})
    task = task_of(pipeline, "annotation")
    assert (task.dataset, task.batch_size, task.max_workload, task.priority) == (raw, 3, 9, 3)
    assert (task.name, task.instructions) == ("Labeling Task (Active Learning)", "Look well.")
    assert task_of(pipeline, "qa").parent_task == task


def test_starting_again_keeps_the_tasks_and_takes_new_settings(flow: Flow, upload: Upload) -> None:
    pipeline = flow()
    upload(2)
    settle()
    pause_pipeline(pipeline=pipeline)
    start_pipeline(pipeline=pipeline)
    assert Task.objects.filter(pipeline_id=pipeline.pk).count() == 2
    assert len(open_items(task_of(pipeline, "annotation"))) == 2


def test_a_picture_goes_from_upload_to_ground_truth(
    flow: Flow, upload: Upload, annotator: User, reviewer: User, truth: Dataset
) -> None:
    pipeline = flow()
    items = upload(4)
    settle()
    label_all(pipeline, annotator)
    approve_all(pipeline, reviewer)
    assert failed_jobs() == []
    copies = Item.objects.filter(dataset=truth, type="file")
    assert {copy.parent_item_id for copy in copies} == {item.pk for item in items}
    assert set(class_labels([copy.pk for copy in copies]).values()) == {"circle"}
    assert counts(pipeline, "ground_truth") == {"done": 4}


def test_a_return_stays_with_people_and_nothing_flows_twice(
    flow: Flow, upload: Upload, annotator: User, reviewer: User, truth: Dataset
) -> None:
    pipeline = flow()
    upload(1)
    settle()
    label_all(pipeline, annotator, "circle")
    (seen,) = take(task_of(pipeline, "qa"), reviewer)
    review.return_item(task_item_id=seen.pk, person=reviewer, note="It has corners.")
    settle()
    assert counts(pipeline, "review_task") == {"waiting": 1}
    (again,) = open_items(task_of(pipeline, "annotation"))
    assert again.assignee == annotator
    status.complete(task_item_id=again.pk, person=annotator, label="square")
    settle()
    assert counts(pipeline, "labeling_task") == {"done": 1}
    assert counts(pipeline, "review_task") == {"waiting": 1}
    approve_all(pipeline, reviewer)
    assert counts(pipeline, "review_task") == {"done": 1}
    assert counts(pipeline, "ground_truth") == {"done": 1}
    assert TaskItem.objects.filter(task__pipeline_id=pipeline.pk).count() == 2
    (copy,) = Item.objects.filter(dataset=truth, type="file")
    assert class_labels([copy.pk]) == {copy.pk: "square"}


def test_a_drawn_rejected_connection_makes_a_new_pass(
    flow: Flow, upload: Upload, annotator: User, reviewer: User
) -> None:
    back = {
        "source": {"node": "review_task", "port": "item"},
        "target": {"node": "labeling_task", "port": "item"},
        "action": "rejected",
    }
    pipeline = flow(connect=[back])
    upload(1)
    settle()
    label_all(pipeline, annotator)
    (seen,) = take(task_of(pipeline, "qa"), reviewer)
    review.return_item(task_item_id=seen.pk, person=reviewer, note="Look again.")
    settle()
    assert NodeExecution.objects.filter(pipeline=pipeline, node_id="labeling_task").count() == 2
    assert counts(pipeline, "labeling_task") == {"waiting": 1, "done": 1}
    label_all(pipeline, annotator, "square")
    approve_all(pipeline, reviewer)
    assert counts(pipeline, "ground_truth") == {"done": 1}


def test_a_discarded_picture_goes_nowhere_and_its_cycle_ends(flow: Flow, upload: Upload, annotator: User) -> None:
    pipeline = flow()
    upload(1)
    settle()
    (ti,) = take(task_of(pipeline, "annotation"), annotator)
    status.discard(task_item_id=ti.pk, person=annotator)
    settle()
    assert counts(pipeline, "review_task") == {}
    assert set(pipeline.cycles.values_list("status", flat=True)) == {"done"}


def test_a_lost_event_is_healed_by_the_sweep(flow: Flow, upload: Upload, annotator: User) -> None:
    pipeline = flow()
    upload(1)
    settle()
    (ti,) = take(task_of(pipeline, "annotation"), annotator)
    status.complete(task_item_id=ti.pk, person=annotator, label="circle")
    Event.objects.filter(type="task.item_status").delete()
    settle()
    assert counts(pipeline, "labeling_task") == {"done": 1}


def test_a_node_says_what_people_may_draw_and_its_review_follows(flow: Flow, raw: Dataset) -> None:
    flow_of_boxes = flow(labeling_task={"annotation_types": ["box"], "labels": ["circle"]})
    task, qa = task_of(flow_of_boxes, "annotation"), task_of(flow_of_boxes, "qa")
    assert (task.annotation_types, task.labels) == (["box"], ["circle"])
    found = rules_of([qa])[qa.pk]
    assert (found.types, list(found.labels or ())) == (("box",), ["circle"])


def test_a_node_without_the_settings_is_classification(flow: Flow) -> None:
    pipeline = flow()
    for kind in ("annotation", "qa"):
        task = task_of(pipeline, kind)
        assert rules_of([task])[task.pk].single_class


def test_all_annotations_of_a_prediction_go_along(upload: Upload, base: Model) -> None:
    (item,) = upload(1)
    box = {"type": "box", "label": "circle", "geometry": {"xyxy": [1, 2, 9, 9], "angle": 0}, "confidence": 0.8}
    class_ = {"type": "class", "label": "square", "confidence": 0.6}
    vector = np.full(len(base.labels), 0.25, "<f4").tobytes()
    row = Prediction.objects.create(
        model=base, item=item, annotations=[class_, box], label="square", confidence=0.6, margin=0.1, entropy=0.1,
        probs=vector, weights_digest="", input_key=b"", created_at=now(),
    )  # fmt: skip
    execution = Execution(
        "e1", str(row.pk), "n", "p", "j", {"item": str(item.pk)}, memory={"predicted_by": str(base.pk)}
    )
    told = contexts([execution])["e1"]
    assert told["suggestion"]["label"] == "square"
    assert told["suggestions"] == {
        "prediction_id": str(row.pk), "model_id": str(base.pk), "model_name": base.name,
        "annotations": [{**class_, "geometry": None, "attributes": {}}, {**box, "attributes": {}}],
    }  # fmt: skip
