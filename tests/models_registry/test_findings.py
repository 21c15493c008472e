"""What stands out in an evaluation, by the API: a bad slice that was planted, labels that were spoiled."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from alp_site.lib import storage
from alp_site.lib.db import write
from alp_site.people.models import User
from datasets.models import Annotation, Item
from datasets.services import test_sets
from models_registry.ml.metrics.object_report import evaluate_objects
from models_registry.ml.records import FoundObjects, TruthObjects
from models_registry.models import Evaluation, Model
from models_registry.services import versions
from tests.models_registry.conftest import CLASSES, FAST, Maker, Shapes, subset_filter

N = 90
SPOILED = 4


@pytest.fixture
def pictures(make_shapes: Maker) -> Shapes:
    """A third of them taken by night."""
    shapes = make_shapes(test=N)
    for at, item in enumerate(shapes.items["test"]):
        item.metadata = {**item.metadata, "user": {"light": "night" if at % 9 < 3 else "day", "lens": at % 2}}
    Item.objects.bulk_update(shapes.items["test"], ["metadata"])
    Annotation.objects.filter(item__in=shapes.items["test"][:40]).update(creator=None)
    return shapes


def judged(model: Model, shapes: Shapes, owner: User, columns: dict[str, np.ndarray]) -> Evaluation:
    version = test_sets.resolve_version(dataset=shapes.dataset, filter=subset_filter("test"), user=owner)
    table = io.BytesIO()
    items = np.array([str(item.pk) for item in shapes.items["test"]])
    np.savez_compressed(table, items=items, classes=np.array(CLASSES), **columns)
    stored = storage.put_bytes(table.getvalue())
    with write():
        storage.retain({stored.sha256: stored.size})
        return Evaluation.objects.create(
            model=model, test_set_version=version, status="done", table_id=stored.sha256, metrics={}
        )


@pytest.fixture
def model(pictures: Shapes, owner: User) -> Model:
    return versions.register_base_model(
        project_id=pictures.dataset.project_id, name="seed", adapter="small_cnn", configuration_values=FAST,
        dataset=pictures.dataset, person_id=owner.pk,
    )  # fmt: skip


@pytest.fixture
def evaluation(model: Model, pictures: Shapes, owner: User) -> Evaluation:
    """Mostly wrong by night, nearly always right by day; of the last pictures by day the label is another's."""
    truth = np.arange(N) % 3
    night = np.arange(N) % 9 < 3
    seen = truth.copy()
    seen[night & (np.arange(N) % 2 == 0)] += 1
    seen[np.flatnonzero(~night)[-SPOILED:]] += 1
    seen %= 3
    sure = np.where(np.isin(np.arange(N), np.flatnonzero(~night)[-SPOILED:]), 0.98, np.where(night, 0.5, 0.9))
    probs = np.full((N, 3), ((1 - sure) / 2)[:, None])
    probs[np.arange(N), seen] = sure
    return judged(
        model, pictures, owner,
        {"label": truth, "predicted": seen, "correct": truth == seen, "confidence": sure, "probs": probs,
         "readable": np.ones(N, bool)},
    )  # fmt: skip


def test_the_planted_slice_and_the_spoiled_labels_are_found(
    evaluation: Evaluation, pictures: Shapes, client_as: Any, django_assert_max_num_queries: Any
) -> None:
    api = client_as("viewer")
    with django_assert_max_num_queries(16):
        told = api.get(f"/api/v1/evaluations/{evaluation.pk}/findings/").json()
    assert (told["measure"], told["n"]) == ("right", N)
    worst = told["worst"][0]
    assert worst["facts"] == {"metadata.user.light": "night"}
    assert (worst["n"], worst["mean"]) == (30, pytest.approx(0.5))
    assert worst["rest"] == pytest.approx(1 - SPOILED / 60)
    assert worst["q"] < 0.01
    night = {str(item.pk) for item in Item.objects.filter(metadata__user__light="night")}
    assert set(worst["items"]) <= night
    by_fact = {tuple(row["facts"].items()): row for row in told["slices"]}
    assert by_fact[("metadata.user.light", "day"),]["n"] == 60
    assert by_fact[("label", "disc"),]["n"] == 30
    assert by_fact[("annotator", "Owner"),]["n"] == N - 40
    only = api.get(f"/api/v1/evaluations/{evaluation.pk}/items/", {"slice": '{"metadata.user.light": "night"}'}).json()
    assert only["total"] == 30
    assert {row["item"] for row in only["items"]} == night
    both = {"slice": '{"metadata.user.light": "night", "label": "disc"}', "only": "wrong", "truth": "disc"}
    told_both = api.get(f"/api/v1/evaluations/{evaluation.pk}/items/", both).json()
    assert 0 < told_both["total"] < 15
    for bad in ('{"moon": "full"}', '{"label": 3}', "[1]", "night"):
        assert api.get(f"/api/v1/evaluations/{evaluation.pk}/items/", {"slice": bad}).status_code == 400, bad
    last = [str(item.pk) for at, item in enumerate(pictures.items["test"]) if at % 9 >= 3][-SPOILED:]
    assert {row["item"] for row in told["suspects"][:SPOILED]} == set(last)
    first = told["suspects"][0]
    assert first["label"] != first["suggested"]
    assert first["thumbnail"]


def test_images_of_objects_are_slices_too_and_marks_are_doubted(
    model: Model, pictures: Shapes, owner: User, client_as: Any
) -> None:
    boxes = [[[0, 0, 9, 9]], [[0, 0, 9, 9], [10, 10, 19, 19]]]
    truths = [TruthObjects((20, 20), [at % 3], boxes[0]) for at in range(N)]
    found = [FoundObjects((20, 20), [at % 3], boxes[0], scores=[0.5 + at / 1000]) for at in range(N)]
    for at in np.flatnonzero(np.arange(N) % 9 < 3):
        found[at] = FoundObjects((20, 20), [], [], scores=[])
    found[80] = FoundObjects((20, 20), [(80 + 1) % 3], boxes[0], scores=[0.99])
    found[70] = FoundObjects((20, 20), [70 % 3, 0], boxes[1], scores=[0.6, 0.98])
    row = judged(model, pictures, owner, dict(evaluate_objects(truths, found, CLASSES).table))
    told = client_as("viewer").get(f"/api/v1/evaluations/{row.pk}/findings/").json()
    assert told["measure"] == "f1"
    items = [str(item.pk) for item in pictures.items["test"]]
    doubts = [(row["item"], row["label"], row["suggested"]) for row in told["suspects"]]
    assert doubts == [(items[70], "", CLASSES[0]), (items[80], CLASSES[80 % 3], CLASSES[81 % 3])]
    assert told["worst"][0]["facts"] == {"metadata.user.light": "night"}
    assert {"label": "disc"} in [one["facts"] for one in told["slices"]]


def test_an_evaluation_without_a_table_has_no_findings(
    model: Model, pictures: Shapes, owner: User, client_as: Any
) -> None:
    version = test_sets.resolve_version(dataset=pictures.dataset, filter=subset_filter("test"), user=owner)
    row = Evaluation.objects.create(model=model, test_set_version=version, status="done")
    assert client_as("viewer").get(f"/api/v1/evaluations/{row.pk}/findings/").status_code == 404
