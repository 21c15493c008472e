"""Every registered adapter, in each of its modes: a new file is under test without an edit here.

Declarations are asked of all; the rest is of classifiers, the others are in ``test_shape_adapters``."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from _pytest.mark import ParameterSet
from jsonschema import Draft202012Validator

from alp_site.lib.errors import Invalid
from models_registry.ml import load_all
from models_registry.ml.adapters import (
    ADAPTERS,
    Adapter,
    Split,
    TrainCancelled,
    TrainData,
    TrainHooks,
    TrainResult,
    check_config,
    defaults,
    load_adapter,
    new_adapter,
)
from models_registry.ml.adapters.base import BrokenArtifact, WeightsMissing
from tests.contracts.whole_nets import variant
from tests.pure.ml.drawn import LABELS, pictures

load_all()

IMAGES, INDICES = pictures(12)
DATA = TrainData(Split(IMAGES, INDICES), Split(IMAGES[:6], INDICES[:6]))


CLASSIFIERS = [
    name for name, adapter in ADAPTERS.items() if adapter.info.task == "classification" and adapter.info.trainable
]


def _variants() -> list[ParameterSet]:
    """Each adapter, once for each value of its ``mode`` if it has one."""
    found: list[ParameterSet] = []
    for name in CLASSIFIERS:
        adapter = ADAPTERS.get(name)
        modes = adapter.info.config_schema["properties"].get("mode", {}).get("enum", [None])
        found += [variant(name, mode) for mode in modes]
    return found


EPOCHS = {"torchvision_resnet18": 6}
"""Of those that learn the pictures sooner, and whose checkpoint of each epoch is long in writing."""


def small_config(name: str, mode: str | None) -> dict[str, Any]:
    """As small as the schema allows, without augmentation, so that a dozen pictures are learnt in seconds."""
    fields = ADAPTERS.get(name).info.config_schema["properties"]
    wanted = {"input_size": 32, "epochs": EPOCHS.get(name, 12), "patience": 0, "batch_size": 4, "flip": False,
              "crop": 0.0, "colour_jitter": 0.0, "dropout": 0.0, "width": 8, "mode": mode}  # fmt: skip
    config = {key: value for key, value in wanted.items() if key in fields and value is not None}
    config["input_size"] = max(32, fields["input_size"]["minimum"])
    return config


def make(name: str, mode: str | None, seed: int = 7, **config: Any) -> Adapter:
    try:
        return new_adapter(name, small_config(name, mode) | config, LABELS, seed)
    except WeightsMissing as missing:
        pytest.skip(missing.message)


@dataclass
class Watch:
    """Records what a training tells; cancels after some epochs if asked to."""

    cancel_after: int | None = None
    samples: dict[tuple[str, str, float], float] = field(default_factory=dict)
    epochs: int = 0

    def hooks(self, folder: Path) -> TrainHooks:
        def metric(figure: str, legend: str, x: float, y: float) -> None:
            self.samples[figure, legend, x] = y

        def epoch(done: int, total: int) -> None:
            assert 1 <= done <= total
            self.epochs = done

        def cancelled() -> bool:
            return self.cancel_after is not None and self.epochs >= self.cancel_after

        return TrainHooks(folder, metric, epoch, cancelled)


@dataclass
class Trained:
    adapter: Adapter
    result: TrainResult
    watch: Watch


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str | None], Trained]:
    """One uninterrupted training of each variant, shared by the tests that only look at it."""

    @cache
    def train(name: str, mode: str | None) -> Trained:
        adapter, watch = make(name, mode), Watch()
        result = adapter.train(DATA, watch.hooks(tmp_path_factory.mktemp("checkpoints")))
        return Trained(adapter, result, watch)

    return train


every_variant = pytest.mark.parametrize(("name", "mode"), _variants())


@pytest.mark.parametrize("name", ADAPTERS.names())
def test_declaration_is_complete_and_its_defaults_are_valid(name: str) -> None:
    info = ADAPTERS.get(name).info
    schema = dict(info.config_schema)
    Draft202012Validator.check_schema(schema)
    assert info.name == name
    assert info.title
    assert info.licence
    assert info.annotation_types
    assert schema["additionalProperties"] is False
    for key, spec in schema["properties"].items():
        assert "default" in spec, key
        assert spec.get("description"), key
    assert defaults(name)["input_size"] == info.input_size


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize(
    ("config", "field_name"),
    [
        ({"epohcs": 3}, "epohcs"),
        ({"input_size": 1}, "input_size"),
        ({"epochs": "three"}, "epochs"),
        ({"crop": 2}, "crop"),
    ],
)
def test_wrong_configuration_names_its_field(name: str, config: dict[str, Any], field_name: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_config(name, config)
    assert caught.value.data["field"] == field_name
    assert field_name in caught.value.message


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_labels_must_be_two_different_names_at_least(name: str) -> None:
    for labels in ([], ["only"], ["twice", "twice"]):
        with pytest.raises(Invalid):
            new_adapter(name, {}, labels)


@every_variant
def test_training_overfits_a_few_pictures(name: str, mode: str | None, trained: Callable[..., Trained]) -> None:
    run = trained(name, mode)
    prediction = run.adapter.predict(IMAGES)
    assert (prediction.probs.argmax(1) == INDICES).mean() >= 0.9
    history = run.result.history
    assert history[run.result.best_epoch]["loss/validation"] == min(row["loss/validation"] for row in history)
    assert {("loss", "train"), ("loss", "validation"), ("accuracy", "validation")} <= {
        key[:2] for key in run.watch.samples
    }
    assert run.result.validation_probs is not None
    np.testing.assert_allclose(run.result.validation_probs, prediction.probs[:6], atol=1e-3)


@every_variant
def test_probabilities_and_embeddings_have_their_shapes(
    name: str, mode: str | None, trained: Callable[..., Trained]
) -> None:
    adapter = trained(name, mode).adapter
    told: list[tuple[int, int]] = []
    found = adapter.predict(
        [IMAGES[0], b"not an image", IMAGES[1], IMAGES[2][:60]], batch_size=3, embeddings=True,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert found.probs.dtype == np.float32
    assert found.probs.shape == (4, len(LABELS))
    assert found.embeddings is not None
    assert found.embeddings.dtype == np.float16
    assert set(found.errors) == {1, 3}
    assert np.isnan(found.probs[[1, 3]]).all()
    assert np.isnan(found.embeddings[[1, 3]]).all()
    np.testing.assert_allclose(found.probs[[0, 2]].sum(1), 1, atol=1e-6)
    assert told == [(3, 4), (4, 4)]
    from_cache = adapter.predict_from_embeddings(found.embeddings)
    if from_cache is not None:
        np.testing.assert_allclose(from_cache, found.probs, atol=5e-3)
    alone, errors = adapter.embed([IMAGES[0]])
    np.testing.assert_allclose(
        alone[0].astype(np.float32), found.embeddings[0].astype(np.float32), atol=2e-2, rtol=2e-2
    )
    assert not errors
    assert adapter.predict([]).probs.shape == (0, len(LABELS))


@every_variant
def test_it_computes_with_one_thread_while_it_is_timed(
    name: str, mode: str | None, trained: Callable[..., Trained]
) -> None:
    adapter, usual = trained(name, mode).adapter, torch.get_num_threads()
    with adapter.one_thread() as own:
        assert own is (not torch.cuda.is_available())
        assert torch.get_num_threads() == 1
        alone = adapter.predict(IMAGES[:1]).probs
    assert torch.get_num_threads() == usual
    np.testing.assert_allclose(alone, adapter.predict(IMAGES[:1]).probs, atol=1e-4)


@every_variant
def test_saved_and_loaded_predicts_the_same(
    name: str, mode: str | None, trained: Callable[..., Trained], tmp_path: Path
) -> None:
    adapter = trained(name, mode).adapter
    files = adapter.save(tmp_path / "model")
    assert {path.suffix for path in files.values()} == {".safetensors", ".json"}
    again = load_adapter(tmp_path / "model")
    np.testing.assert_array_equal(again.predict(IMAGES).probs, adapter.predict(IMAGES).probs)
    assert again.weights_digest() == adapter.weights_digest()
    assert again.encoder_key() == adapter.encoder_key()
    assert (again.labels, again.config, again.seed) == (adapter.labels, adapter.config, adapter.seed)


@every_variant
def test_damaged_artifacts_are_refused(
    name: str, mode: str | None, trained: Callable[..., Trained], tmp_path: Path
) -> None:
    files = trained(name, mode).adapter.save(tmp_path)
    config = json.loads(files["config.json"].read_text())
    files["config.json"].write_text(json.dumps(config | {"labels": ["x", "y"]}))
    with pytest.raises(BrokenArtifact):
        load_adapter(tmp_path)
    files["config.json"].write_text("{}")
    with pytest.raises(BrokenArtifact):
        load_adapter(tmp_path)


@every_variant
def test_cancelled_and_resumed_equals_uninterrupted(name: str, mode: str | None, tmp_path: Path) -> None:
    """Stopped half-way of four epochs: to learn the pictures takes longer, and proves nothing here."""

    def start() -> Adapter:
        return make(name, mode, epochs=4)

    whole, undisturbed = start(), Watch()
    uninterrupted = whole.train(DATA, undisturbed.hooks(tmp_path / "whole"))
    with pytest.raises(TrainCancelled):
        start().train(DATA, Watch(cancel_after=2).hooks(tmp_path))
    resumed, watch = start(), Watch()
    result = resumed.train(DATA, watch.hooks(tmp_path))
    assert resumed.weights_digest() == whole.weights_digest()
    assert result.history == uninterrupted.history
    assert watch.samples == undisturbed.samples
    finished = start()
    finished.train(DATA, Watch().hooks(tmp_path))  # killed after the last epoch, before anything was stored
    assert finished.weights_digest() == whole.weights_digest()


@every_variant
def test_torn_or_foreign_checkpoint_is_not_used(name: str, mode: str | None, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"PK\x03\x04torn")
    watch = Watch(cancel_after=1)
    with pytest.raises(TrainCancelled):
        make(name, mode).train(DATA, watch.hooks(tmp_path))
    assert watch.epochs == 1
    other = Watch(cancel_after=0)
    with pytest.raises(TrainCancelled):
        make(name, mode).train(TrainData(DATA.train, Split([], INDICES[:0])), other.hooks(tmp_path))
    assert other.epochs == 0


@every_variant
def test_data_that_cannot_be_learnt_from_is_refused(name: str, mode: str | None, tmp_path: Path) -> None:
    adapter, hooks = make(name, mode), Watch().hooks(tmp_path)
    empty = Split([], INDICES[:0])
    for train in (empty, Split(IMAGES[:2], np.array([0, 9])), Split(IMAGES[:2], INDICES[:3])):
        with pytest.raises(Invalid):
            adapter.train(TrainData(train, empty), hooks)
    with pytest.raises(Invalid) as caught:
        adapter.train(TrainData(Split([IMAGES[0], b"broken"], INDICES[:2]), empty), hooks)
    assert caught.value.data["indices"] == [1]
