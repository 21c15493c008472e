"""Every registered adapter that says where, in each of its modes: a new file is under test without an edit here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from _pytest.mark import ParameterSet

from alp_site.lib.errors import Invalid
from models_registry.ml import load_all
from models_registry.ml.adapters import (
    ADAPTERS,
    ShapeAdapter,
    ShapeData,
    ShapePrediction,
    ShapeSplit,
    TrainCancelled,
    TrainHooks,
    TrainResult,
    load_adapter,
    new_adapter,
)
from models_registry.ml.adapters.base import BrokenArtifact, WeightsMissing
from models_registry.ml.nets.runtime import prepare
from models_registry.ml.pixel_table import make_pixel_table
from models_registry.ml.shapes import Shape
from models_registry.ml.training.quality import Quality
from tests.contracts.whole_nets import variant
from tests.pure.ml.scenes import LABELS, scene, scenes

load_all()

IMAGES, SHAPES = scenes(10)
DATA = ShapeData(ShapeSplit(IMAGES, SHAPES), ShapeSplit(IMAGES[:4], SHAPES[:4]))
LEARNS = {"centre_small": 75, "centre_lite0": 75, "instance_lite0": 45, "multi_label_lite0": 40,
          "multi_label_mobilenet_v3_small": 60, "multi_label_resnet18": 30, "points_lite0": 75,
          "segment_lite0": 75}  # fmt: skip
"""Small enough to learn ten scenes in seconds, in so many steps; of the others a few are asked, not skill."""
BIG = {
    "torchvision_deeplabv3",
    "torchvision_faster_rcnn_mobilenet",
    "torchvision_faster_rcnn_resnet50",
    "torchvision_keypoint_rcnn",
    "torchvision_mask_rcnn",
    "torchvision_retinanet_resnet50",
}
"""Hundreds of megabytes with their optimiser: they take one step and answer, without a checkpoint."""


def _variants() -> list[ParameterSet]:
    found: list[ParameterSet] = []
    for name, adapter in ADAPTERS.items():
        if adapter.info.task != "classification" and adapter.info.trainable and name not in BIG:
            modes = adapter.info.config_schema["properties"].get("mode", {}).get("enum", [None])
            found += [variant(name, mode) for mode in modes if mode != "fine_tune" or name == "centre_lite0"]
    return found


def small_config(name: str, mode: str | None) -> dict[str, Any]:
    fields = ADAPTERS.get(name).info.config_schema["properties"]
    learns = name in LEARNS and mode != "fine_tune"
    wanted = {"input_size": 64, "steps": LEARNS[name] if learns else 3, "checks": 3, "batch_size": 4 if learns else 2,
              "width": 32, "channels": 8, "flip": False, "zoom": 0.0, "shift": 0.0, "colour_jitter": 0.0,
              "learning_rate": 8e-3, "mode": mode, "weights": "none", "keypoints": 2}  # fmt: skip
    if name.endswith("_lite0"):
        wanted["weights"] = "package"
    config = {key: value for key, value in wanted.items() if key in fields and value is not None}
    config["input_size"] = max(64, fields["input_size"]["minimum"])
    return config


def data_for(name: str) -> ShapeData:
    """The scenes, with what the adapter learns from."""
    taught_by = ADAPTERS.get(name).info.taught_by
    if "box" in taught_by:
        return DATA
    change = next(make for kind, make in CHANGES.items() if kind in taught_by)
    made = [list({json.dumps([s.type, s.label, s.geometry]): s for s in map(change, row)}.values()) for row in SHAPES]
    return ShapeData(ShapeSplit(IMAGES, made), ShapeSplit(IMAGES[:4], made[:4]))


def centre(shape: Shape) -> Shape:
    x1, y1, x2, y2 = shape.geometry["xyxy"]
    return Shape("point", shape.label, {"xy": [(x1 + x2) / 2, (y1 + y2) / 2]})


def outline(shape: Shape) -> Shape:
    x1, y1, x2, y2 = shape.geometry["xyxy"]
    return Shape("polygon", shape.label, {"rings": [[[x1, y1], [x2, y1], [x2, y2], [x1, y2]]]})


def corners(shape: Shape) -> Shape:
    x1, y1, x2, y2 = shape.geometry["xyxy"]
    return Shape("skeleton", shape.label, {"keypoints": [[x1, y1, 2], [x2, y2, 1]]})


def tag(shape: Shape) -> Shape:
    return Shape("class", shape.label, None)


CHANGES = {"class": tag, "point": centre, "skeleton": corners, "polygon": outline}


def make(name: str, mode: str | None) -> ShapeAdapter:
    try:
        return new_adapter(name, small_config(name, mode), LABELS, 7)
    except WeightsMissing as missing:
        pytest.skip(missing.message)


@dataclass
class Watch:
    cancel_after: int | None = None
    samples: dict[tuple[str, str, float], float] = field(default_factory=dict)
    checks: int = 0

    def hooks(self, folder: Path) -> TrainHooks:
        def metric(figure: str, legend: str, x: float, y: float) -> None:
            self.samples[figure, legend, x] = y

        def check(done: int, total: int) -> None:
            assert 1 <= done <= total
            self.checks = done

        return TrainHooks(
            folder, metric, check, lambda: self.cancel_after is not None and self.checks >= self.cancel_after
        )


@dataclass
class Trained:
    adapter: ShapeAdapter
    result: TrainResult
    watch: Watch
    said: ShapePrediction


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str | None], Trained]:
    """One uninterrupted training of each variant and what it says of the pictures, shared by the tests."""

    @cache
    def train(name: str, mode: str | None) -> Trained:
        adapter, watch = make(name, mode), Watch()
        result = adapter.train(data_for(name), watch.hooks(tmp_path_factory.mktemp("checkpoints")))
        return Trained(adapter, result, watch, adapter.detect(IMAGES))

    return train


every_variant = pytest.mark.parametrize(("name", "mode"), _variants())


@every_variant
def test_training_tells_its_figures_and_small_nets_overfit(
    name: str, mode: str | None, trained: Callable[..., Trained]
) -> None:
    run = trained(name, mode)
    figures = {key[:2] for key in run.watch.samples}
    assert ("loss", "train") in figures
    judged = [key for key in figures if key[1] == "validation"]
    assert judged
    values = [row["/".join(judged[0])] for row in run.result.history]
    assert values[run.result.best_epoch] == max(values)
    assert 0 <= run.adapter.threshold <= 1
    if name in LEARNS and mode != "fine_tune":
        truth, sizes = data_for(name).train.shapes, run.said.sizes_wh
        if run.adapter.info.task == "semantic_segmentation":
            assert make_pixel_table(truth, run.said.shapes, len(LABELS), sizes).mean_iou() > 0.6
            return
        quality = Quality(truth, sizes, len(LABELS), lambda: run.said.shapes, run.adapter.info.task)
        least = 0.9 if run.adapter.info.task == "detection" else 0.5
        assert quality.figures()["map_50/validation"] > least


@every_variant
def test_what_is_said_can_be_stored_as_annotations(
    name: str, mode: str | None, trained: Callable[..., Trained]
) -> None:
    from datasets.geometry._base import TYPES

    run = trained(name, mode)
    info = ADAPTERS.get(name).info
    assert run.said.sizes_wh == [(64, 48)] * len(IMAGES)
    assert ((run.said.uncertainty >= 0) & (run.said.uncertainty <= 1)).all()
    for shapes in run.said.shapes:
        assert [shape.score for shape in shapes] == sorted((shape.score for shape in shapes), reverse=True)
        for shape in shapes:
            assert shape.type in info.annotation_types
            assert 0 <= shape.label < len(LABELS)
            assert 0 <= shape.score <= 1
            TYPES.get(shape.type).validate(json.loads(json.dumps(shape.geometry)), (64, 48))


@every_variant
def test_a_picture_is_answered_alike_in_any_company(
    name: str, mode: str | None, trained: Callable[..., Trained]
) -> None:
    """Broken pictures and pictures of other proportions beside it change nothing."""
    run = trained(name, mode)
    tall, _ = scene(50, (48, 64))
    told: list[tuple[int, int]] = []
    found = run.adapter.detect(
        [b"not an image", IMAGES[0], tall, IMAGES[1][:60]], batch_size=2,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert set(found.errors) == {0, 3}
    assert np.isnan(found.uncertainty[[0, 3]]).all()
    assert found.shapes[0] == found.shapes[3] == []
    assert told[-1] == (4, 4)
    assert len(found.shapes[1]) == len(run.said.shapes[0])
    for one, two in zip(found.shapes[1], run.said.shapes[0], strict=True):
        assert (one.type, one.label) == (two.type, two.label)
        assert abs(one.score - two.score) < 1e-3
    assert run.adapter.detect([]).shapes == []


@every_variant
def test_embeddings_have_their_shape(name: str, mode: str | None, trained: Callable[..., Trained]) -> None:
    adapter = trained(name, mode).adapter
    alone, errors = adapter.embed([IMAGES[0], b"broken"])
    assert set(errors) == {1}
    assert alone.dtype == np.float16
    assert np.isnan(alone[1]).all()
    assert np.isfinite(alone[0]).all()
    beside = adapter.detect([IMAGES[0]], embeddings=True).embeddings
    assert beside is not None
    np.testing.assert_allclose(beside[0].astype(float), alone[0].astype(float), atol=2e-2, rtol=2e-2)


@every_variant
def test_saved_and_loaded_says_the_same(
    name: str, mode: str | None, trained: Callable[..., Trained], tmp_path: Path
) -> None:
    run = trained(name, mode)
    files = run.adapter.save(tmp_path / "model")
    assert {path.suffix for path in files.values()} == {".safetensors", ".json"}
    again = load_adapter(tmp_path / "model")
    assert again.threshold == run.adapter.threshold
    assert again.weights_digest() == run.adapter.weights_digest()
    assert again.encoder_key() == run.adapter.encoder_key()
    assert again.detect(IMAGES[:2]).shapes == run.adapter.detect(IMAGES[:2]).shapes
    config = json.loads(files["config.json"].read_text())
    files["config.json"].write_text(json.dumps(config | {"threshold": 0.123}))
    with pytest.raises(BrokenArtifact):
        load_adapter(tmp_path / "model")


@every_variant
def test_cancelled_and_resumed_equals_uninterrupted(
    name: str, mode: str | None, trained: Callable[..., Trained], tmp_path: Path
) -> None:
    whole = trained(name, mode)
    with pytest.raises(TrainCancelled):
        make(name, mode).train(data_for(name), Watch(cancel_after=1).hooks(tmp_path))
    resumed, watch = make(name, mode), Watch()
    result = resumed.train(data_for(name), watch.hooks(tmp_path))
    assert result.history == whole.result.history
    assert watch.samples == whole.watch.samples
    assert resumed.weights_digest() == whole.adapter.weights_digest()


@every_variant
def test_data_that_cannot_be_learnt_from_is_refused(name: str, mode: str | None, tmp_path: Path) -> None:
    adapter, hooks = make(name, mode), Watch().hooks(tmp_path)
    nothing = ShapeSplit([], [])
    for train in (nothing, ShapeSplit(IMAGES[:2], [[], []]), ShapeSplit(IMAGES[:2], SHAPES[:1])):
        with pytest.raises(Invalid):
            adapter.train(ShapeData(train, nothing), hooks)
    with pytest.raises(Invalid) as caught:
        adapter.train(ShapeData(ShapeSplit([IMAGES[0], b"broken"], SHAPES[:2]), nothing), hooks)
    assert caught.value.data["indices"] == [1]


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(BIG))
def test_big_nets_take_a_step_and_answer(name: str) -> None:
    from models_registry.ml.training.pictures import AugmentedPictures, Look

    adapter: Any = make(name, None)
    pictures = AugmentedPictures(data_for(name).train, adapter.input_size, Look.of(adapter.config), 0)
    learner = adapter._learner()(prepare(adapter._need_net()), pictures, None, norm=adapter.norm)
    losses = learner.loss(np.array([0, 1]), 0)
    assert len(losses) >= 2
    assert all(np.isfinite(float(value.detach())) for value in losses.values())
    heads = getattr(adapter._need_net().body, "roi_heads", None)
    if heads is not None:
        heads.detections_per_img = 3  # a mask or keypoints for each of a hundred guesses would take seconds
    found = adapter.detect(IMAGES[:1], embeddings=True)
    assert found.sizes_wh == [(64, 48)]
    assert found.embeddings is not None
    assert {shape.type for shape in found.shapes[0]} <= set(adapter.info.annotation_types)


def test_skeletons_of_another_number_of_keypoints_are_refused(tmp_path: Path) -> None:
    data = data_for("torchvision_keypoint_rcnn")
    adapter = ADAPTERS.get("torchvision_keypoint_rcnn")()
    adapter.config, adapter.labels = {"keypoints": 3}, LABELS  # nothing is built: the data is looked at first
    with pytest.raises(Invalid, match="2 keypoints") as caught:
        adapter.train(data, Watch().hooks(tmp_path))
    assert caught.value.data["field"] == "keypoints"


def test_keypoints_come_back_to_the_picture() -> None:
    """What the net says on the canvas, on a picture of twice its sides."""
    import torch

    from models_registry.ml.fitted import fit

    adapter: Any = ADAPTERS.get("torchvision_keypoint_rcnn")()
    picture = fit(scene(3, (128, 96))[0], 64)
    said = {
        "keypoints": torch.tensor([[[10.0, 20.0, 1.0], [70.0, -4.0, 1.0]]]), "labels": torch.tensor([2]),
        "scores": torch.tensor([0.75]),
    }  # fmt: skip
    assert adapter._shapes(said, picture) == [
        Shape("skeleton", 1, {"keypoints": [[20.0, 40.0, 2], [128.0, 0.0, 2]]}, 0.75)
    ]
