"""Predictions: one row a model and item, one run a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib import storage
from datasets.errors import QueryInvalid
from datasets.models import Item
from datasets.selectors import items_for_query
from models_registry.ml.adapters.small_cnn import SmallCnn
from models_registry.models import EmbeddingRow, Model, Prediction
from models_registry.selectors import predictions as reading
from models_registry.services import prediction, promotion
from models_registry.services.runtime import tempered

from .conftest import CLASSES, Shapes

pytestmark = pytest.mark.django_db
Train = Callable[..., Model]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures each run of the net was given."""
    runs: list[int] = []
    real = SmallCnn.predict

    def predict(self: SmallCnn, images: Any, **kwargs: Any) -> Any:
        runs.append(len(images))
        return real(self, images, **kwargs)

    monkeypatch.setattr(SmallCnn, "predict", predict)
    return runs


def pool(shapes: Shapes) -> list[Any]:
    return [item.pk for item in shapes.items["pool"]]


def test_compute_writes_nothing_and_save_writes_all(train_now: Train, shapes: Shapes) -> None:
    model = train_now()
    drafts = prediction.compute(model.pk, pool(shapes))
    assert not Prediction.objects.exists()
    saved = prediction.save(drafts)
    assert set(saved) == set(pool(shapes))
    for row in Prediction.objects.all():
        vector = np.frombuffer(bytes(row.probs), "<f4")
        assert vector.shape == (3,)
        assert abs(float(vector.sum()) - 1) < 1e-5
        assert row.label == CLASSES[int(vector.argmax())]
        assert row.confidence == pytest.approx(float(vector.max()))
        top = np.sort(vector)[::-1]
        assert row.margin == pytest.approx(float(top[0] - top[1]))
        assert row.entropy == pytest.approx(float(-(vector * np.log(vector)).sum()), abs=1e-5)
        assert saved[row.item_id] == row.pk
    right = sum(row.label == shapes.truth[row.item_id] for row in Prediction.objects.all())
    assert right >= 4


def test_save_twice_changes_nothing(train_now: Train, shapes: Shapes) -> None:
    model = train_now()
    drafts = prediction.compute(model.pk, pool(shapes))
    assert prediction.save(drafts) == prediction.save(drafts)
    assert Prediction.objects.count() == 6


def test_compute_again_runs_nothing(train_now: Train, shapes: Shapes, counted: list[int]) -> None:
    model = train_now()
    first = prediction.ensure(model.pk, pool(shapes))
    assert counted == [6]
    again = prediction.compute(model.pk, pool(shapes))
    assert counted == [6]
    assert {draft.item_id: draft.prediction_id for draft in again} == first


def test_clone_costs_no_second_run(train_now: Train, shapes: Shapes, counted: list[int]) -> None:
    model = train_now()
    prediction.ensure(model.pk, pool(shapes))
    source = shapes.items["pool"][0]
    clone = Item.objects.get(pk=source.pk)
    clone.pk, clone.filename = None, "/pool/clone.png"
    clone.id = Item._meta.get_field("id").get_default()
    clone.save(force_insert=True)
    prediction.ensure(model.pk, [clone.pk])
    assert counted == [6]
    rows = Prediction.objects.filter(item__in=[source.pk, clone.pk]).values_list("probs", flat=True)
    assert len({bytes(row) for row in rows}) == 1
    assert rows.count() == 2


def test_replaced_picture_is_predicted_anew(train_now: Train, shapes: Shapes, counted: list[int]) -> None:
    model = train_now()
    before = prediction.ensure(model.pk, pool(shapes))
    item, other = shapes.items["pool"][0], shapes.items["train"][0]
    Item.objects.filter(pk=item.pk).update(blob=other.blob_id)
    after = prediction.ensure(model.pk, pool(shapes))
    assert sum(counted) == 7
    assert after == before  # the row stays, its content is new
    assert Prediction.objects.count() == 6


def test_item_without_picture_gets_an_error_and_the_rest_an_answer(train_now: Train, shapes: Shapes) -> None:
    model = train_now()
    Item.objects.filter(pk=pool(shapes)[0]).update(blob=None)
    drafts = prediction.compute(model.pk, pool(shapes))
    assert drafts[0].error
    assert not any(draft.error for draft in drafts[1:])
    assert len(prediction.save(drafts)) == 5


