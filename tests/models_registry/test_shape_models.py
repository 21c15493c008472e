"""A detector through the services: versions, training, suggestions, selection, evaluation, comparison, answer key."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from alp_site.lib import jobs, storage
from alp_site.lib.errors import Invalid
from alp_site.lib.ids import uuid7
from alp_site.lib.testing import failed_jobs
from alp_site.people.models import Project, User
from datasets.models import Annotation, Dataset, Item, TestSetVersion
from datasets.services import approval, test_sets
from datasets.services.annotations import apply_operations
from datasets.services.datasets import create_dataset
from datasets.services.ontologies import create_ontology
from datasets.services.upload import add_many
from models_registry.errors import EmptySubset
from models_registry.models import Evaluation, Model, Prediction
from models_registry.services import comparison, evaluation, prediction, promotion, training, versions
from models_registry.services.acquisition import rank_pool
from models_registry.services.runtime import runtime_of
from tests.models_registry.conftest import subset_filter
from tests.pure.ml.scenes import LABELS, scene

FAST = {
    "input_size": 64, "steps": 60, "checks": 2, "batch_size": 4, "width": 16, "channels": 8, "flip": False, "zoom": 0.0,
    "shift": 0.0, "colour_jitter": 0.0, "learning_rate": 1e-2,
}  # fmt: skip
COUNTS = {"train": 8, "validation": 3, "test": 6, "pool": 4}


@pytest.fixture
def scenes(project: Project, owner: User) -> Dataset:
    """Pictures with boxes, approved but for the pool; one train and one test picture show nothing."""
    ontology = create_ontology(project=project, name="Blocks", labels=LABELS)
    dataset = create_dataset(project=project, name="Scenes", user=owner, ontology=ontology)
    plan = [(subset, at) for subset, count in COUNTS.items() for at in range(count)]
    made = [scene(number) for number in range(len(plan))]
    files = [(f"/{subset}/{at}.png", picture) for (subset, at), (picture, _) in zip(plan, made, strict=True)]
    add_many(dataset=dataset, files=files, user=owner)
    for (subset, at), (_, shapes) in zip(plan, made, strict=True):
        item = Item.objects.get(dataset=dataset, filename=f"/{subset}/{at}.png")
        if subset == "pool":
            continue
        Item.objects.filter(pk=item.pk).update(subset=subset)
        if (subset, at) not in {("train", 0), ("test", 0)}:
            draw(item, [(s.type, LABELS[s.label], s.geometry) for s in shapes], owner)
        approval.approve(item_ids=[item.pk], rule="answer key")
    return dataset


def draw(item: Item, shapes: list[tuple[str, str, Any]], user: User) -> None:
    operations = [
        {"op_id": str(uuid7()), "type": "create", "data": {"type": kind, "label": label, "geometry": geometry}}
        for kind, label, geometry in shapes
    ]
    assert {answer["status"] for answer in apply_operations(item=item, operations=operations, user=user)} == {200}


@pytest.fixture
def frozen(scenes: Dataset, owner: User) -> TestSetVersion:
    return test_sets.resolve_version(dataset=scenes, filter=subset_filter("test"), user=owner)


@pytest.fixture
def base(project: Project, scenes: Dataset, owner: User) -> Model:
    return versions.register_base_model(
        project_id=project.pk, name="finder", adapter="centre_small", configuration_values=FAST, dataset=scenes,
        person_id=owner.pk,
    )  # fmt: skip


def make(base: Model, dataset: Dataset, version: TestSetVersion | None, **changes: Any) -> Model:
    given: dict[str, Any] = {
        "project_id": base.project_id, "base_model": base, "dataset": dataset, "train_filter": subset_filter("train"),
        "validation_filter": subset_filter("validation"), "test_set_version": version,
    }  # fmt: skip
    return versions.create_model_version(**{**given, **changes})


def trained(base: Model, dataset: Dataset, version: TestSetVersion | None, **changes: Any) -> Model:
    model = make(base, dataset, version, **changes)
    training.start_training(model_id=model.pk)
    jobs.run_pending()
    model.refresh_from_db()
    assert model.status == "trained", failed_jobs()
    return model


@pytest.mark.django_db(transaction=True)
def test_a_detector_goes_round_the_loop(scenes: Dataset, frozen: TestSetVersion, base: Model, client_as: Any) -> None:
    model = trained(base, scenes, frozen)
    assert model.train_count == COUNTS["train"]
    assert model.lineage["train"]["labels"].keys() <= set(LABELS)
    assert set(model.metric_samples.values_list("figure", flat=True)) >= {"loss", "map_50"}
    frozen_rows = json.loads(storage.read_bytes(model.artifacts.get(name="lineage.json").blob_id))
    assert frozen_rows["columns"] == ["item", "blob", "shapes"]
    assert [] in [row[2] for row in frozen_rows["train"]]  # the picture that shows nothing teaches, too

    pool = list(Item.objects.filter(dataset=scenes, dir="/pool").order_by("name"))
    saved = prediction.save(prediction.compute(model.pk, [item.pk for item in pool]))
    rows = {row.item_id: row for row in Prediction.objects.filter(pk__in=saved.values())}
    assert len(rows) == len(pool)
    for row in rows.values():
        assert len(np.frombuffer(bytes(row.probs), "<f4")) == len(LABELS)
        assert all(one["type"] == "box" and one["label"] in LABELS for one in row.annotations)
        assert 0 <= row.margin <= 1
    assert any(row.annotations for row in rows.values())
    again = prediction.compute(model.pk, [pool[0].pk])[0]
    assert again.prediction_id == rows[pool[0].pk].pk
    shown = client_as("engineer").get(f"/api/v1/items/{pool[0].pk}/predictions/").json()["items"][0]
    assert shown["annotations"] == rows[pool[0].pk].annotations

    ranking = rank_pool(
        model_id=model.pk, item_ids=[item.pk for item in pool], strategy="margin", budget=2, random_fraction=0.0,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    unsure = sorted(rows.values(), key=lambda row: row.margin)[:2]
    assert {pool[pick.index].pk for pick in ranking.picks} == {row.item_id for row in unsure}

    judged = evaluation.request_evaluation(model_id=model.pk, test_set_version_id=frozen.pk)
    jobs.run_pending()
    judged.refresh_from_db()
    assert judged.status == Evaluation.Status.DONE, failed_jobs()
    assert {"map_50", "map", "precision", "recall", "n"} <= judged.summary.keys()
    assert judged.metrics["task"] == "detection"
    told = client_as("engineer").get(f"/api/v1/evaluations/{judged.pk}/items/?limit=10").json()
    assert told["total"] == COUNTS["test"]
    assert client_as("engineer").get(f"/api/v1/models/{model.pk}/").json()["evaluation"]["summary"]["map_50"] >= 0

    evaluation.request_evaluation(model_id=base.pk, test_set_version_id=frozen.pk)
    first = comparison.compare(candidate_id=model.pk, incumbent_id=base.pk, test_set_version_id=frozen.pk)
    assert first.verdict == "update model"
    promotion.promote(model_id=model.pk, comparison_id=first.pk)
    weaker = trained(base, scenes, frozen, configuration_changes={"steps": 1, "checks": 1}, seed=3)
    evaluation.request_evaluation(model_id=weaker.pk, test_set_version_id=frozen.pk)
    jobs.run_pending()
    second = comparison.compare(candidate_id=weaker.pk, incumbent_id=model.pk, test_set_version_id=frozen.pk)
    assert second.verdict == "discard"
    assert second.report["measures"][0]["name"] == "average_precision"
    assert second.report["metrics"]["incumbent"]["average_precision"] == pytest.approx(judged.summary["map_50"])


@pytest.mark.django_db(transaction=True)
def test_a_version_may_start_from_its_base(scenes: Dataset, base: Model) -> None:
    """With a rate that moves nothing, what a version says is what its base had learnt; from scratch it is not."""
    first = trained(base, scenes, None, configuration_changes={"steps": 6, "checks": 1})
    still = {"steps": 1, "checks": 1, "learning_rate": 1e-7, "weight_decay": 0.0}
    for start, close in (("base", True), ("scratch", False)):
        changes = {**still, "start": start}
        next_one = trained(base, scenes, None, base_model=first, configuration_changes=changes)
        nets: list[Any] = [runtime_of(model).adapter for model in (first, next_one)]
        one, two = (net._need_net().head.heat_out.weight for net in nets)
        assert bool((one - two).abs().max() < 1e-4) is close


@pytest.mark.django_db(transaction=True)
def test_items_labelled_otherwise_teach_a_detector_nothing(scenes: Dataset, base: Model, owner: User) -> None:
    """A class label says nothing of where; that nothing is there, only an approval without any annotation says."""
    for item in Item.objects.filter(dataset=scenes, subset="train"):
        rows = list(Annotation.objects.filter(item=item, deleted_at=None))
        gone = [
            {"op_id": str(uuid7()), "type": "delete", "annotation": str(row.pk), "base_revision": row.revision}
            for row in rows
        ]
        apply_operations(item=item, operations=gone, user=owner)
        draw(item, [("class", LABELS[0], None)], owner)
        approval.approve(item_ids=[item.pk], rule="answer key")
    with pytest.raises(EmptySubset) as caught:
        make(base, scenes, None)
    assert "box" in caught.value.message


@pytest.mark.django_db(transaction=True)
def test_a_detector_is_not_compared_with_a_classifier(
    scenes: Dataset, frozen: TestSetVersion, base: Model, project: Project
) -> None:
    other = versions.register_base_model(project_id=project.pk, name="sorter", adapter="small_cnn", labels=LABELS)
    for model in (base, other):
        evaluation.request_evaluation(model_id=model.pk, test_set_version_id=frozen.pk)
    with pytest.raises(Invalid):
        comparison.compare(candidate_id=base.pk, incumbent_id=other.pk, test_set_version_id=frozen.pk)
