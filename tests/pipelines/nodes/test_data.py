"""Dataset, Predict and Data split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from alp_site.lib import storage
from alp_site.lib.ids import uuid7
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import Project, User
from annotation.services import review, status
from datasets.models import Dataset, Item
from datasets.services.items import add_tag, set_subset
from models_registry.models import Model, Prediction
from pipelines.models import Cycle, NodeExecution, Pipeline, SelectionPick, SelectionRound, SplitDeal
from pipelines.services.pipelines import create_pipeline, start_pipeline
from pipelines.services.splits import Arrived, quotas, split_items
from tests.pipelines.nodes.conftest import Upload, counts, take, task_of

pytestmark = pytest.mark.django_db
Flow = Callable[..., Pipeline]


@pytest.fixture
def chain(project: Project, raw: Dataset, truth: Dataset, base: Model) -> Callable[..., Pipeline]:
    """Raw → (predict) → another dataset, started."""

    def make(end: Dataset = truth, start: dict | None = None, finish: dict | None = None) -> Pipeline:
        graph = {
            "nodes": [
                {
                    "id": "in", "type": "dataset", "config": start or {},
                    "inputs": {"dataset": {"fixed": str(raw.pk)}},
                },
                {"id": "say", "type": "predict", "inputs": {"model": {"fixed": str(base.pk)}}},
                {
                    "id": "out", "type": "dataset", "config": finish or {},
                    "inputs": {"dataset": {"fixed": str(end.pk)}},
                },
            ],
            "connections": [
                {"source": {"node": "in", "port": "item"}, "target": {"node": "say", "port": "item"}},
                {"source": {"node": "say", "port": "item"}, "target": {"node": "out", "port": "item"}},
            ],
            "triggers": [{"id": "created", "node": "in", "kind": "event", "spec": {"resource": "Item"}}],
        }  # fmt: skip
        return start_pipeline(pipeline=create_pipeline(project=project, name="Chain", graph=graph))

    return make


def names(dataset: Dataset) -> set[str]:
    return set(Item.objects.filter(dataset=dataset, type="file").values_list("filename", flat=True))


def test_items_are_cloned_into_the_folder_with_their_bytes_shared(chain: Flow, upload: Upload, truth: Dataset) -> None:
    chain(finish={"folder": "/kept"})
    items = upload(3, folder="/day")
    settle()
    assert failed_jobs() == []
    assert names(truth) == {f"/kept{item.filename}" for item in items}
    assert {c.blob_id for c in Item.objects.filter(dataset=truth, type="file")} == {item.blob_id for item in items}


def test_cloning_into_the_items_own_dataset_does_nothing(chain: Flow, upload: Upload, raw: Dataset) -> None:
    pipeline = chain(end=raw)
    upload(2)
    settle()
    assert len(names(raw)) == 2
    assert counts(pipeline, "out") == {"done": 2}


def test_a_folder_restricts_what_the_start_node_takes(chain: Flow, upload: Upload) -> None:
    pipeline = chain(start={"folder": "/wanted"})
    upload(2, folder="/wanted")
    upload(1, folder="/wanted/below")
    upload(3, folder="/wanted-not")
    upload(1)
    settle()
    assert counts(pipeline, "in") == {"done": 3}


def test_items_of_another_dataset_do_not_start_cycles(chain: Flow, upload: Upload, truth: Dataset) -> None:
    pipeline = chain()
    upload(2, into=truth)
    settle()
    assert counts(pipeline, "in") == {}


def test_existing_items_are_loaded_once_and_folders_are_no_items(chain: Flow, upload: Upload) -> None:
    upload(3, folder="/day")
    settle()
    pipeline = chain(start={"load_existing": True})
    settle()
    start_pipeline(pipeline=pipeline)
    settle()
    assert counts(pipeline, "in") == {"done": 3}


def test_one_unreadable_picture_fails_alone(chain: Flow, upload: Upload, base: Model) -> None:
    pipeline = chain()
    items = upload(3)
    Item.objects.filter(pk=items[1].pk).update(blob=None)
    settle()
    assert counts(pipeline, "say") == {"done": 2, "failed": 1}
    failed = NodeExecution.objects.get(node_id="say", status="failed")
    assert failed.error_code == "unreadable_image"
    assert Prediction.objects.filter(model=base).count() == 2
    assert storage.exists(items[0].blob_id or "")


# --- split

SHARES = {"train": 80.0, "validation": 10.0, "test": 10.0}


def dealt(pipeline: Pipeline, items: list[Item], cycle: str = "01900000-0000-7000-8000-000000000000") -> dict[str, str]:
    arrived = [Arrived(str(item.pk), cycle) for item in items]
    return split_items(pipeline_id=pipeline.pk, node_id="split", arrived=arrived, percentages=SHARES).groups


def test_split_is_exact_and_an_item_keeps_its_group(chain: Flow, upload: Upload) -> None:
    pipeline = chain()
    items = upload(20)
    first = dealt(pipeline, items[:7]) | dealt(pipeline, items[7:])
    assert Counter(first.values()) == {"train": 16, "validation": 2, "test": 2}
    assert dealt(pipeline, items[::-1]) == first
    assert SplitDeal.objects.count() == 20
    assert quotas(pipeline.pk, "split", SHARES)["test"] == {"dealt": 2, "shortfall": 0}


def test_only_known_groups_count_as_split_already(chain: Flow, upload: Upload) -> None:
    pipeline = chain()
    items = upload(3)
    set_subset(items=[items[0].pk], subset="test")
    add_tag(items=[items[1].pk], tag="night")
    found = dealt(pipeline, items)
    assert found[str(items[0].pk)] == "test"
    assert found[str(items[1].pk)] in SHARES
    assert SplitDeal.objects.count() == 2


def test_items_of_one_scene_go_into_one_group(chain: Flow, upload: Upload) -> None:
    pipeline = chain()
    items = upload(20)
    Item.objects.filter(pk__in=[item.pk for item in items[::2]]).update(group_key="scene 1")
    found = dealt(pipeline, items[:10]) | dealt(pipeline, items[10:])
    assert len({found[str(item.pk)] for item in items[::2]}) == 1


def chosen_by(arm: str, pipeline: Pipeline, items: list[Item]) -> list[Arrived]:
    """The items as a round of a Select node would have sent them, each in its cycle."""
    found = SelectionRound.objects.create(
        pipeline=pipeline, node_id="select", number=1, strategy="entropy", budget=len(items), pool_size=len(items),
        chosen=len(items),
    )  # fmt: skip
    arrived = []
    for rank, item in enumerate(items):
        cycle = Cycle.objects.create(
            pipeline=pipeline, revision=pipeline.revisions.latest("id"), start_node="in", key=f"picked:{item.pk}"
        )
        SelectionPick.objects.create(
            round=found, cycle=cycle, execution_id=uuid7(), item=item, score=1.0, rank=rank, arm=arm
        )
        arrived.append(Arrived(str(item.pk), str(cycle.pk)))
    return arrived


def grouped(pipeline: Pipeline, arrived: list[Arrived]) -> dict[str, str]:
    return split_items(pipeline_id=pipeline.pk, node_id="split", arrived=arrived, percentages=SHARES).groups


@pytest.mark.parametrize("held_out", ["validation", "test"])
def test_what_a_strategy_chose_is_train_but_follows_its_scene_out_of_it(
    chain: Flow, upload: Upload, held_out: str
) -> None:
    pipeline = chain()
    items = upload(12)
    Item.objects.filter(pk__in=[item.pk for item in items[:4]]).update(group_key="scene 1")
    set_subset(items=[items[0].pk], subset=held_out)
    found = grouped(pipeline, chosen_by("strategy", pipeline, items[1:]))
    assert {found[str(item.pk)] for item in items[1:4]} == {held_out}
    assert {found[str(item.pk)] for item in items[4:]} == {"train"}


def test_what_a_strategy_chose_follows_a_scene_that_was_dealt_before(chain: Flow, upload: Upload) -> None:
    pipeline = chain()
    items = upload(20)
    first = dealt(pipeline, items)
    in_test = next(item for item in items if first[str(item.pk)] == "test")
    Item.objects.filter(pk=in_test.pk).update(group_key="scene 2")
    SplitDeal.objects.filter(item=in_test).update(group_key="scene 2")
    late = upload(3)
    Item.objects.filter(pk__in=[item.pk for item in late]).update(group_key="scene 2")
    assert set(grouped(pipeline, chosen_by("strategy", pipeline, late)).values()) == {"test"}


def test_a_scene_of_another_dataset_says_nothing(chain: Flow, upload: Upload, truth: Dataset) -> None:
    pipeline = chain()
    there, here = upload(1, into=truth), upload(2)
    for item in [*there, *here]:
        Item.objects.filter(pk=item.pk).update(group_key="1")
    set_subset(items=[there[0].pk], subset="test")
    assert set(grouped(pipeline, chosen_by("strategy", pipeline, here)).values()) == {"train"}


def test_the_random_arm_may_become_anything(chain: Flow, upload: Upload) -> None:
    pipeline = chain()
    found = grouped(pipeline, chosen_by("random", pipeline, upload(20)))
    assert Counter(found.values()) == {"train": 16, "validation": 2, "test": 2}


def test_the_group_becomes_the_items_subset_and_goes_along(
    flow: Flow, upload: Upload, annotator: User, reviewer: User, truth: Dataset
) -> None:
    pipeline = flow()
    upload(10)
    settle()
    for ti in take(task_of(pipeline, "annotation"), annotator):
        status.complete(task_item_id=ti.pk, person=annotator, label="cross")
    settle()
    for ti in take(task_of(pipeline, "qa"), reviewer):
        review.approve(task_item_id=ti.pk, person=reviewer)
    settle()
    subsets = Item.objects.filter(dataset=truth, type="file").values_list("subset", flat=True)
    assert Counter(subsets) == {"train": 8, "validation": 1, "test": 1}
