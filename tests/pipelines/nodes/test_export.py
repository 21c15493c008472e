"""Export: a file of what was approved, named once, downloaded by who may."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from alp_site.lib import storage
from alp_site.lib.models import Blob
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import Project, User
from datasets.models import Dataset, Export
from datasets.services import approve, set_class_label
from datasets.services.datasets import delete_dataset
from datasets.services.exports import purge_exports
from pipelines.models import NodeExecution, Pipeline
from pipelines.services.firing import fire_once
from pipelines.services.pipelines import create_pipeline, problems_of
from tests.conftest import ClientAs
from tests.pipelines.conftest import graph
from tests.pipelines.nodes.conftest import Upload, real

pytestmark = pytest.mark.django_db
Running = Callable[..., Pipeline]
CLOCK = [{"id": "daily", "node": "f", "kind": "cron", "spec": {"cron": "0 6 * * *", "skip_unchanged": False}}]


def spec(dataset: Dataset, filters: Any = None, **config: Any) -> dict[str, Any]:
    inputs = {"dataset": {"fixed": str(dataset.pk)}, **({"filters": {"fixed": filters}} if filters else {})}
    return graph([real("f", "export", inputs=inputs, **config)], triggers=CLOCK)


def fire(pipeline: Pipeline, key: str = "today") -> NodeExecution:
    fire_once(trigger=pipeline.triggers.get(), key=key)
    settle()
    row = NodeExecution.objects.filter(pipeline=pipeline).order_by("-id").first()
    assert row is not None
    return row


def test_ground_truth_is_written_and_downloaded(
    running: Running, upload: Upload, raw: Dataset, annotator: User, client_as: ClientAs
) -> None:
    approved, only_labelled, bare = upload(3)
    for item in (approved, only_labelled):
        set_class_label(item_id=item.pk, label="circle", author_user=annotator)
    approve(item_ids=[approved.pk], approver=annotator)
    row = fire(running(spec(raw)))
    assert failed_jobs() == []
    told = row.outputs["file"]
    answer = client_as("viewer").get(told["url"])
    assert answer.status_code == 200
    lines = [json.loads(line) for line in answer.content.decode().splitlines()]
    assert [line["id"] for line in lines] == [str(approved.pk)]
    assert lines[0]["annotations"][0]["label"] == "circle"
    assert lines[0]["annotations"][0]["approved"] is True
    listed = client_as("reviewer").get(f"/api/v1/datasets/{raw.pk}/exports/").json()["items"]
    assert [(e["id"], e["items"], e["annotations"]) for e in listed] == [(told["export"], 1, 1)]
    assert client_as("annotator").get(told["url"]).status_code == 404
    assert bare


def test_a_filter_and_everything_that_is_there(running: Running, upload: Upload, raw: Dataset) -> None:
    items = upload(4)
    wanted = {"filter": {"name": {"$in": [items[0].name, items[1].name]}}}
    row = fire(running(spec(raw, wanted, approved_only=False, format="coco", name="two")))
    kept = Export.objects.get(pk=row.outputs["file"]["export"])
    data = json.loads(storage.read_bytes(kept.blob_id))
    assert {image["file_name"] for image in data["images"]} == {i.filename.lstrip("/") for i in items[:2]}
    assert kept.name == "two.json"


def test_each_firing_is_a_file_of_its_own_and_equal_ones_share_their_bytes(
    running: Running, upload: Upload, raw: Dataset
) -> None:
    upload(1)
    pipeline = running(spec(raw, approved_only=False))
    first, second = fire(pipeline, "a"), fire(pipeline, "b")
    assert first.pk != second.pk
    assert Export.objects.count() == 2
    assert len(set(Export.objects.values_list("blob_id", flat=True))) == 1


def test_what_cannot_be_exported_is_told_before_the_start(
    project: Project, other_project: Project, raw: Dataset
) -> None:
    theirs = Dataset.objects.create(project=other_project, name="Theirs")
    for body, code in ((spec(theirs), "dataset_not_in_project"), (spec(raw, {"nonsense": 1}), "bad_filter")):
        made = create_pipeline(project=project, name=code, graph=body)
        assert code in {p.code for p in problems_of(made)}


def test_file_goes_with_its_dataset_when_the_trash_is_emptied(running: Running, upload: Upload, raw: Dataset) -> None:
    upload(1)
    row = fire(running(spec(raw, approved_only=False)))
    kept, sha256 = timedelta(days=30), row.outputs["file"]["sha256"]
    delete_dataset(dataset=raw)
    assert purge_exports(kept) == 0
    Dataset.objects.filter(pk=raw.pk).update(deleted_at=now() - kept - timedelta(hours=1))
    assert purge_exports(kept) == 1
    assert not Export.objects.exists()
    assert Blob.objects.get(pk=sha256).refs == 0