def test_untrained_model_says_nothing_and_fails_nothing(base: Model, shapes: Shapes) -> None:
    drafts = prediction.compute(base.pk, pool(shapes))
    assert {draft.label for draft in drafts} == {""}
    assert drafts[0].confidence == pytest.approx(1 / 3)
    assert drafts[0].margin == 0
    assert len(prediction.save(drafts)) == 6


def test_save_costs_few_queries_whatever_the_number(train_now: Train, shapes: Shapes) -> None:
    model = train_now()
    learnt = [item.pk for item in shapes.items["train"]]
    few, many = prediction.compute(model.pk, learnt[:2]), prediction.compute(model.pk, learnt[2:])
    with CaptureQueriesContext(connection) as for_few:
        prediction.save(few)
    with CaptureQueriesContext(connection) as for_many:
        prediction.save(many)
    assert len(for_many) == len(for_few)


def test_arrays_follow_the_order_asked_for(train_now: Train, shapes: Shapes) -> None:
    model = train_now()
    prediction.ensure(model.pk, pool(shapes)[1:])
    wanted = pool(shapes)[::-1]
    arrays = reading.predictions_for(model.pk, wanted)
    assert arrays.probs.shape == (6, 3)
    assert arrays.present.tolist() == [True] * 5 + [False]
    assert np.isnan(arrays.probs[5]).all()
    assert arrays.ids[5] is None
    row = Prediction.objects.get(item=wanted[0])
    assert arrays.label[0] == row.label
    assert reading.missing_predictions(model.pk, wanted) == [wanted[5]]


def test_embeddings_are_kept_by_content(train_now: Train, shapes: Shapes) -> None:
    model = train_now()
    key = prediction.ensure_embeddings(model.pk, pool(shapes))
    vectors = reading.embeddings_of_items(key, pool(shapes))
    assert vectors.shape[0] == 6
    assert np.isfinite(vectors).all()
    count = EmbeddingRow.objects.count()
    assert prediction.ensure_embeddings(model.pk, pool(shapes)) == key
    assert EmbeddingRow.objects.count() == count
    unknown = reading.embeddings_of_items(key, [shapes.items["test"][0].pk])
    assert np.isnan(unknown).all()


def test_untrained_base_can_embed(base: Model, shapes: Shapes) -> None:
    key = prediction.ensure_embeddings(base.pk, pool(shapes))
    assert np.isfinite(reading.embeddings_of_items(key, pool(shapes))).all()


def test_unreadable_picture_is_named(train_now: Train, shapes: Shapes) -> None:
    model = train_now()
    path = storage.path(str(shapes.items["pool"][0].blob_id))
    whole = path.read_bytes()
    path.write_bytes(b"\x89PNG broken")
    try:
        drafts = prediction.compute(model.pk, pool(shapes))
    finally:
        path.write_bytes(whole)
    assert "decoded" in drafts[0].error
    assert sum(bool(draft.error) for draft in drafts) == 1


def test_tempered_keeps_decisions_and_nan() -> None:
    probs = np.array([[0.7, 0.2, 0.1], [np.nan] * 3], dtype=np.float32)
    hot = tempered(probs, 2.0)
    assert hot[0].argmax() == 0
    assert hot[0, 0] < 0.7
    assert hot[0].sum() == pytest.approx(1)
    assert np.isnan(hot[1]).all()
    assert tempered(probs, None) is probs


def test_query_by_prediction(train_now: Train, shapes: Shapes) -> None:
    model, other = train_now(), train_now(seed=9)
    prediction.ensure(model.pk, pool(shapes))
    prediction.ensure(other.pk, pool(shapes)[:1])

    def found(dql: dict[str, Any]) -> set[Any]:
        return set(items_for_query(shapes.dataset, dql).values_list("pk", flat=True))

    assert found({"prediction": {"$exists": True}}) == set()  # nobody is best yet
    promotion.promote(model_id=model.pk)
    assert found({"prediction": {"$exists": True}}) == set(pool(shapes))
    unsure = set(Prediction.objects.filter(model=model, margin__lt=0.5).values_list("item_id", flat=True))
    assert found({"prediction.margin": {"$lt": 0.5}}) == unsure
    discs = set(Prediction.objects.filter(model=model, label="disc").values_list("item_id", flat=True))
    assert found({"prediction": {"label": "disc"}}) == discs
    assert found({"predictions": {"$match": {"model": str(other.pk)}}}) == {pool(shapes)[0]}
    with pytest.raises(QueryInvalid, match="colour"):
        found({"prediction.colour": "red"})
